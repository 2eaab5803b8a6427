package aio

import (
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/lock"
)

// A Conn is a connection that can be closed from any goroutine, as a connection of package
// socket and each end of [Duplex]. Close ends the operations that wait.
type Conn interface {
	ReadWriter
	io.Closer
}

// NetConn returns conn as a [net.Conn], for libraries that know nothing of tasks: crypto/tls,
// net/http, a database's driver. An operation on it returns when it is done.
//
//   - In the function of s, if s is a Task, an operation waits as any other: the task is
//     suspended, and an abort gives [edo.ErrCancelled]. In [edo.Blocking] the goroutine of
//     the task is parked.
//   - A goroutine that is no task is parked. It gets [edo.ErrShutdown] when the runtime ends.
//   - In another task, on a worker, an operation that would have to wait fails: it would stop
//     the worker. Give NetConn the Task of that one, or use edo.Blocking.
//
// In a compiled program the function of s is polled on coroutines from the call of NetConn
// on. In the simulator only the function of s may use the result.
//
// The net.Conn has what package net promises. Any number of goroutines may use it, the bytes
// of each Write stay together, Close ends what waits, and an error of a time limit is an
// [os.ErrDeadlineExceeded]. The deadlines are those of conn if it has the three methods for
// them, as a connection of package socket has; otherwise they are those of a [Timed] around
// conn, and of the clock of the runtime. CloseWrite, which a type assertion finds, is the
// PollShutdown of conn. A Write flushes conn.
//
// Close closes conn. While a goroutine that is no task has used the net.Conn and not closed
// it, the runtime of s reports no stall: that goroutine may do what the tasks wait for.
//
// An idle NetConn costs some 200 bytes, 150 more if conn has no deadlines, and no goroutine. An
// operation allocates nothing.
func NetConn(s edo.Spawner, conn Conn) net.Conn {
	var u user
	u.init(s)
	return newNetConn(&u, conn)
}

// newNetConn returns a net.Conn over conn, for the same task and runtime as u.
func newNetConn(u *user, conn Conn) *netConn {
	c := &netConn{conn: conn, given: conn}
	c.user.rt, c.user.task, c.user.err = u.rt, u.task, u.err
	if limits, ok := conn.(deadliner); ok {
		c.limits = limits
	} else {
		timed := newTimed(u.clock(), conn)
		c.conn, c.limits = timed, timed
	}
	return c
}

// deadliner is a connection that has deadlines.
type deadliner interface {
	SetDeadline(t time.Time) error
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}

// netConn is a Conn as a net.Conn.
type netConn struct {
	user   user
	conn   Conn      // that operations poll
	given  Conn      // that NetConn was given
	limits deadliner // the deadlines of conn
	closed atomic.Bool

	reading lock.Mutex // a Read holds it
	writing lock.Mutex // a Write and a CloseWrite hold it: the bytes of one Write stay together
}

func (c *netConn) Read(p []byte) (int, error) { return c.user.await(netOp{c: c, p: p, kind: netRead}) }

func (c *netConn) Write(p []byte) (int, error) {
	return c.user.await(netOp{c: c, p: p, kind: netWrite})
}

// CloseWrite tells the other side that no more bytes will come.
func (c *netConn) CloseWrite() error {
	_, err := c.user.await(netOp{c: c, kind: netCloseWrite})
	return err
}

func (c *netConn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	err := c.given.Close()
	c.user.leave()
	return err
}

func (c *netConn) SetDeadline(t time.Time) error {
	return c.setDeadline(t, deadliner.SetDeadline)
}

func (c *netConn) SetReadDeadline(t time.Time) error {
	return c.setDeadline(t, deadliner.SetReadDeadline)
}

func (c *netConn) SetWriteDeadline(t time.Time) error {
	return c.setDeadline(t, deadliner.SetWriteDeadline)
}

func (c *netConn) setDeadline(t time.Time, set func(deadliner, time.Time) error) error {
	if c.closed.Load() {
		return net.ErrClosed
	}
	return set(c.limits, t)
}

func (c *netConn) LocalAddr() net.Addr  { return localAddr(c.given) }
func (c *netConn) RemoteAddr() net.Addr { return remoteAddr(c.given) }

