package simulated

import (
	"net"
	"net/netip"
	"strconv"
)

// parse reads a HOST:PORT for network, whose host is numeric or empty, which is the
// zero address. The errors are those of package net, without the operation.
func parse(network, address string) (ip netip.Addr, port uint16, err error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return ip, 0, net.UnknownNetworkError(network)
	}
	host, digits, err := net.SplitHostPort(address)
	if err != nil {
		return ip, 0, err
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return ip, 0, &net.AddrError{Err: "invalid port", Addr: digits}
	}
	port = uint16(n)
	if host == "" {
		return ip, port, nil
	}
	if ip, err = netip.ParseAddr(host); err != nil {
		return ip, 0, &net.ParseError{Type: "IP address", Text: host}
	}
	ip = ip.Unmap()
	if ip.Is6() && network == "tcp4" || ip.Is4() && network == "tcp6" {
		return ip, 0, &net.AddrError{Err: "no suitable address", Addr: host}
	}
	return ip, port, nil
}

// An endpoint is where a listener listens. Without a host of its own it takes
// what is sent to any: to those of one family, or of both.
type endpoint struct {
	ip   netip.Addr
	port uint16
	both bool // ip is [::] and stands for IPv4 as well
}

// local returns the endpoint that a listener of network gets for ip. Like package
// net, tcp listens for both families when the host is empty or unspecified.
func local(network string, ip netip.Addr, port uint16) endpoint {
	if ip.IsValid() && !ip.IsUnspecified() {
		return endpoint{ip: ip, port: port}
	}
	if network == "tcp4" {
		return endpoint{ip: netip.IPv4Unspecified(), port: port}
	}
	return endpoint{ip: netip.IPv6Unspecified(), port: port, both: network == "tcp"}
}

// takes says whether what is sent to ip reaches e, the port aside.
func (e endpoint) takes(ip netip.Addr) bool {
	return e.ip == ip || e.ip.IsUnspecified() && (e.both || e.ip.Is4() == ip.Is4())
}

// conflicts says whether e and o cannot both listen.
func (e endpoint) conflicts(o endpoint) bool {
	return e.port == o.port && (e.takes(o.ip) || o.takes(e.ip))
}

// remote returns the address that dialing ip reaches: an empty or unspecified
// host is the local one.
func remote(network string, ip netip.Addr) netip.Addr {
	switch {
	case ip.IsValid() && !ip.IsUnspecified():
		return ip
	case ip.Is6() || network == "tcp6":
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

func tcpAddr(ip netip.Addr, port uint16) *net.TCPAddr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, port))
}
