//go:build linux && !portable && !race && (386 || s390x)

package real

import (
	"syscall"
	"unsafe"
)

// On architectures where all socket calls once were one system call, package syscall has no
// numbers for them: read and write are this one. p is not empty.

// socketcall has the arguments of the system call, as the kernel reads them.
type socketcall struct {
	fd       uintptr
	p        unsafe.Pointer
	n, flags uintptr
	addr     unsafe.Pointer
	size     uintptr
}

// The numbers of the calls.
const (
	callSendto   = 11
	callRecvfrom = 12
)

func read(fd int, p []byte) (int, syscall.Errno) {
	args := socketcall{fd: uintptr(fd), p: unsafe.Pointer(unsafe.SliceData(p)), n: uintptr(len(p)), flags: recvFlags}
	n, _, errno := syscall.RawSyscall(syscall.SYS_SOCKETCALL, callRecvfrom, uintptr(unsafe.Pointer(&args)), 0)
	return int(n), errno
}

func write(fd int, p []byte) (int, syscall.Errno) {
	args := socketcall{fd: uintptr(fd), p: unsafe.Pointer(unsafe.SliceData(p)), n: uintptr(len(p)), flags: sendFlags}
	n, _, errno := syscall.RawSyscall(syscall.SYS_SOCKETCALL, callSendto, uintptr(unsafe.Pointer(&args)), 0)
	return int(n), errno
}
