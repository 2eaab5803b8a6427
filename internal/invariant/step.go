package invariant

// hook is what [Step] calls. A test of interleavings sets it before it starts
// goroutines and clears it after they have ended.
var hook func(point string)

// SetStep makes fn run at every [Step], or nothing when fn is nil. It is for
// package interleave; no step may be running meanwhile.
func SetStep(fn func(point string)) { hook = fn }

// Step marks a point between two steps of a lock-free protocol. An exhaustive
// test stops a goroutine there and lets another one go on. Call it under
// [Enabled] alone.
func Step(point string) {
	if hook != nil {
		hook(point)
	}
}
