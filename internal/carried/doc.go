// Package carried finds the settings that the calling goroutine carries, and clears them: a
// thread that it is locked to ([runtime.LockOSThread], or a callback from C),
// the labels of the profiler, and whether a fault of the memory is a panic
// ([runtime/debug.SetPanicOnFault]). It also reports whether the goroutine is in a bubble of
// testing/synctest.
//
// A worker and a coroutine are goroutines that run the code of many tasks. The settings that
// one task leaves on the goroutine must not reach the next task.
//
//	if carried.Any() { // a nanosecond
//		locked := carried.Clear()
//	}
//
// # How it looks
//
// The labels are read and written by two functions that package runtime keeps for packages
// outside of it. No function returns the other two. They are fields of the runtime's
// descriptor of the goroutine, and their offsets are found at run time, see probe.go: a
// goroutine made for this compares the words of its descriptor before and after it locks its
// thread. Only the goroutine itself reads its descriptor, one aligned word at a time, and
// writes nothing. When the probe is not conclusive, as with a runtime that has been changed,
// or on a processor for which there is no assembly, [Any] is always true, and [Clear] and
// [Locked] read the head of a stack trace, which costs microseconds.
package carried
