package driver

import (
	"errors"
	"net"
	"net/netip"

	"github.com/edo-go/edo/internal/sched"
)

// A Peer is the address of one end of a datagram: of UDP an IP address and a port, of a Unix
// socket a path. The zero Peer is none.
type Peer struct {
	AddrPort netip.AddrPort
	Path     string
}

// Net returns p as an address of package net. The zero Peer of UDP is nil.
func (p Peer) Net(network string) net.Addr {
	switch {
	case IsUnix(network):
		return &net.UnixAddr{Name: p.Path, Net: network}
	case p.AddrPort.IsValid():
		return net.UDPAddrFromAddrPort(p.AddrPort)
	}
	return nil
}

// CheckReceiver returns an error unless a datagram goes to an address of the network, from a
// socket that is not connected, or to none from one that is.
func CheckReceiver(network string, remote net.Addr, to Peer) error {
	isOfNetwork := to.AddrPort.IsValid()
	if IsUnix(network) {
		isOfNetwork = to.Path != ""
	}
	switch isTo := to != (Peer{}); {
	case !isTo && remote == nil:
		return errNoReceiver
	case isTo && remote != nil:
		return net.ErrWriteToConnected
	case isTo && !isOfNetwork:
		return errOtherReceiver
	}
	return nil
}

var (
	errNoReceiver    = errors.New("a datagram without an address, from a socket that is not connected")
	errOtherReceiver = Unsupported("the address is none of this network")
)

// Keeper keeps the tasks that wait to read, and those that wait to write.
type Keeper interface {
	// Wait makes t a waiter in direction d, as an operation that is Pending does.
	Wait(d Direction, t *sched.Task)
	// Waits reports whether t is a waiter in direction d.
	Waits(d Direction, t *sched.Task) bool
	// Forget removes t from the waiters in direction d.
	Forget(d Direction, t *sched.Task)
	// Wake wakes all waiters in direction d, and removes them.
	Wake(d Direction)
}

// A PacketConn is a socket for datagrams: UDP, or Unix datagrams. One that is connected has a
// remote address, and receives from there alone.
//
// Any number of tasks may wait on it in each direction, as on a [Conn].
type PacketConn interface {
	Keeper
	Batches

	// ReadFrom receives a datagram and who has sent it. Of a datagram it returns what p has room
	// for, and drops the rest. A datagram may be empty: there is no end. The first error of a
	// connected one may be about a datagram that was sent before. After Close the error is
	// net.ErrClosed.
	ReadFrom(cx *sched.Context, p []byte) (int, Peer, Poll, error)

	// WriteTo sends p as one datagram, which may be empty: to the remote address if to is zero.
	// An unconnected Unix socket whose receiver has no room fails with EAGAIN: no system says
	// when there is some.
	WriteTo(cx *sched.Context, p []byte, to Peer) (Poll, error)

	// Set changes an option.
	Set(o Option) error

	// Driver returns the driver of the socket.
	Driver() Driver

	// Network is that of the address, as ListenPacket or DialPacket was given it.
	Network() string
	LocalAddr() net.Addr  // also after Close
	RemoteAddr() net.Addr // nil: not connected

	// Closed reports whether Close was called, on the socket or on the driver.
	Closed() bool

	// Close wakes all waiters. It may be called twice, and from any goroutine.
	Close() error
}
