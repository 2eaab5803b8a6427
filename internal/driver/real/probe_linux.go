package real

import (
	"syscall"
	"unsafe"
)

// hasConnection reports whether the listening socket fd has a connection to accept now.
// It does not wait.
func hasConnection(fd int) bool {
	const in = 1 // POLLIN
	ask := struct {
		fd              int32
		events, revents int16
	}{fd: int32(fd), events: in}
	var none syscall.Timespec
	n, _, errno := syscall.RawSyscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&ask)), 1,
		uintptr(unsafe.Pointer(&none)), 0, 0, 0)
	return errno != 0 || n > 0
}

// hasEnded reports whether the other side of the socket fd has ended what this one reads, and
// all its bytes were read.
func hasEnded(fd int) bool {
	const end = 0x2000 // POLLRDHUP
	ask := struct {
		fd              int32
		events, revents int16
	}{fd: int32(fd), events: end}
	var none syscall.Timespec
	n, _, errno := syscall.RawSyscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&ask)), 1,
		uintptr(unsafe.Pointer(&none)), 0, 0, 0)
	if errno != 0 {
		return true
	}
	var left int32
	if n > 0 {
		syscall.RawSyscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TIOCINQ, uintptr(unsafe.Pointer(&left)))
	}
	return n > 0 && left == 0
}
