//go:build unix

package real

import (
	"net"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// setPacketOption changes an option of a socket for datagrams. An IPv6 socket may carry IPv4
// as well: it gets the options of both.
func setPacketOption(fd int, network string, v6 bool, o driver.Option) error {
	set := func(err error) error { return os.NewSyscallError("setsockopt", err) }
	switch o := o.(type) {
	case driver.ReadBuffer:
		return set(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, int(o)))
	case driver.WriteBuffer:
		return set(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, int(o)))
	}
	if driver.IsUnix(network) {
		return errOnlyUDP
	}
	// both sets the option of IPv4, and that of IPv6 if it is an IPv6 socket.
	both := func(set4 func() error, name6, value int) error {
		err := set4()
		if v6 { // not all systems let it have the options of IPv4
			err = syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, name6, value)
		}
		return set(err)
	}
	switch o := o.(type) {
	case driver.Broadcast:
		return set(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_BROADCAST, toInt(bool(o))))
	case driver.TTL:
		return both(func() error { return syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, syscall.IP_TTL, int(o)) },
			syscall.IPV6_UNICAST_HOPS, int(o))
	case driver.MulticastTTL:
		return both(func() error {
			return syscall.SetsockoptByte(fd, syscall.IPPROTO_IP, syscall.IP_MULTICAST_TTL, byte(o))
		}, syscall.IPV6_MULTICAST_HOPS, int(o))
	case driver.MulticastLoop:
		return both(func() error {
			return syscall.SetsockoptByte(fd, syscall.IPPROTO_IP, syscall.IP_MULTICAST_LOOP, byte(toInt(bool(o))))
		}, syscall.IPV6_MULTICAST_LOOP, toInt(bool(o)))
	case driver.MulticastInterface:
		return set(setMulticastInterface(fd, v6, o.Interface))
	case driver.Group:
		return set(setGroup(fd, v6, o))
	}
	return driver.Unsupported("this option is for TCP, or for a socket that is being made")
}

func setGroup(fd int, v6 bool, o driver.Group) error {
	group := o.Address.Unmap()
	if group.Is6() {
		if !v6 {
			return &net.AddrError{Err: "non-IPv4 address", Addr: group.String()}
		}
		m := &syscall.IPv6Mreq{Multiaddr: group.As16()}
		if o.Interface != nil {
			m.Interface = uint32(o.Interface.Index)
		}
		name := syscall.IPV6_JOIN_GROUP
		if o.Leave {
			name = syscall.IPV6_LEAVE_GROUP
		}
		return syscall.SetsockoptIPv6Mreq(fd, syscall.IPPROTO_IPV6, name, m)
	}
	m := &syscall.IPMreq{Multiaddr: group.As4()}
	if o.Interface != nil {
		at, err := addressOf(o.Interface)
		if err != nil {
			return err
		}
		m.Interface = at
	}
	name := syscall.IP_ADD_MEMBERSHIP
	if o.Leave {
		name = syscall.IP_DROP_MEMBERSHIP
	}
	return syscall.SetsockoptIPMreq(fd, syscall.IPPROTO_IP, name, m)
}

func setMulticastInterface(fd int, v6 bool, in *net.Interface) (err error) {
	var at [4]byte
	index := 0
	if in != nil {
		index = in.Index
		at, err = addressOf(in)
	}
	if err == nil {
		err = syscall.SetsockoptInet4Addr(fd, syscall.IPPROTO_IP, syscall.IP_MULTICAST_IF, at)
	}
	if v6 {
		err = syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_MULTICAST_IF, index)
	}
	return err
}

// addressOf returns the first IPv4 address of an interface, by which the system knows it.
func addressOf(in *net.Interface) (at [4]byte, err error) {
	all, err := in.Addrs()
	if err != nil {
		return at, err
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil {
			return [4]byte(n.IP.To4()), nil
		}
	}
	return at, &net.AddrError{Err: "no IPv4 address on interface", Addr: in.Name}
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
