package aio

import (
	"net"
	"sync/atomic"

	"github.com/edo-go/edo"
)

// An Acceptor accepts connections, as a listener of package socket does.
type Acceptor[C Conn] interface {
	// PollAccept returns the next connection.
	PollAccept(cx *edo.Context) (C, edo.Poll, error)
	Addr() net.Addr
	// Close ends the calls of PollAccept that wait. Any goroutine may call it.
	Close() error
}

// NetListener returns l as a [net.Listener], whose connections are those of l, as [NetConn]
// gives them: for the Task of s and for goroutines that are no tasks.
//
//	go http.Serve(aio.NetListener(task.Runtime(), l), handler)
//
// Accept waits as an operation of NetConn does. Close closes l.
//
// For TLS give it to the ServeTLS of a http.Server, or to tls.NewListener. The other way round,
// a net.Conn around one of crypto/tls, hides TLS from net/http, which then serves no HTTP/2.
func NetListener[C Conn](s edo.Spawner, l Acceptor[C]) net.Listener {
	n := &netListener[C]{inner: l}
	n.user.init(s)
	return n
}

type netListener[C Conn] struct {
	user   user
	inner  Acceptor[C]
	closed atomic.Bool
}

func (l *netListener[C]) Accept() (net.Conn, error) {
	f := l.accept()
	defer edo.Drop(f) // a cancelled Accept leaves the line
	conn, err := awaitNet(&l.user, f)
	if err != nil {
		return nil, err
	}
	return newNetConn(&l.user, conn), nil
}

func (l *netListener[C]) accept() edo.Future[C] {
	if a, ok := l.inner.(interface{ AcceptFuture() edo.Future[C] }); ok {
		return a.AcceptFuture()
	}
	return netAccept[C]{l.inner}
}

func (l *netListener[C]) Close() error {
	err := l.inner.Close()
	if !l.closed.Swap(true) {
		l.user.leave()
	}
	return err
}

func (l *netListener[C]) Addr() net.Addr { return l.inner.Addr() }

// netAccept is an Accept of a listener that has no future for it.
type netAccept[C Conn] struct{ l Acceptor[C] }

func (a netAccept[C]) Poll(cx *edo.Context) (C, edo.Poll, error) { return a.l.PollAccept(cx) }
