// Package carried says what the calling goroutine carries beside its stack, and takes it
// off: a thread that it is locked to ([runtime.LockOSThread], or a callback from C),
// the labels of the profiler, and whether a fault of the memory is a panic
// ([runtime/debug.SetPanicOnFault]). It also says whether the goroutine is in a bubble of
// testing/synctest.
//
// A worker and a coroutine are goroutines that run the code of many tasks. What one of
// them has left there must not be on the next.
//
//	if carried.Any() { // a nanosecond
//		locked := carried.Clear()
//	}
//
// # How it looks
//
// The labels are read and written by what package runtime keeps for packages outside of
// it. No function tells of the other two. They are fields of the runtime's descriptor of
// the goroutine, and where they lie is found out at run time, see probe.go: a goroutine of
// its own looks which of its words changes when it locks its thread, and when it lets go.
// Only the goroutine itself reads its descriptor, one aligned word at a time, and writes
// nothing. When the look is not conclusive, as with a runtime that has been changed, or on a
// processor for which there is no assembly, [Any] is always true, and [Clear] and
// [Locked] ask the runtime in words, which costs microseconds.
package carried
