package socket

import (
	"net"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Conn is a connection.
//
// Any number of tasks may use it at the same time, as with package net. Each
// [Conn.Write] goes out whole: a second one waits until the first has ended. Several
// tasks that read share what comes: each byte goes to one of them, and none waits for
// another. Close ends all operations that wait. Close and the time limits may be called
// from any goroutine.
//
// An error that has ended the connection, such as a reset, stays: every later Read
// returns it, after the bytes that came before it, and so does every Write and CloseWrite.
// Read returns [io.EOF] only when the other side has ended the stream.
//
// The owner of a Conn closes or drops it. The collector closes a Conn that is garbage and
// was not closed, with a warning that says where it was made: on Linux after some
// collections, which costs an idle connection eight bytes. On other systems it costs each
// connection a microsecond, and some 100 bytes until the collector has run after its end.
type Conn struct {
	inner driver.Conn // keeps all tasks that wait on the connection
	extra atomic.Pointer[extra]
}

// extra is the part of a connection that most connections never need.
type extra struct {
	limits atomic.Pointer[limits] // nil until one is set
	ends   atomic.Pointer[ends]   // kept when the connection is closed
}

// ends are the addresses that the driver does not know any more after Close: of TCP the local
// one.
type ends struct{ local, remote net.Addr }

// makeExtra returns the extra part of c, and makes it if there is none.
func (c *Conn) makeExtra() *extra {
	if x := c.extra.Load(); x != nil {
		return x
	}
	c.extra.CompareAndSwap(nil, new(extra))
	return c.extra.Load()
}

// limits returns the time limits of c, or nil if none was ever set.
func (c *Conn) limits() *limits {
	if x := c.extra.Load(); x != nil {
		return x.limits.Load()
	}
	return nil
}

type direction = driver.Direction

const (
	reading = driver.Reading
	writing = driver.Writing
)

// operation returns the name that package net has for a direction.
func operation(d direction) string {
	if d == reading {
		return "read"
	}
	return "write"
}

// A driver.Poll becomes an edo.Poll by conversion: their values are the same.
var _ = [1]struct{}{}[(edo.Pending-edo.Poll(driver.Pending))|(edo.Ready-edo.Poll(driver.Ready))]

// A poll of a connection is read.Poll or pollWrite, and the following three functions.
// They are functions of their own, which are not inlined, because few polls need them: the
// stack of a handler in direct style has its smallest size only if the frames of a read are
// small (BenchmarkStackOfAWaitingHandler).
//
// Rule: the driver makes the task a waiter before the limits are loaded. A goroutine that
// sets a limit stores it before the waiters are woken. So one of the two sees the other.

// hasExpired reports whether the deadline of direction d has passed.
//
//go:noinline
func (x *extra) hasExpired(d direction, in *sched.Context) bool {
	ls := x.limits.Load()
	return ls != nil && ls.of[d].deadline.Load() <= in.Now()
}

// expire ends an operation whose deadline has passed.
//
//go:noinline
func (c *Conn) expire(d direction, in *sched.Context) (int, edo.Poll, error) {
	c.forget(d, in.Task())
	return 0, edo.Ready, c.expired(d)
}

// endPoll ends a poll of a connection with limits, or one that is pending or has failed.
//
//go:noinline
func (c *Conn) endPoll(d direction, in *sched.Context, n int, poll edo.Poll, err error) (int, edo.Poll, error) {
	ls := c.limits()
	if poll == edo.Pending {
		if ls != nil && !ls.arm(c.inner, d, in) {
			return c.expire(d, in)
		}
		c.hold()
		return 0, edo.Pending, nil
	}
	if ls != nil {
		ls.noteEnd(d, n, in)
	}
	return n, poll, c.translate(operation(d), err)
}

// forget removes t, which has given up waiting in direction d, from the waiters.
func (c *Conn) forget(d direction, t *sched.Task) {
	c.inner.Forget(d, t)
	if ls := c.limits(); ls != nil {
		ls.of[d].endWait(t)
	}
}

// AbandonRead notes that the task of w has given up its read: the last PollRead was pending, and
// the next one begins another read, which has all of the time of [Conn.SetIdleTimeout]. A future
// that polls the connection calls it in its Drop; those of packages socket, aio and codec do. It
// never waits, and may be called from any goroutine.
func (c *Conn) AbandonRead(w edo.Waker) { c.abandon(reading, w) }

// AbandonWrite is [Conn.AbandonRead] for PollWrite.
func (c *Conn) AbandonWrite(w edo.Waker) { c.abandon(writing, w) }

func (c *Conn) abandon(d direction, w edo.Waker) {
	if ls := c.limits(); ls != nil {
		ls.abandon(d, w)
	}
}

// PollFlush is Ready: every byte that was written is on its way.
func (c *Conn) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed((*writable)(c)) {
		return edo.Pending, nil
	}
	return edo.Ready, nil
}

// PollShutdown is [Conn.CloseWrite], which does not wait.
func (c *Conn) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed((*writable)(c)) {
		return edo.Pending, nil
	}
	return edo.Ready, c.CloseWrite()
}

// CloseWrite ends what the other side reads, after the bytes that were written. Reading
// goes on. It does not wait, and may be called from any goroutine.
func (c *Conn) CloseWrite() error { return c.translate("close", c.inner.CloseWrite()) }

// Close ends the connection, and every operation that waits on it, each with an error
// that matches [net.ErrClosed]. It never waits and may be called twice, and from any
// goroutine.
//
// The bytes that Write has reported as written still go to the other side, however late
// that reads. But as everywhere with TCP, a Close while there is unread input, or before
// the other side stops to send, resets the connection, and the other side loses the bytes
// that it has not received. Where that may be so, package aio has CloseLingering. A Unix socket keeps what was written, and tells the other side of the
// unread input by ECONNRESET after it; on systems without epoll it may be a clean end.
func (c *Conn) Close() error {
	if c.inner.Closed() {
		return nil
	}
	x := c.makeExtra()
	e := &ends{local: c.inner.LocalAddr()}
	if driver.IsUnix(c.inner.Network()) {
		e.remote = c.inner.RemoteAddr()
	}
	x.ends.CompareAndSwap(nil, e)
	err := c.inner.Close()
	if ls := x.limits.Load(); ls != nil {
		ls.stop()
	}
	return c.translate("close", err)
}

// Drop is Close, for the owner of the connection.
func (c *Conn) Drop() { c.Close() }

// LocalAddr returns the address of this end, also after Close.
func (c *Conn) LocalAddr() net.Addr {
	if x := c.extra.Load(); x != nil {
		if e := x.ends.Load(); e != nil {
			return e.local
		}
	}
	return c.inner.LocalAddr()
}

// RemoteAddr returns the address of the other end, also after Close.
func (c *Conn) RemoteAddr() net.Addr {
	if x := c.extra.Load(); x != nil {
		if e := x.ends.Load(); e != nil && e.remote != nil {
			return e.remote
		}
	}
	return c.inner.RemoteAddr()
}
