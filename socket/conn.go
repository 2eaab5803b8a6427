package socket

import (
	"net"
	"os"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Conn is a connection. One task at a time reads and one writes; when several do,
// the one that polled last in a direction is woken. Close and the deadlines may be
// set from any goroutine. Who owns a Conn closes or drops it.
type Conn struct {
	inner     driver.Conn
	rt        *sched.Runtime
	waiting   [2]atomic.Pointer[sched.Task] // who waits in a direction, for a new deadline
	deadlines atomic.Pointer[deadlines]     // nil until one is set
}

type direction uint8

const (
	reading direction = iota
	writing
)

// PollRead reads up to len(p) bytes into p, at least one unless p is empty. The end
// is Ready with [io.EOF], and comes again. With an error nothing was read.
func (c *Conn) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*readable)(c)) {
		return 0, edo.Pending, nil
	}
	return c.poll(cx, reading, p)
}

// PollWrite writes what there is room for, at least one byte unless p is empty.
// With an error nothing was written.
func (c *Conn) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*writable)(c)) {
		return 0, edo.Pending, nil
	}
	return c.poll(cx, writing, p)
}

// poll is the one operation. A task that waits is stored before the deadline is
// looked at; whoever sets a deadline stores it before it looks for a task. So one
// sees the other.
func (c *Conn) poll(cx *edo.Context, d direction, p []byte) (n int, _ edo.Poll, err error) {
	in := cx.Internal(internal.Key{})
	if ds := c.deadlines.Load(); ds != nil && ds[d].passed(in.Now()) {
		if t := c.waiting[d].Load(); t != nil {
			c.forget(d, t)
		}
		return 0, edo.Ready, os.ErrDeadlineExceeded
	}
	if d == reading {
		n, err = c.inner.Read(in, p)
	} else {
		n, err = c.inner.Write(in, p)
	}
	if err != driver.ErrPending {
		c.endWait(d)
		return n, edo.Ready, own(err)
	}
	c.waiting[d].Store(in.Task())
	if ds := c.deadlines.Load(); ds != nil && !ds[d].arm(in) {
		c.forget(d, in.Task())
		return 0, edo.Ready, os.ErrDeadlineExceeded
	}
	return 0, edo.Pending, nil
}

// endWait says that nobody waits in direction d.
func (c *Conn) endWait(d direction) {
	if c.waiting[d].Load() != nil {
		c.waiting[d].Store(nil)
	}
}

// forget lets go of t, which has given up waiting in direction d. The driver
// forgets a task in both directions, and so is told only when t does not wait in
// the other one.
func (c *Conn) forget(d direction, t *sched.Task) {
	if c.waiting[d].CompareAndSwap(t, nil) && c.waiting[1-d].Load() != t {
		c.inner.Forget(t)
	}
}

// PollFlush is Ready: what was written is on its way.
func (c *Conn) PollFlush(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// PollShutdown is [Conn.CloseWrite], which does not wait.
func (c *Conn) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, c.CloseWrite() }

// CloseWrite ends what the other side reads, after what was written. Reading goes
// on.
func (c *Conn) CloseWrite() error { return own(c.inner.CloseWrite()) }

// Close ends the connection, and every operation that waits on it. It never waits
// and may be called twice, and from any goroutine.
func (c *Conn) Close() error {
	err := c.inner.Close()
	if ds := c.deadlines.Load(); ds != nil {
		ds[reading].stop()
		ds[writing].stop()
	}
	return err
}

// Drop is Close, for who owns the connection.
func (c *Conn) Drop() { c.Close() }

// LocalAddr returns the address of this end. After Close it may be an empty one.
func (c *Conn) LocalAddr() net.Addr { return c.inner.LocalAddr() }

// RemoteAddr returns the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.inner.RemoteAddr() }
