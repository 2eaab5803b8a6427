package carried

import (
	"runtime"
	"runtime/debug"
	"unsafe"
)

// Labels are those of the profiler, as the runtime keeps them; nil: none.
type Labels = unsafe.Pointer

// LabelsHere returns the labels of the calling goroutine.
func LabelsHere() Labels { return getLabels() }

// SetLabels gives the calling goroutine labels.
func SetLabels(l Labels) {
	if getLabels() != l {
		setLabels(l)
	}
}

// maxLocks bounds how often a goroutine is unlocked. Each LockOSThread wants its own.
const maxLocks = 1 << 16

// Clear takes off what the calling goroutine carries, and says whether it was locked to
// its thread. A thread that was locked goes back to the others as it is.
func Clear() (locked bool) {
	SetLabels(nil)
	debug.SetPanicOnFault(false)
	return Unlock()
}

// Unlock lets go of the thread that the calling goroutine is locked to, however often,
// and says whether it was.
func Unlock() (locked bool) {
	for n := 0; n < maxLocks && Locked(); n++ {
		locked = true
		runtime.UnlockOSThread()
	}
	return locked
}
