package socket

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/edo-go/edo/internal/driver"
)

// JoinGroup has the socket receive what is sent to a group, a multicast address, and to its
// port. A nil interface is one that the system chooses. On systems that are no Unix the errors of
// the following methods match [errors.ErrUnsupported].
func (c *PacketConn) JoinGroup(in *net.Interface, group netip.Addr) error {
	return c.group(driver.Group{Address: group, Interface: in})
}

// LeaveGroup ends what [PacketConn.JoinGroup] of the same interface has begun.
func (c *PacketConn) LeaveGroup(in *net.Interface, group netip.Addr) error {
	return c.group(driver.Group{Address: group, Interface: in, Leave: true})
}

func (c *PacketConn) group(g driver.Group) error {
	if !g.Address.IsMulticast() {
		return c.translate("set", &net.AddrError{Err: "it is no group", Addr: g.Address.String()})
	}
	return c.set(g)
}

// SetMulticastInterface says by which interface datagrams to a group leave. nil leaves that to
// the system.
func (c *PacketConn) SetMulticastInterface(in *net.Interface) error {
	return c.set(driver.MulticastInterface{Interface: in})
}

// SetMulticastTTL says how many routers datagrams to a group may pass: 1, which is the default,
// keeps them in the local network.
func (c *PacketConn) SetMulticastTTL(n int) error { return c.setTTL(driver.MulticastTTL(n), n, 0) }

// SetMulticastLoop says whether sockets of this machine get what is sent to a group, as they do
// by default.
func (c *PacketConn) SetMulticastLoop(on bool) error { return c.set(driver.MulticastLoop(on)) }

// SetTTL says how many routers a datagram may pass.
func (c *PacketConn) SetTTL(n int) error { return c.setTTL(driver.TTL(n), n, 1) }

func (c *PacketConn) setTTL(o driver.Option, n, least int) error {
	if n < least || n > 255 {
		return c.translate("set", fmt.Errorf("a TTL of %d", n))
	}
	return c.set(o)
}

// SetBroadcast says whether the socket may send to a broadcast address, as it may by default.
func (c *PacketConn) SetBroadcast(on bool) error { return c.set(driver.Broadcast(on)) }

// SetReadBuffer sets the size of the system's buffer for what arrives. What it has no room for is
// lost.
func (c *PacketConn) SetReadBuffer(bytes int) error { return c.setOption(ReadBuffer(bytes)) }

// SetWriteBuffer sets the size of the system's buffer for what was sent.
func (c *PacketConn) SetWriteBuffer(bytes int) error { return c.setOption(WriteBuffer(bytes)) }

func (c *PacketConn) setOption(o Option) error {
	if o.err != nil {
		return c.translate("set", o.err)
	}
	return c.set(o.inner)
}

func (c *PacketConn) set(o driver.Option) error { return c.translate("set", c.inner.Set(o)) }
