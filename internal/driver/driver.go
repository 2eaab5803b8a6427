package driver

import (
	"errors"
	"net"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// ErrPending says that an operation cannot go on yet, and that the driver has
// kept the task of the context, to be woken when trying again may help.
var ErrPending = errors.New("driver: pending")

// A Driver connects a runtime to the outside. Its methods may be called from any
// goroutine, those of the simulated driver from the goroutine that runs it alone.
type Driver interface {
	sched.Driver // clock, waiting, choice

	// Time returns the wall-clock time at an instant of the clock of Now.
	Time(at int64) time.Time

	// Rand returns a random number; the same ones for the same seed.
	Rand() uint64

	// Listen starts to listen. network is tcp, tcp4 or tcp6; address is HOST:PORT,
	// where HOST is numeric or empty. The errors are those of package net.
	Listen(network, address string) (Listener, error)

	// Dial starts to connect and does not wait: [Conn.Connect] says when it is
	// done. address is HOST:PORT, where HOST is numeric.
	Dial(network, address string) (Conn, error)

	// Close lets go of everything, after all workers have ended. What is still
	// open is closed.
	Close() error
}

// A Listener takes connections.
type Listener interface {
	// Accept returns the next connection, or ErrPending. Every task that got
	// ErrPending is woken when there may be a connection for it. After Close the
	// error is net.ErrClosed.
	Accept(cx *sched.Context) (Conn, error)

	// Forget lets go of the waker of t, which no longer waits to accept. If a wake
	// had been spent on t, another waiting task gets it.
	Forget(t *sched.Task)

	Addr() net.Addr

	// Close may be called twice, and from any goroutine. It ends what waits.
	Close() error
}

// A Conn is a connection. One task at a time may read and one may write; when
// several do, the one that polled last in a direction is woken.
type Conn interface {
	// Connect returns nil when the connection that Dial began stands.
	Connect(cx *sched.Context) error

	// Read reads what there is, at least a byte unless p is empty. io.EOF is the
	// end. After Close the error is net.ErrClosed.
	Read(cx *sched.Context, p []byte) (int, error)

	// Write writes what there is room for, at least a byte unless p is empty.
	Write(cx *sched.Context, p []byte) (int, error)

	// Forget lets go of the waker of t, in both directions.
	Forget(t *sched.Task)

	// CloseWrite ends what the other side reads; reading goes on.
	CloseWrite() error

	LocalAddr() net.Addr
	RemoteAddr() net.Addr

	// Close may be called twice, and from any goroutine. It ends what waits.
	Close() error
}
