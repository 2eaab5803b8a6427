//go:build unix

package real

import (
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

func zoneID(name string) uint32 {
	if name == "" {
		return 0
	}
	if in, err := net.InterfaceByName(name); err == nil {
		return uint32(in.Index)
	}
	id, _ := strconv.ParseUint(name, 10, 32)
	return uint32(id)
}

func zoneName(id uint32) string {
	if id == 0 {
		return ""
	}
	if in, err := net.InterfaceByIndex(int(id)); err == nil {
		return in.Name
	}
	return strconv.FormatUint(uint64(id), 10)
}

// sockaddr returns ip and port for the kernel. In an IPv6 socket an IPv4 address
// is a mapped one, and no address is the unspecified one.
func sockaddr(ip netip.Addr, port uint16, v6 bool) syscall.Sockaddr {
	if !v6 {
		sa := &syscall.SockaddrInet4{Port: int(port)}
		if ip.IsValid() {
			sa.Addr = ip.As4()
		}
		return sa
	}
	sa := &syscall.SockaddrInet6{Port: int(port), ZoneId: zoneID(ip.Zone())}
	if ip.IsValid() && !ip.IsUnspecified() {
		sa.Addr = ip.As16()
	}
	return sa
}

// peerOf returns an address of the kernel. An IPv4 address is one also in an IPv6 socket.
func peerOf(sa syscall.Sockaddr) driver.Peer {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return driver.Peer{AddrPort: netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))}
	case *syscall.SockaddrInet6:
		return peerOf6(sa.Addr, sa.ZoneId, uint16(sa.Port))
	case *syscall.SockaddrUnix:
		return driver.Peer{Path: sa.Name}
	}
	return driver.Peer{}
}

func peerOf6(addr [16]byte, zone uint32, port uint16) driver.Peer {
	ip := netip.AddrFrom16(addr).Unmap()
	if zone != 0 {
		ip = ip.WithZone(zoneName(zone))
	}
	return driver.Peer{AddrPort: netip.AddrPortFrom(ip, port)}
}
