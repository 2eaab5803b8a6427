//go:build linux && !portable

package real

import "syscall"

// A socket does not wait because its file says so, by O_NONBLOCK. But the file belongs to all of
// its duplicates: another process, or another part of this one, may switch it back. So calls that
// have a flag say for themselves that they must not wait, and before the others (accept4,
// sendfile, splice) keepNonblocking asks the file.

const (
	recvFlags = syscall.MSG_DONTWAIT
	sendFlags = syscall.MSG_DONTWAIT | syscall.MSG_NOSIGNAL
)

// keepNonblocking sets O_NONBLOCK again, if it was taken from the file of fd.
func keepNonblocking(fd int) {
	flags, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFL, 0)
	if errno == 0 && flags&syscall.O_NONBLOCK == 0 {
		syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_SETFL, flags|syscall.O_NONBLOCK)
	}
}
