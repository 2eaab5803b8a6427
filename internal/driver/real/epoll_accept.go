//go:build linux && !portable && !386 && !s390x

package real

import (
	"encoding/binary"
	"syscall"
	"unsafe"
)

// accept accepts a connection. It is that of package syscall without its allocation for the
// address, and does not tell Go's scheduler of a call that never waits.
func accept(fd int, network uint8) (int, endpoint, syscall.Errno) {
	e := endpoint{network: network}
	var sa syscall.RawSockaddrAny // also for the path of a Unix socket
	size := uint32(unsafe.Sizeof(sa))
	n, _, errno := syscall.RawSyscall6(syscall.SYS_ACCEPT4, uintptr(fd), uintptr(unsafe.Pointer(&sa)), uintptr(unsafe.Pointer(&size)),
		syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0)
	if errno != 0 {
		return -1, e, errno
	}
	switch sa.Addr.Family {
	case syscall.AF_INET:
		sa4 := (*syscall.RawSockaddrInet4)(unsafe.Pointer(&sa))
		e.v4, e.port = sa4.Addr, hostPort(sa4.Port)
	case syscall.AF_INET6:
		sa6 := (*syscall.RawSockaddrInet6)(unsafe.Pointer(&sa))
		e.set6(sa6.Addr, sa6.Scope_id)
		e.port = hostPort(sa6.Port)
	}
	return int(n), e, 0
}

// hostPort returns a port of the kernel's address.
func hostPort(port uint16) uint16 {
	return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&port))[:])
}
