package driver

import (
	"net"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// Poll says how far an operation has come. It has the values of edo.Poll, whose package
// is above this one: the value that the poller returns goes up unchanged, and the socket
// only converts its type.
type Poll uint8

const (
	// Pending says that the operation cannot go on yet. The driver has kept the task of
	// the context as a waiter, and wakes it when trying again may help.
	Pending Poll = iota
	// Ready says that the operation has ended, with or without an error.
	Ready
)

// A Driver connects a runtime to the outside. Its methods may be called from any
// goroutine, those of the simulated driver from the goroutine that runs it alone.
type Driver interface {
	sched.Driver // clock, waiting, choice

	// Time returns the wall-clock time at an instant of the clock of Now, as if the wall clock were never set.
	Time(at int64) time.Time

	// Wall returns what the wall clock shows now. Unlike the clock of Now it may be set at any time, and it
	// goes on while the machine is suspended.
	Wall() time.Time

	// Rand returns a random number; the same ones for the same seed.
	Rand() uint64

	// Listen starts to listen. network is tcp, tcp4 or tcp6, and address is HOST:PORT,
	// where HOST is numeric or empty; or unix or unixpacket, and a path. The errors are those of package net.
	Listen(network, address string, opts ...Option) (Listener, error)

	// Dial starts to connect and does not wait: [Conn.Connect] reports when the
	// connection is established. address is HOST:PORT, where HOST is numeric, or
	// a path.
	Dial(network, address string, opts ...Option) (Conn, error)

	// ListenPacket makes a socket for datagrams at an address: HOST:PORT on udp, udp4 and
	// udp6, where HOST is numeric or empty, or the path of a unixgram. The errors are those
	// of package net.
	ListenPacket(network, address string, opts ...Option) (PacketConn, error)

	// DialPacket makes a socket for datagrams that is connected to an address. It does not
	// wait.
	DialPacket(network, address string, opts ...Option) (PacketConn, error)

	// Close closes every listener and connection that is still open, and releases all
	// resources. It is called after all workers have ended.
	Close() error
}

// A Listener accepts connections.
type Listener interface {
	// Accept returns the next connection. Every task that got Pending is woken
	// when there may be a connection for it. After Close the error is net.ErrClosed.
	Accept(cx *sched.Context) (Conn, Poll, error)

	// Forget removes t from the waiters. If t had been woken for a connection, another
	// waiter is woken for it.
	Forget(t *sched.Task)

	// Network is that of the address, as Listen was given it.
	Network() string
	Addr() net.Addr

	// Closed reports whether Close was called, on the listener or on the driver.
	Closed() bool

	// Close wakes all waiters. It may be called twice, and from any goroutine.
	Close() error
}

// Direction is what an operation does with a connection.
type Direction uint8

const (
	Reading Direction = iota
	Writing           // and connecting
)

// A Conn is a connection.
//
// It is the one place that keeps the tasks which wait on a connection, in each direction:
// the waiters. Any number of tasks may wait in a direction. All of them are woken when
// trying again may help, and those that find nothing wait again.
//
// An error that ends the connection, such as a reset, is kept: the system reports it once,
// to the first operation that asks, and the driver to all later ones. What arrived before
// the error is read first.
type Conn interface {
	// Notes returns what package socket keeps of the connection, with the driver, whose
	// object has room for it.
	Notes() *Notes

	// HoldHandle keeps h alive, what the program has of the connection. It is called for a
	// new connection, and when an operation is Pending. The driver lets h go again when
	// nothing is known that refers to it, and calls found when the collector has found it.
	// False says that this driver does not: h is not kept.
	HoldHandle(h *Handle, found func(Conn)) bool

	// Connect is Ready without an error when the connection that Dial began is
	// established.
	Connect(cx *sched.Context) (Poll, error)

	// Read reads the bytes that have arrived, at least one unless p is empty, or a packet
	// is. Of a packet it returns what p has room for, and drops the rest. io.EOF is the end. After Close the error is net.ErrClosed.
	Read(cx *sched.Context, p []byte) (int, Poll, error)

	// Write writes as many bytes as there is room for, at least one unless p is empty.
	// The bytes that it reports as written are the system's: they arrive although Close
	// comes next.
	Write(cx *sched.Context, p []byte) (int, Poll, error)

	// Wait makes t a waiter in direction d, as an operation that is Pending does.
	Wait(d Direction, t *sched.Task)

	// Waits reports whether t is a waiter in direction d.
	Waits(d Direction, t *sched.Task) bool

	// Forget removes t from the waiters in direction d.
	Forget(d Direction, t *sched.Task)

	// Wake wakes all waiters in direction d, and removes them.
	Wake(d Direction)

	// CloseWrite ends what the other side reads; reading goes on.
	CloseWrite() error

	// Set changes an option of the connection.
	Set(o Option) error

	// Driver returns the driver of the connection.
	Driver() Driver

	// Network is that of the address, as Dial or Listen was given it.
	Network() string
	LocalAddr() net.Addr
	RemoteAddr() net.Addr

	// Closed reports whether Close was called, on the connection or on the driver.
	Closed() bool

	// Close wakes all waiters. It may be called twice, and from any goroutine.
	Close() error
}
