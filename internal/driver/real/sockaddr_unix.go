//go:build unix

package real

import (
	"net"
	"net/netip"
	"strconv"
	"syscall"
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
