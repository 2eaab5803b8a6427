//go:build !amd64 && !arm64

package carried

// Prepare does nothing: without assembly for this processor nothing can be found out.
func Prepare() {}

// MaybeLocked is always true.
func MaybeLocked() bool { return true }

// Any is always true.
func Any() bool { return true }

// Locked says whether the calling goroutine is locked to its thread: by
// [runtime.LockOSThread], or because it is in a callback from C.
func Locked() bool { return lockedInWords() }
