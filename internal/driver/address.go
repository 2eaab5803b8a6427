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
	err := a.parse(text)
	return a, err
}

// ParsePacketAddress is [ParseAddress] for the networks of datagrams.
func ParsePacketAddress(network, text string) (Address, error) {
	a := Address{Network: network}
	if err := CheckPacketNetwork(network); err != nil {
		return a, err
	}
	err := a.parse(text)
	return a, err
}

// parse reads text as an address of the network of a.
func (a *Address) parse(text string) error {
	if IsUnix(a.Network) {
		a.Path = text
		return nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return &net.AddrError{Err: "invalid port", Addr: port}
	}
	a.Port = uint16(n)
	if host == "" {
		return nil
	}
	if a.IP, err = netip.ParseAddr(host); err != nil {
		return &net.ParseError{Type: "IP address", Text: host}
	}
	a.IP = a.IP.Unmap()
	if a.IP.Is4() && a.only6() || a.IP.Is6() && a.only4() {
		return &net.AddrError{Err: "no suitable address", Addr: host}
	}
	return nil
}

func (a *Address) only4() bool { return a.Network == "tcp4" || a.Network == "udp4" }
func (a *Address) only6() bool { return a.Network == "tcp6" || a.Network == "udp6" }

// CheckNetwork returns a net.UnknownNetworkError unless network is tcp, tcp4, tcp6, unix or
// unixpacket.
func CheckNetwork(network string) error {
	switch network {
	case "tcp", "tcp4", "tcp6", "unix", "unixpacket":
		return nil
	}
	return net.UnknownNetworkError(network)
}

// CheckPacketNetwork returns a net.UnknownNetworkError unless network is udp, udp4, udp6 or
// unixgram.
func CheckPacketNetwork(network string) error {
	switch network {
	case "udp", "udp4", "udp6", UnixGram:
		return nil
	}
	return net.UnknownNetworkError(network)
}

// IsUnix reports whether network is one of Unix sockets.
func IsUnix(network string) bool {
	return network == "unix" || network == UnixPacket || network == UnixGram
}

// UnixPacket is the network whose reads and writes are packets.
const UnixPacket = "unixpacket"

// UnixGram is the network of Unix sockets for datagrams.
const UnixGram = "unixgram"

// IsWildcard reports whether a stands for every address of the machine.
func (a Address) IsWildcard() bool { return !a.IP.IsValid() || a.IP.IsUnspecified() }

// ToLocal returns the address to connect to for a: a wildcard is this machine.
func (a Address) ToLocal() Address {
	if IsUnix(a.Network) || !a.IsWildcard() {
		return a
	}
	if a.only6() || a.IP.Is6() {
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
	if CheckPacketNetwork(a.Network) == nil {
		return &net.UDPAddr{IP: a.IP.WithZone("").AsSlice(), Port: int(a.Port), Zone: a.IP.Zone()}
	}
	return &net.TCPAddr{IP: a.IP.WithZone("").AsSlice(), Port: int(a.Port), Zone: a.IP.Zone()}
}
