package real

import (
	"net"
	"net/netip"
	"strconv"
)

// An address is what a driver is given: HOST:PORT, read. An empty host is the
// invalid netip.Addr.
type address struct {
	network string // tcp, tcp4 or tcp6
	ip      netip.Addr
	port    uint16
}

// parse reads an address whose host is numeric, or empty. It never asks a name
// server. The errors are those of package net, without the operation.
func parse(network, text string) (address, error) {
	a := address{network: network}
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return a, net.UnknownNetworkError(network)
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return a, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return a, &net.AddrError{Err: "invalid port", Addr: port}
	}
	a.port = uint16(n)
	if host == "" {
		return a, nil
	}
	if a.ip, err = netip.ParseAddr(host); err != nil {
		return a, &net.ParseError{Type: "IP address", Text: host}
	}
	a.ip = a.ip.Unmap()
	if a.ip.Is4() && network == "tcp6" || a.ip.Is6() && network == "tcp4" {
		return a, &net.AddrError{Err: "no suitable address", Addr: host}
	}
	return a, nil
}

// isWildcard says whether a stands for every address of the machine.
func (a address) isWildcard() bool { return !a.ip.IsValid() || a.ip.IsUnspecified() }

// toLocal returns where to connect for a: a wildcard is this machine.
func (a address) toLocal() address {
	if !a.isWildcard() {
		return a
	}
	if a.network == "tcp6" || a.ip.Is6() {
		a.ip = netip.IPv6Loopback()
	} else {
		a.ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return a
}

// tcp returns a as package net says it.
func (a address) tcp() *net.TCPAddr {
	return &net.TCPAddr{IP: a.ip.WithZone("").AsSlice(), Port: int(a.port), Zone: a.ip.Zone()}
}
