//go:build !amd64 && !arm64

package carried

// Prepare does nothing: without assembly for this processor no offset can be found.
func Prepare() {}

// MaybeLocked is always true.
func MaybeLocked() bool { return true }

// Any is always true.
func Any() bool { return true }

// Locked reports whether the calling goroutine is locked to its thread: by
// [runtime.LockOSThread], or because it is in a callback from C.
func Locked() bool { return lockedByTrace() }
