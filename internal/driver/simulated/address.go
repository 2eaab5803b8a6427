package simulated

import (
	"net"
	"net/netip"

	"github.com/edo-go/edo/internal/driver"
)

// An endpoint is where a listener listens. Without a host of its own it accepts
// connections to any address: of one family, or of both.
type endpoint struct {
	ip   netip.Addr
	port uint16
	both bool // ip is [::], and stands for IPv4 as well
}

// local returns the endpoint that a listener gets for a. Like package net, tcp
// listens for both families when the host is empty or unspecified.
func local(a driver.Address) endpoint {
	if !a.IsWildcard() {
		return endpoint{ip: a.IP, port: a.Port}
	}
	if a.Network == "tcp4" {
		return endpoint{ip: netip.IPv4Unspecified(), port: a.Port}
	}
	return endpoint{ip: netip.IPv6Unspecified(), port: a.Port, both: a.Network == "tcp"}
}

// accepts reports whether a connection to ip reaches e, apart from the port.
func (e endpoint) accepts(ip netip.Addr) bool {
	return e.ip == ip || e.ip.IsUnspecified() && (e.both || e.ip.Is4() == ip.Is4())
}

// conflicts reports whether e and o cannot both listen.
func (e endpoint) conflicts(o endpoint) bool {
	return e.port == o.port && (e.accepts(o.ip) || o.accepts(e.ip))
}

func tcpAddr(ip netip.Addr, port uint16) *net.TCPAddr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, port))
}
