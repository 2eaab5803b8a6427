//go:build linux && !portable && !race && !386 && !s390x

package real

import (
	"syscall"
	"unsafe"
)

// read and write make one system call, that of sockets: it skips the work that read and write
// do for files, and has a flag not to wait. So Go's scheduler is not told. p is not empty.

func read(fd int, p []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), recvFlags, 0, 0)
	return int(n), errno
}

func write(fd int, p []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), sendFlags, 0, 0)
	return int(n), errno
}
