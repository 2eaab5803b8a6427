package invariant

import "sync/atomic"

// hook is the function that [Step] calls. A test of interleavings sets it before it starts
// goroutines and clears it after they have ended. Other goroutines may call Step at any
// time: those of the collector, for example, which clean up after earlier tests.
var hook atomic.Pointer[func(point string)]

// SetStep makes every [Step] call fn; nil: no function. It is for package interleave.
func SetStep(fn func(point string)) {
	if fn == nil {
		hook.Store(nil)
		return
	}
	hook.Store(&fn)
}

// Step marks a point between two steps of a lock-free protocol. An exhaustive
// test stops a goroutine there and lets another one go on. Call it only under [Enabled].
func Step(point string) {
	if fn := hook.Load(); fn != nil {
		(*fn)(point)
	}
}
