package socket

import (
	"net"
	"net/netip"
	"slices"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
)

// PacketConn sends and receives datagrams: UDP, or those of Unix sockets.
//
// Any number of tasks may use it at the same time: each datagram goes to one of them, and is
// sent whole. Close and the deadlines may be called from any goroutine.
//
// The owner of a PacketConn closes or drops it. The collector closes one that is garbage and was
// not closed, with a warning that says where it was made.
type PacketConn struct {
	inner  driver.PacketConn // keeps all tasks that wait
	limits atomic.Pointer[limits]
}

// ListenPacket makes a socket that receives datagrams at an address, on the network of the
// runtime that s belongs to. network is udp, udp4 or udp6, and address HOST:PORT as for
// [Listen]; or unixgram and a path, see [Unix sockets]. It does not wait.
//
// A HOST that is the address of a group lets several sockets have the port, also those of
// several processes: each of them calls [PacketConn.JoinGroup].
//
// Of the options [ReadBuffer], [WriteBuffer], [ReusePort] and [Control] are for datagrams.
//
// [Unix sockets]: https://pkg.go.dev/github.com/edo-go/edo/socket#hdr-Unix_sockets
//
//edo:nowait
func ListenPacket(s edo.Spawner, network, address string, opts ...Option) (*PacketConn, error) {
	return newPacketConn(s, "listen", network, address, opts, caller())
}

// DialPacket makes a socket that sends to one address and receives from there alone. The HOST
// is numeric or localhost: look up a name before, with [net.DefaultResolver] and
// [edo.Blocking]. DialPacket does not wait, and sends nothing. Its options are those of
// [ListenPacket], and [LocalAddr]. On unixgram it has no name of its own, so that no receiver
// can answer.
//
//edo:nowait
func DialPacket(s edo.Spawner, network, address string, opts ...Option) (*PacketConn, error) {
	return newPacketConn(s, "dial", network, address, opts, caller())
}

func newPacketConn(s edo.Spawner, op, network, address string, opts []Option, pc uintptr) (*PacketConn, error) {
	d, err := inside.Driver(s)
	var options []driver.Option
	if err == nil {
		err = driver.CheckPacketNetwork(network)
	}
	if err == nil {
		address, err = resolve(network, address)
	}
	if err == nil {
		options, err = driverOptions(opts)
	}
	switch isLimit := func(o Option) bool { return o.most+o.perAddress > 0 }; {
	case err != nil:
	case slices.ContainsFunc(opts, isLimit):
		err = errNoConnections
	case op == "listen" && slices.ContainsFunc(opts, isForDialers):
		err = errNotForListen
	}
	if err != nil {
		return nil, opError(op, network, nil, nil, err)
	}
	open := d.ListenPacket
	if op == "dial" {
		open = d.DialPacket
	}
	inner, err := open(network, address, options...)
	if err != nil {
		return nil, opError(op, network, nil, nil, err)
	}
	return keepPacketConn(inner, pc), nil
}

var errNoConnections = driver.Unsupported("a limit of connections, for datagrams")

// LocalAddr returns the address of this end, also after Close.
func (c *PacketConn) LocalAddr() net.Addr { return c.inner.LocalAddr() }

// RemoteAddr returns the address that a connected socket sends to, or nil.
func (c *PacketConn) RemoteAddr() net.Addr { return c.inner.RemoteAddr() }

// LocalAddrPort is [PacketConn.LocalAddr] of UDP, and the zero AddrPort otherwise.
func (c *PacketConn) LocalAddrPort() netip.AddrPort {
	if a, ok := c.LocalAddr().(*net.UDPAddr); ok {
		at := a.AddrPort()
		return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	}
	return netip.AddrPort{}
}

// Close ends the socket, and every operation that waits on it, each with an error that matches
// [net.ErrClosed]. Datagrams that have arrived and were not received are lost. It never waits and
// may be called twice, and from any goroutine.
func (c *PacketConn) Close() error {
	err := c.inner.Close()
	if ls := c.limits.Load(); ls != nil {
		ls.stop()
	}
	return c.translate("close", err)
}

// Drop is Close, for the owner of the socket.
func (c *PacketConn) Drop() { c.Close() }

// translate returns the error of an operation on c as opError does.
func (c *PacketConn) translate(op string, err error) error {
	if err == nil {
		return nil
	}
	return opError(op, c.inner.Network(), c.LocalAddr(), c.RemoteAddr(), err)
}
