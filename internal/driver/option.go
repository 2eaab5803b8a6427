package driver

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// An Option is one setting of a socket: of one that Listen or Dial makes, or, where the
// table has a conn, of a connection at any time. The connections of a listener have its
// options.
//
//	               listen  dial  conn
//	NoDelay        x       x     x
//	Linger         x       x     x
//	KeepAlive      x       x     x
//	ReadBuffer     x       x     x
//	WriteBuffer    x       x     x
//	UserTimeout    x       x     x
//	ReusePort      x       x
//	Control        x       x
//	LocalAddr              x
//
// Those that a driver or a system has not fail with an error that matches
// errors.ErrUnsupported.
type Option interface{ isOption() }

type (
	// NoDelay sends small writes at once (TCP_NODELAY).
	NoDelay bool
	// Linger says what Close does with bytes that the other side has not taken: 0 drops
	// them and resets the connection, -1 leaves them to the system. It has no other value.
	Linger int
	// KeepAlive has the numbers of the probes, with the defaults of package net.
	KeepAlive net.KeepAliveConfig
	// ReadBuffer is the size of the system's buffer for what arrives.
	ReadBuffer int
	// WriteBuffer is the size of the system's buffer for what was written.
	WriteBuffer int
	// UserTimeout is how long bytes may be under way (TCP_USER_TIMEOUT).
	UserTimeout time.Duration
	// ReusePort shares the address with other sockets (SO_REUSEPORT).
	ReusePort struct{}
	// Control is called with each socket before it is bound or connected, as the field of
	// net.ListenConfig and net.Dialer is.
	Control func(network, address string, c syscall.RawConn) error
	// LocalAddr is where a connection starts.
	LocalAddr netip.AddrPort
)

func (NoDelay) isOption()     {}
func (Linger) isOption()      {}
func (KeepAlive) isOption()   {}
func (ReadBuffer) isOption()  {}
func (WriteBuffer) isOption() {}
func (UserTimeout) isOption() {}
func (ReusePort) isOption()   {}
func (Control) isOption()     {}
func (LocalAddr) isOption()   {}

// The defaults of package net for what is 0 in a KeepAlive.
const (
	KeepAlivePeriod = 15 * time.Second // idle, and between probes
	KeepAliveCount  = 9
)

// Options of a [PacketConn], with those of UDP marked. All but Group are for ListenPacket and
// DialPacket too.
type (
	// Broadcast says whether it may send to a broadcast address (UDP).
	Broadcast bool
	// TTL is how many routers a datagram may pass (UDP).
	TTL int
	// MulticastTTL is the same of datagrams to a group (UDP).
	MulticastTTL int
	// MulticastLoop says whether sockets of this machine get what is sent to a group (UDP).
	MulticastLoop bool
	// MulticastInterface is where datagrams to a group leave (UDP). nil: the system chooses.
	MulticastInterface struct{ *net.Interface }
	// Group joins a group, or leaves it (UDP).
	Group struct {
		Address   netip.Addr
		Interface *net.Interface // nil: the system chooses
		Leave     bool
	}
)

func (Broadcast) isOption()          {}
func (TTL) isOption()                {}
func (MulticastTTL) isOption()       {}
func (MulticastLoop) isOption()      {}
func (MulticastInterface) isOption() {}
func (Group) isOption()              {}

// Unsupported returns the error of an option, or of an operation, that is not there.
func Unsupported(what string) error {
	return errors.Join(errors.New(what), errors.ErrUnsupported)
}
