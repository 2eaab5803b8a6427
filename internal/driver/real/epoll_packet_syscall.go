//go:build linux && !portable && !race && !386 && !s390x

package real

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"unsafe"

	"github.com/edo-go/edo/internal/driver"
)

// receive and send make one system call on a UDP socket. They are those of package syscall
// without its allocation for each address.

func receive(fd int, p []byte) (int, driver.Peer, syscall.Errno) {
	var sa syscall.RawSockaddrInet6
	size := uint32(unsafe.Sizeof(sa))
	n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), recvFlags,
		uintptr(unsafe.Pointer(&sa)), uintptr(unsafe.Pointer(&size)))
	if errno != 0 {
		return 0, driver.Peer{}, errno
	}
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:])
	if sa.Family == syscall.AF_INET {
		ip := (*syscall.RawSockaddrInet4)(unsafe.Pointer(&sa)).Addr
		return int(n), driver.Peer{AddrPort: netip.AddrPortFrom(netip.AddrFrom4(ip), port)}, 0
	}
	return int(n), peerOf6(sa.Addr, sa.Scope_id, port), 0
}

func send(fd int, p []byte, to netip.AddrPort, v6 bool) syscall.Errno {
	var sa syscall.RawSockaddrInet6
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:], to.Port())
	size := unsafe.Sizeof(sa)
	if v6 {
		sa.Family = syscall.AF_INET6
		sa.Addr = to.Addr().As16()
		sa.Scope_id = zoneID(to.Addr().Zone())
	} else {
		sa4 := (*syscall.RawSockaddrInet4)(unsafe.Pointer(&sa))
		sa4.Family = syscall.AF_INET
		sa4.Addr = to.Addr().Unmap().As4()
		size = unsafe.Sizeof(*sa4)
	}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), sendFlags,
		uintptr(unsafe.Pointer(&sa)), size)
	return errno
}
