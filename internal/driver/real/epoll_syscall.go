//go:build linux && !portable && !race

package real

import (
	"syscall"
	"unsafe"
)

// read and write make one system call on a socket that does not block. The call never
// waits, so Go's scheduler is not told. Where the architecture has calls for sockets, they
// are used: they skip the work that read and write do for files. p is not empty.

func read(fd int, p []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(sysRead, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
	return int(n), errno
}

func write(fd int, p []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(sysWrite, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), sendFlags, 0, 0)
	return int(n), errno
}
