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

	// Network is tcp, tcp4 or tcp6, as Listen was given it.
	Network() string
	Addr() net.Addr

	// Closed says whether Close was called, or that of the driver.
	Closed() bool

	// Close may be called twice, and from any goroutine. It ends what waits.
	Close() error
}

// Direction is what an operation does with a connection.
type Direction uint8

const (
	Reading Direction = iota
	Writing           // and connecting
)

// A Conn is a connection. Any number of tasks may wait in a direction: all of them are
// woken when trying again may help, and those that find nothing wait again.
//
// An error that ends the connection, such as a reset, is kept: the system tells it once,
// to whichever operation asks first, and the driver to all that come afterwards. What
// arrived before the error is read first.
type Conn interface {
	// Connect returns nil when the connection that Dial began stands.
	Connect(cx *sched.Context) error

	// Read reads what there is, at least a byte unless p is empty. io.EOF is the
	// end. After Close the error is net.ErrClosed.
	Read(cx *sched.Context, p []byte) (int, error)

	// Write writes what there is room for, at least a byte unless p is empty. What it
	// says to be written is the system's: it arrives although Close comes next.
	Write(cx *sched.Context, p []byte) (int, error)

	// Forget lets go of the waker of t, in direction d.
	Forget(d Direction, t *sched.Task)

	// Waits says whether t waits in direction d.
	Waits(d Direction, t *sched.Task) bool

	// Wake wakes all that wait in direction d.
	Wake(d Direction)

	// CloseWrite ends what the other side reads; reading goes on.
	CloseWrite() error

	// Driver returns the driver of the connection.
	Driver() Driver

	// Network is tcp, tcp4 or tcp6, as Dial or Listen was given it.
	Network() string
	LocalAddr() net.Addr
	RemoteAddr() net.Addr

	// Closed says whether Close was called, or that of the driver.
	Closed() bool

	// Close may be called twice, and from any goroutine. It ends what waits.
	Close() error
}
