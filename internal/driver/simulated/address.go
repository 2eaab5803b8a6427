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

	network, path string // of a Unix socket, which has nothing else
}

// local returns the endpoint that a listener gets for a. Like package net, tcp
// and udp listen for both families when the host is empty or unspecified.
func local(a driver.Address) endpoint {
	if driver.IsUnix(a.Network) {
		return endpoint{network: a.Network, path: a.Path}
	}
	if !a.IsWildcard() {
		return endpoint{ip: a.IP, port: a.Port}
	}
	if a.Network == "tcp4" || a.Network == "udp4" {
		return endpoint{ip: netip.IPv4Unspecified(), port: a.Port}
	}
	return endpoint{ip: netip.IPv6Unspecified(), port: a.Port, both: a.Network == "tcp" || a.Network == "udp"}
}

func (e endpoint) isUnix() bool { return e.network != "" }

// addr returns e as an address of package net.
func (e endpoint) addr() net.Addr {
	if e.isUnix() {
		return &net.UnixAddr{Name: e.path, Net: e.network}
	}
	return tcpAddr(e.ip, e.port)
}

// isAnyGroup reports whether a is the address of several hosts.
func isAnyGroup(ip netip.Addr) bool { return ip.IsMulticast() || ip == broadcast }

// broadcast stands for every host of the network.
var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// accepts reports whether a connection to ip reaches e, apart from the port.
func (e endpoint) accepts(ip netip.Addr) bool {
	return e.ip == ip || e.ip.IsUnspecified() && (e.both || e.ip.Is4() == ip.Is4())
}

// conflicts reports whether e and o cannot both listen.
func (e endpoint) conflicts(o endpoint) bool {
	if e.isUnix() || o.isUnix() {
		return e.path == o.path && e.isUnix() == o.isUnix()
	}
	return e.port == o.port && (e.accepts(o.ip) || o.accepts(e.ip))
}

func tcpAddr(ip netip.Addr, port uint16) *net.TCPAddr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, port))
}