// localAddr returns the address of conn, or one of the network "edo" if it has none.
func localAddr(conn any) net.Addr {
	if a, ok := conn.(interface{ LocalAddr() net.Addr }); ok {
		return a.LocalAddr()
	}
	return memoryAddr{}
}

// remoteAddr returns the address of the other end of conn, or one of the network "edo".
func remoteAddr(conn any) net.Addr {
	if a, ok := conn.(interface{ RemoteAddr() net.Addr }); ok {
		return a.RemoteAddr()
	}
	return memoryAddr{}
}

// memoryAddr is the address of a connection in memory.
type memoryAddr struct{}

func (memoryAddr) Network() string { return "edo" }
func (memoryAddr) String() string  { return "memory" }

// netOp is one operation of a net.Conn. It has the lock of its direction while it waits, and
// flushes what it has written.
type netOp struct {
	c     *netConn
	p     []byte
	n     int // bytes of p that are done
	kind  netKind
	line  *lock.LockFuture // in the queue for the lock; nil: it is not there
	guard *lock.Guard      // of the lock, after line
	holds bool             // the lock was free
	waits edo.Waker        // the task of the last poll of the connection, if that was pending
}

type netKind uint8

const (
	netRead netKind = iota
	netWrite
	netCloseWrite
)

func (o *netOp) mutex() *lock.Mutex {
	if o.kind == netRead {
		return &o.c.reading
	}
	return &o.c.writing
}

// Poll takes the lock, and then goes on.
func (o *netOp) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !o.holds && o.guard == nil {
		if poll, err := o.lock(cx); poll == edo.Pending || err != nil {
			return 0, poll, err
		}
	}
	poll, err := o.goOn(cx)
	if poll == edo.Pending {
		o.waits = cx.Waker()
		return 0, edo.Pending, nil
	}
	o.unlock()
	return o.n, edo.Ready, err
}

func (o *netOp) lock(cx *edo.Context) (edo.Poll, error) {
	if o.line == nil {
		if o.holds = o.mutex().TryLock(); o.holds {
			return edo.Ready, nil
		}
		o.line = o.mutex().LockFuture()
	}
	guard, poll, err := o.line.Poll(cx)
	if poll == edo.Ready {
		o.guard, o.line = guard, nil
	}
	return poll, err
}

func (o *netOp) goOn(cx *edo.Context) (edo.Poll, error) {
	if o.c.closed.Load() { // before what c would say, such as that a deadline has passed
		if !cx.Proceed(nil) {
			return edo.Pending, nil
		}
		return edo.Ready, o.translate(net.ErrClosed)
	}
	switch o.kind {
	case netRead:
		n, poll, err := o.c.conn.PollRead(cx, o.p)
		o.n = n
		return poll, o.translate(err)
	case netCloseWrite:
		poll, err := o.c.conn.PollShutdown(cx)
		return poll, o.translate(err)
	}
	for o.n < len(o.p) {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		n, poll, err := o.c.conn.PollWrite(cx, o.p[o.n:])
		turn.End(cx)
		switch {
		case poll == edo.Pending || err != nil:
			return poll, o.translate(err)
		case n == 0:
			return edo.Ready, io.ErrShortWrite
		}
		o.n += n
	}
	poll, err := o.c.conn.PollFlush(cx)
	return poll, o.translate(err)
}

// translate makes every error after Close match net.ErrClosed.
func (o *netOp) translate(err error) error {
	if err == nil || err == io.EOF && !o.c.closed.Load() {
		return err
	}
	if _, ok := err.(net.Error); ok {
		return err
	}
	if o.c.closed.Load() {
		err = net.ErrClosed
	}
	return &net.OpError{Op: o.kind.String(), Net: o.c.LocalAddr().Network(), Addr: o.c.LocalAddr(), Err: err}
}

func (k netKind) String() string { return [...]string{"read", "write", "close"}[k] }

func (o *netOp) unlock() {
	switch {
	case o.holds:
		o.holds = false
		o.mutex().Unlock()
	case o.guard != nil:
		o.guard.Unlock()
		o.guard = nil
	}
}

// Drop gives the operation up.
func (o *netOp) Drop() {
	if o.line != nil {
		o.line.Drop()
		o.line = nil
	}
	if o.holds || o.guard != nil {
		if o.kind == netRead {
			AbandonRead(o.c.conn, o.waits)
		} else {
			AbandonWrite(o.c.conn, o.waits)
		}
		o.unlock()
	}
}
