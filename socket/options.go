package socket

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/driver"
)

// An Option is one setting of the sockets that a [Listen] or a [Dialer] makes. The zero
// Option changes nothing. The connections of a listener have its options. The methods of
// [Conn] change most of them later.
//
// A simulation accepts them all but [ReusePort] and [Control]. Its network loses nothing and
// has no delays, so only [Linger] and [LocalAddr] make a difference there.
type Option struct {
	inner driver.Option // nil: none
	err   error         // of a value that makes no sense, for the call that is given it

	most, perAddress int // see Limit; 0: none
}

// ReusePort lets several listeners share one address, also those of several
// processes: the system gives each connection to one of them. All of them must ask
// for it (SO_REUSEPORT), and belong to the same user. It works on Linux, and on the BSDs
// and darwin, where one listener may get all connections; elsewhere, and in the
// simulator, the error matches [errors.ErrUnsupported].
//
// Linux chooses by the addresses of both sides and the client's port, and not by the
// server's: clients that use only a few ports load the listeners unevenly, and in the same
// way on every port. When one of the listeners is closed, the connections that it has not
// accepted are reset; with net.ipv4.tcp_migrate_req=1 they go to the others.
func ReusePort() Option { return Option{inner: driver.ReusePort{}} }

// NoDelay says whether small writes go out at once, as they do by default, or may wait for
// more bytes while others are under way (Nagle's algorithm).
func NoDelay(on bool) Option { return Option{inner: driver.NoDelay(on)} }

// KeepAlive says how the system finds out that a silent peer has vanished: after Idle it
// sends a probe, then one each Interval, and after Count of them without an answer the
// connection fails. The rules are those of [net.KeepAliveConfig]: 0 stands for 15 s, 15 s
// and 9, a negative number for the system's own.
//
// Probes are sent only while no byte is under way: see [UserTimeout].
func KeepAlive(c net.KeepAliveConfig) Option { return Option{inner: driver.KeepAlive(c)} }

// ReadBuffer sets the size of the system's buffer for what arrives. Without it the system
// chooses, and adapts it to the rate.
func ReadBuffer(bytes int) Option { return buffer(driver.ReadBuffer(bytes), bytes) }

// WriteBuffer sets the size of the system's buffer for what was written.
func WriteBuffer(bytes int) Option { return buffer(driver.WriteBuffer(bytes), bytes) }

func buffer(o driver.Option, bytes int) Option {
	if bytes <= 0 || bytes > math.MaxInt32 {
		return Option{err: fmt.Errorf("a buffer of %d bytes", bytes)}
	}
	return Option{inner: o}
}

// Linger says what Close does with bytes that the other side has not taken yet. A negative
// number, the default, leaves them to the system, which goes on sending. 0 drops them, and
// resets the connection. There is no positive one: the Close of a socket that lingers waits
// in the system, for that many seconds, and would keep a worker of the runtime for as long.
// Where the end of the transfer matters: CloseWrite, read to the end within some time,
// Close.
func Linger(seconds int) Option {
	if seconds > 0 {
		return Option{err: errLinger}
	}
	return Option{inner: driver.Linger(max(seconds, -1))}
}

var errLinger = errors.New("a Close that lingers would keep a worker waiting: use CloseWrite, and read to the end")

// UserTimeout says how long bytes may be under way without an answer before the connection
// fails with ETIMEDOUT (TCP_USER_TIMEOUT). 0 is the system's own time, some 15 minutes. A part of a
// millisecond counts as one. Linux has it; elsewhere the error matches
// [errors.ErrUnsupported].
//
// It finds a peer that has vanished with bytes under way, which [KeepAlive] does not. But
// a peer that lives and does not read, so that its window is full, is cut off after that
// time as well, and loses what it has not received. With keep-alive it takes the place of
// Count: a silent peer is given up at the first probe after it, which may be later than
// Count probes. And the failure comes by up to the time of one retransmission later; it is
// EHOSTUNREACH if the system has found by then that its network has no such machine any more.
// For a time limit that is exact, use a deadline or [Conn.SetIdleTimeout].
func UserTimeout(d time.Duration) Option {
	if d < 0 {
		return Option{err: fmt.Errorf("a user time-out of %v", d)}
	}
	return Option{inner: driver.UserTimeout(d)}
}

// LocalAddr is the address that connections start from; its port may be 0, for any that is
// free. Addresses of the other family are not dialled. It is for a [Dialer] alone.
//
// A machine has some 28,000 ports for connections from one address to one other; by several
// addresses it can have more.
func LocalAddr(a netip.AddrPort) Option {
	if !a.IsValid() {
		return Option{err: errNoLocalAddr}
	}
	return Option{inner: driver.LocalAddr(a)}
}

var (
	errNoLocalAddr  = errors.New("a LocalAddr without an address: 0.0.0.0 and :: are any of the machine")
	errNotForListen = errors.New("LocalAddr is an option of a Dialer")
)

// isForDialers reports whether o is for a Dialer alone.
func isForDialers(o Option) bool {
	_, is := o.inner.(driver.LocalAddr)
	return is
}

// Control calls hook with each socket after it was made, and before it is bound or
// connected, as [net.ListenConfig] and [net.Dialer] do. Its error is that of the Listen,
// or of the attempt to connect. The simulator has no sockets: the error matches
// [errors.ErrUnsupported]. A nil hook changes nothing.
func Control(hook func(network, address string, c syscall.RawConn) error) Option {
	if hook == nil {
		return Option{}
	}
	return Option{inner: driver.Control(hook)}
}

// driverOptions returns the options for the driver, or the first error in opts.
func driverOptions(opts []Option) (of []driver.Option, err error) {
	for _, o := range opts {
		if o.err != nil {
			return nil, o.err
		}
		if o.inner != nil {
			of = append(of, o.inner)
		}
	}
	return of, nil
}

// SetNoDelay is [NoDelay] for an open connection.
func (c *Conn) SetNoDelay(on bool) error { return c.set(NoDelay(on)) }

// SetKeepAlive is [KeepAlive] for an open connection.
func (c *Conn) SetKeepAlive(k net.KeepAliveConfig) error { return c.set(KeepAlive(k)) }

// SetLinger is [Linger] for an open connection.
func (c *Conn) SetLinger(seconds int) error { return c.set(Linger(seconds)) }

// SetReadBuffer is [ReadBuffer] for an open connection.
func (c *Conn) SetReadBuffer(bytes int) error { return c.set(ReadBuffer(bytes)) }

// SetWriteBuffer is [WriteBuffer] for an open connection.
func (c *Conn) SetWriteBuffer(bytes int) error { return c.set(WriteBuffer(bytes)) }

// SetUserTimeout is [UserTimeout] for an open connection.
func (c *Conn) SetUserTimeout(d time.Duration) error { return c.set(UserTimeout(d)) }

func (c *Conn) set(o Option) error {
	if o.err != nil {
		return c.translate("set", o.err)
	}
	return c.translate("set", c.inner.Set(o.inner))
}
