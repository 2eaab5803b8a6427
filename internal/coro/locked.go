package coro

import (
	"runtime"

	"github.com/edo-go/edo/internal/carried"
)

// A goroutine that is locked to its thread, by [runtime.LockOSThread] or because it is in
// a callback from C, cannot be swapped: the runtime ends the process when it calls next or
// yield of a slot. So another goroutine calls it, is parked in the slot instead, and runs
// nothing else; the locked one waits until that call returns. This takes some
// microseconds: two goroutines change threads.

// swapLocked is the result of swapFunc for a caller that may be locked to its thread.
func (s *slot) swapLocked() (struct{}, bool) {
	s.maybeLocked = false
	swap := func() { s.yield(struct{}{}) }
	if s.yieldIsNext {
		swap = func() { s.next() }
	}
	if carried.Locked() {
		callAside(swap)
	} else {
		swap()
	}
	return struct{}{}, true
}

// callAside calls fn on a goroutine of its own, and waits. When fn panics or calls Goexit, so
// does callAside.
func callAside(fn func()) {
	type exit struct{}
	ended := make(chan any, 1)
	go func() {
		var how any = exit{}
		defer func() {
			if v := recover(); v != nil {
				how = v
			}
			ended <- how
		}()
		fn()
		how = nil
	}()
	switch how := <-ended; how {
	case nil:
	case exit{}:
		runtime.Goexit()
	default:
		panic(how)
	}
}
