package socket

import (
	"net"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Listener takes connections. Any number of tasks may accept from it at the same
// time: each connection wakes one of them. Close may be called from any goroutine.
// Who owns a Listener closes or drops it.
type Listener struct {
	inner driver.Listener
	rt    *sched.Runtime
}

// Listen starts to listen on the network of the runtime that s belongs to. network
// is tcp, tcp4 or tcp6; address is HOST:PORT, where HOST is numeric, localhost, or
// empty for all addresses of the machine, and PORT is a number or the name of a
// service, and 0 for any that is free. It does not wait. Connections have
// TCP_NODELAY and keep-alive on.
func Listen(s edo.Spawner, network, address string, opts ...ListenOption) (*Listener, error) {
	rt, d, err := edo.Internals(internal.Key{}, s)
	if err != nil {
		return nil, err
	}
	host, port, err := split(network, address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	if host == "localhost" {
		host = loopback(network)[0]
	}
	inner, err := listen(d, network, net.JoinHostPort(host, port), opts)
	if err != nil {
		return nil, own(err)
	}
	return &Listener{inner: inner, rt: rt}, nil
}

// PollAccept returns the next connection. Errors may pass, such as that the process
// has no descriptors left: see [Listener.Incoming].
func (l *Listener) PollAccept(cx *edo.Context) (*Conn, edo.Poll, error) {
	if !cx.Proceed((*accepting)(l)) {
		return nil, edo.Pending, nil
	}
	inner, err := l.inner.Accept(cx.Internal(internal.Key{}))
	if err == driver.ErrPending {
		return nil, edo.Pending, nil
	}
	if err != nil {
		return nil, edo.Ready, own(err)
	}
	return &Conn{inner: inner, rt: l.rt}, edo.Ready, nil
}

// Accept waits for the next connection.
func (l *Listener) Accept(task *edo.Task) (*Conn, error) {
	f := &accept{listener: l}
	conn, err := edo.Await(task, edo.Future[*Conn](f))
	f.Drop()
	return conn, err
}

// AcceptFuture is [Listener.Accept] as a future.
func (l *Listener) AcceptFuture() edo.Future[*Conn] { return &accept{listener: l} }

type accept struct {
	listener *Listener
	task     *sched.Task // set while it waits
}

func (f *accept) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	conn, poll, err := f.listener.PollAccept(cx)
	f.task = waiter(cx, poll)
	return conn, poll, err
}

// Drop lets go of the waker. If a connection had come meanwhile, another task that
// waits to accept is woken for it.
func (f *accept) Drop() {
	if f.task != nil {
		f.listener.inner.Forget(f.task)
		f.task = nil
	}
}

// Addr returns the address that l listens at.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Close ends the listener, and every task that waits to accept. It never waits and
// may be called twice, and from any goroutine.
func (l *Listener) Close() error { return l.inner.Close() }

// Drop is Close, for who owns the listener.
func (l *Listener) Drop() { l.Close() }
