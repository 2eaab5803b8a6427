package socket

import (
	"net"
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
)

// Listener accepts connections. Any number of tasks may accept from it at the same
// time: each connection wakes one of them. Close may be called from any goroutine.
// The owner of a Listener closes or drops it. The collector closes a Listener that is
// garbage and was not closed, with a warning that says where it was made.
type Listener struct {
	inner driver.Listener
}

// Listen starts to listen on the network of the runtime that s belongs to. network
// is tcp, tcp4 or tcp6; or unix or unixpacket, see [Unix sockets]. For TCP address is HOST:PORT, where HOST is numeric, localhost, or
// empty for all addresses of the machine, and PORT is a number or the name of a
// service, and 0 for any that is free. It does not wait.
//
// Connections have the options of package net: TCP_NODELAY, and keep-alive after 15 s of
// silence, each 15 s, 9 times. opts change them. On Linux a client that asks for multipath TCP gets it, as
// with package net, unless GODEBUG has multipathtcp=0. Keep-alive finds a peer that has
// vanished while nothing is under way, within some 2.5 minutes; one that vanishes with
// data under way is noticed after some 15 minutes: use deadlines,
// [Conn.SetIdleTimeout], or [UserTimeout].
//
// Connections that no Accept has taken wait in the system's queue. On Linux it has room for
// net.core.somaxconn of them, 4,096 unless that was changed; a client that comes to a full one tries
// again after 1, 3 and 7 seconds. TcpExtListenOverflows, which nstat shows, counts these. Where the
// system answers a flood with SYN cookies, such a client may find itself connected, and wait for a
// server that knows nothing of it: let the server speak first, or use deadlines.
//
// [Unix sockets]: https://pkg.go.dev/github.com/edo-go/edo/socket#hdr-Unix_sockets
//
//edo:nowait
func Listen(s edo.Spawner, network, address string, opts ...Option) (*Listener, error) {
	d, err := inside.Driver(s)
	var options []driver.Option
	if err == nil {
		err = driver.CheckNetwork(network)
	}
	if err == nil {
		address, err = resolve(network, address)
	}
	if err == nil {
		options, err = driverOptions(opts)
	}
	if err == nil && slices.ContainsFunc(opts, isForDialers) {
		err = errNotForListen
	}
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	inner, err := d.Listen(network, address, options...)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	return newListener(limited(inner, opts), caller()), nil
}

// PollAccept returns the next connection. Some errors are temporary, such as that the
// process has no descriptors left: see [Listener.Incoming].
func (l *Listener) PollAccept(cx *edo.Context) (*Conn, edo.Poll, error) {
	return l.accept(cx, 0)
}

// accept is PollAccept for a connection that counts as made at pc; 0 stands for the place
// where PollAccept was called.
func (l *Listener) accept(cx *edo.Context, pc uintptr) (*Conn, edo.Poll, error) {
	if !cx.Proceed((*accepting)(l)) {
		return nil, edo.Pending, nil
	}
	inner, poll, err := l.inner.Accept((*sched.Context)(cx))
	if poll == driver.Pending || err != nil {
		return nil, edo.Poll(poll), l.translate("accept", err)
	}
	if pc == 0 {
		pc = origin.Here(2)
	}
	return newConn(inner, pc), edo.Poll(poll), nil
}

// Accept waits for the next connection.
//
//edo:step AcceptStep
func (l *Listener) Accept(task *edo.Task) (*Conn, error) {
	f := &accept{listener: l, pc: caller()}
	conn, err := edo.Await(task, edo.Future[*Conn](f))
	f.Drop()
	return conn, err
}

// AcceptFuture is [Listener.Accept] as a future.
func (l *Listener) AcceptFuture() edo.Future[*Conn] {
	return &accept{listener: l, pc: caller()}
}

type accept struct {
	listener *Listener
	pc       uintptr // where the connection counts as made
	waiter   waiter
}

func (f *accept) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	conn, poll, err := f.listener.accept(cx, f.pc)
	f.listener.note(&f.waiter, cx, poll)
	return conn, poll, err
}

// note notes in w whether the task of cx waits to accept, after a poll.
func (l *Listener) note(w *waiter, cx *edo.Context, poll edo.Poll) {
	if poll != edo.Pending {
		w.clear()
	} else if before := w.replace(cx); before != nil {
		l.inner.Forget(before)
	}
}

// Drop removes the waiter. If a connection had come meanwhile, another task that waits to
// accept is woken for it.
func (f *accept) Drop() {
	if f.waiter.task != nil {
		f.listener.inner.Forget(f.waiter.clear())
	}
}

// Addr returns the address that l listens at.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Close ends the listener, and every Accept that waits. It never waits and may be called
// twice, and from any goroutine.
//
// Connections that were not accepted are reset. When several listeners share a port, only
// those of the listener that is closed are.
func (l *Listener) Close() error { return l.translate("close", l.inner.Close()) }

// Drop is Close, for the owner of the listener.
func (l *Listener) Drop() { l.Close() }
