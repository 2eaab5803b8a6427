package driver

import (
	"net"
	"net/netip"
	"strconv"
)

// An Address is a HOST:PORT that was parsed, or the path of a Unix socket. An empty host is
// the invalid netip.Addr.
type Address struct {
	Network string // see CheckNetwork
	IP      netip.Addr
	Port    uint16
	Path    string // of a Unix socket; @ stands for the NUL of an abstract name
}

// ParseAddress reads an address whose host is numeric, or empty. It never asks a name
// server. The errors are those of package net, without the operation.
func ParseAddress(network, text string) (Address, error) {
	a := Address{Network: network}
	if err := CheckNetwork(network); err != nil {
		return a, err
	}
	if IsUnix(network) {
		a.Path = text
		return a, nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return a, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return a, &net.AddrError{Err: "invalid port", Addr: port}
	}
	a.Port = uint16(n)
	if host == "" {
		return a, nil
	}
	if a.IP, err = netip.ParseAddr(host); err != nil {
		return a, &net.ParseError{Type: "IP address", Text: host}
	}
	a.IP = a.IP.Unmap()
	if a.IP.Is4() && network == "tcp6" || a.IP.Is6() && network == "tcp4" {
		return a, &net.AddrError{Err: "no suitable address", Addr: host}
	}
	return a, nil
}

// CheckNetwork returns a net.UnknownNetworkError unless network is tcp, tcp4, tcp6, unix or
// unixpacket.
func CheckNetwork(network string) error {
	switch network {
	case "tcp", "tcp4", "tcp6", "unix", "unixpacket":
		return nil
	}
	return net.UnknownNetworkError(network)
}

// IsUnix reports whether network is one of Unix sockets.
func IsUnix(network string) bool { return network == "unix" || network == UnixPacket }

// UnixPacket is the network whose reads and writes are packets.
const UnixPacket = "unixpacket"

// IsWildcard reports whether a stands for every address of the machine.
func (a Address) IsWildcard() bool { return !a.IP.IsValid() || a.IP.IsUnspecified() }

// ToLocal returns the address to connect to for a: a wildcard is this machine.
func (a Address) ToLocal() Address {
	if IsUnix(a.Network) || !a.IsWildcard() {
		return a
	}
	if a.Network == "tcp6" || a.IP.Is6() {
		a.IP = netip.IPv6Loopback()
	} else {
		a.IP = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return a
}

// Net returns a as an address of package net.
func (a Address) Net() net.Addr {
	if IsUnix(a.Network) {
		return &net.UnixAddr{Name: a.Path, Net: a.Network}
	}
	return &net.TCPAddr{IP: a.IP.WithZone("").AsSlice(), Port: int(a.Port), Zone: a.IP.Zone()}
}
