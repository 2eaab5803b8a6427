package invariant

import "sync/atomic"

// hook is what [Step] calls. A test of interleavings sets it before it starts
// goroutines and clears it after they have ended. Others may come by at any time, as the
// collector's do, which clean up what earlier tests have left.
var hook atomic.Pointer[func(point string)]

// SetStep makes fn run at every [Step], or nothing when fn is nil. It is for
// package interleave, whose own steps do not run meanwhile.
func SetStep(fn func(point string)) {
	if fn == nil {
		hook.Store(nil)
		return
	}
	hook.Store(&fn)
}

// Step marks a point between two steps of a lock-free protocol. An exhaustive
// test stops a goroutine there and lets another one go on. Call it under
// [Enabled] alone.
func Step(point string) {
	if fn := hook.Load(); fn != nil {
		(*fn)(point)
	}
}
