package carried

import (
	"runtime"
	"runtime/debug"
	"unsafe"
)

// Labels are the labels of the profiler, as the runtime keeps them; nil: none.
type Labels = unsafe.Pointer

// LabelsHere returns the labels of the calling goroutine.
func LabelsHere() Labels { return getLabels() }

// SetLabels sets the labels of the calling goroutine.
func SetLabels(l Labels) {
	if getLabels() != l {
		setLabels(l)
	}
}

// maxLocks bounds how often a goroutine is unlocked: once for each LockOSThread.
const maxLocks = 1 << 16

// Clear clears all that the calling goroutine carries, and reports whether it was locked to
// its thread. The program's changes to the thread itself stay.
func Clear() (locked bool) {
	SetLabels(nil)
	debug.SetPanicOnFault(false)
	return Unlock()
}

// Unlock unlocks the calling goroutine from its thread, however often it was locked, and
// reports whether it was.
func Unlock() (locked bool) {
	for n := 0; n < maxLocks && Locked(); n++ {
		locked = true
		runtime.UnlockOSThread()
	}
	return locked
}
