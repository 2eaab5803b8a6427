package coro

import (
	"runtime"

	"github.com/edo-go/edo/internal/carried"
)

// A goroutine that is locked to its thread, by [runtime.LockOSThread] or because it is in
// a callback from C, can change places with nobody: the runtime ends the process when it
// tries. But whoever calls next or yield of a place stands there. So it has another
// goroutine do it, waits until that one is back, and goes on. That goroutine runs
// nothing but the change of places. It takes some microseconds: two goroutines change
// threads.

// aside is what Turn returns for a goroutine that is, perhaps, locked to its thread.
func (p *place) aside() (struct{}, bool) {
	p.apart = false
	change := func() { p.yield(struct{}{}) }
	if p.left {
		change = func() { p.next() }
	}
	if carried.Locked() {
		aside(change)
	} else {
		change()
	}
	return struct{}{}, true
}

// aside calls change on a goroutine of its own. When change panics or calls Goexit, so
// does aside.
func aside(change func()) {
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
		change()
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
