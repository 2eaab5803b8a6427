package simulated

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// packetSettings are the options of a socket for datagrams that matter in a network of one
// host. The others are accepted and do nothing.
type packetSettings struct {
	from        netip.AddrPort // where a connected socket starts; invalid: anywhere
	shares      bool           // it is at the address of a group
	noBroadcast bool
	noLoop      bool // what it sends to a group comes to no socket
	groups      []netip.Addr
}

var errOnlyUDP = driver.Unsupported("this option is for UDP")

// setAll gives a new socket its options.
func (c *packetConn) setAll(opts []driver.Option) error {
	for _, o := range opts {
		var err error
		switch o := o.(type) {
		case driver.ReusePort:
			err = driver.Unsupported("sockets cannot share a port in a simulation, but at the address of a group")
		case driver.Control:
			err = driver.Unsupported("a simulated socket has no descriptor for a Control hook")
		case driver.LocalAddr:
			if driver.IsUnix(c.network) {
				return errOnlyUDP
			}
			a := netip.AddrPort(o)
			c.from = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
		default:
			err = c.set(o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Set changes an option.
func (c *packetConn) Set(o driver.Option) error {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	if c.isClosed() {
		return net.ErrClosed
	}
	return c.set(o)
}

func (c *packetConn) set(o driver.Option) error {
	switch o.(type) {
	case driver.ReadBuffer, driver.WriteBuffer:
		return nil
	}
	if driver.IsUnix(c.network) {
		return errOnlyUDP
	}
	switch o := o.(type) {
	case driver.Broadcast:
		c.noBroadcast = !bool(o)
	case driver.MulticastLoop:
		c.noLoop = !bool(o)
	case driver.TTL, driver.MulticastTTL, driver.MulticastInterface:
	case driver.Group:
		if errno := c.setGroup(o); errno != 0 {
			return os.NewSyscallError("setsockopt", errno)
		}
	default:
		return driver.Unsupported("this option is for TCP, or for a socket that is being made")
	}
	return nil
}

func (c *packetConn) setGroup(o driver.Group) syscall.Errno {
	group := o.Address.Unmap().WithZone("")
	i := slices.Index(c.groups, group)
	switch {
	case !group.IsMulticast():
		return syscall.EINVAL
	case o.Leave && i < 0:
		return syscall.EADDRNOTAVAIL
	case o.Leave:
		c.groups = slices.Delete(c.groups, i, i+1)
	case i >= 0:
		return syscall.EADDRINUSE
	default:
		c.groups = append(c.groups, group)
	}
	return 0
}
