package socket

import (
	"net"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Conn is a connection.
//
// Any number of tasks may use it at the same time, as with package net. Each
// [Conn.Write] goes out whole: a second one waits until the first has ended. Several
// tasks that read share what comes: each byte goes to one of them, and none waits for
// another. Close ends all that wait. Close and the time limits may be called from any
// goroutine.
//
// An error that has ended the connection, such as a reset, stays: every later Read, once
// it has returned what came before, every Write and CloseWrite returns it. The end of
// what is read is [io.EOF] only when the other side has ended it.
//
// Who owns a Conn closes or drops it. One that is garbage and was not closed is closed by
// the collector, with a warning that says where it was made. That costs each connection a
// microsecond, and some 130 bytes until the collector has run after its end.
type Conn struct {
	inner driver.Conn
	rare  atomic.Pointer[rare]
	turn  atomic.Uint32 // see turn.go
}

// rare is what a connection has when it is needed.
type rare struct {
	limits atomic.Pointer[limits]      // nil until one is set
	local  atomic.Pointer[net.TCPAddr] // kept when the connection is closed

	mu    sync.Mutex     // guards queue
	queue driver.Waiters // wait for the turn to write
}

// rarely returns the rare part of c, and makes it.
func (c *Conn) rarely() *rare {
	if r := c.rare.Load(); r != nil {
		return r
	}
	c.rare.CompareAndSwap(nil, new(rare))
	return c.rare.Load()
}

// limits returns the time limits of c, if any was ever set.
func (c *Conn) limits() *limits {
	if r := c.rare.Load(); r != nil {
		return r.limits.Load()
	}
	return nil
}

type direction = driver.Direction

const (
	reading = driver.Reading
	writing = driver.Writing
)

// operation is what package net calls a direction.
func operation(d direction) string {
	if d == reading {
		return "read"
	}
	return "write"
}

// PollRead reads up to len(p) bytes into p, at least one unless p is empty. The end
// is Ready with [io.EOF], and comes again. With an error nothing was read. When several
// tasks wait to read, all are woken by what comes.
func (c *Conn) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*readable)(c)) {
		return 0, edo.Pending, nil
	}
	return c.poll(cx, reading, p)
}

// PollWrite writes what there is room for, at least one byte unless p is empty.
// With an error nothing was written. It may put its bytes between those of a
// [Conn.Write] that is under way, which alone keeps its own together.
func (c *Conn) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*writable)(c)) {
		return 0, edo.Pending, nil
	}
	return c.poll(cx, writing, p)
}

// poll is the one operation. The driver keeps a task that waits before the limits are
// looked at; who sets a limit stores it before those that wait are woken. So one sees the
// other. What few connections need is in functions of its own: the stack of a handler in
// direct style has its smallest size only if little of it is in use here.
func (c *Conn) poll(cx *edo.Context, d direction, p []byte) (n int, _ edo.Poll, err error) {
	in := cx.Internal(internal.Key{})
	if ls := c.limits(); ls != nil && ls.of[d].passed(in.Now()) {
		return c.late(d, in)
	}
	if d == reading {
		n, err = c.inner.Read(in, p)
	} else {
		n, err = c.inner.Write(in, p)
	}
	if ls := c.limits(); ls != nil || err != nil {
		return c.polled(d, in, ls, n, err)
	}
	return n, edo.Ready, nil
}

// late is the end of an operation whose limit has passed.
//
//go:noinline
func (c *Conn) late(d direction, in *sched.Context) (int, edo.Poll, error) {
	c.forget(d, in.Task())
	return 0, edo.Ready, c.expired(d)
}

// polled is the end of a poll of a connection with limits, or of one that is pending or
// has failed.
//
//go:noinline
func (c *Conn) polled(d direction, in *sched.Context, ls *limits, n int, err error) (int, edo.Poll, error) {
	switch {
	case err != driver.ErrPending:
		if ls != nil {
			ls.ended(d, n, in)
		}
		if err != nil {
			err = c.fail(operation(d), err)
		}
		return n, edo.Ready, err
	case ls != nil && !ls.arm(c, d, in):
		return c.late(d, in)
	}
	return 0, edo.Pending, nil
}

// PollFlush is Ready: what was written is on its way.
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

// CloseWrite ends what the other side reads, after what was written. Reading goes
// on. It does not wait, and may be called from any goroutine.
func (c *Conn) CloseWrite() error { return c.fail("close", c.inner.CloseWrite()) }

// Close ends the connection, and every operation that waits on it, each with an error
// that matches [net.ErrClosed]. It never waits and may be called twice, and from any
// goroutine.
//
// What Write has said to be written goes on to the other side, however late that reads.
// But as everywhere with TCP, an end that is closed while there is unread input, or
// before the other side stops to send, resets the connection, and the other side loses
// what it has not received. Where that may be so: CloseWrite, read to the end within some
// time, Close.
func (c *Conn) Close() error {
	if c.inner.Closed() {
		return nil
	}
	r := c.rarely()
	if local, ok := c.inner.LocalAddr().(*net.TCPAddr); ok {
		r.local.CompareAndSwap(nil, local)
	}
	err := c.inner.Close()
	r.wakeQueue()
	if ls := r.limits.Load(); ls != nil {
		ls.stop()
	}
	return c.fail("close", err)
}

// Drop is Close, for who owns the connection.
func (c *Conn) Drop() { c.Close() }

// LocalAddr returns the address of this end, also after Close.
func (c *Conn) LocalAddr() net.Addr {
	if r := c.rare.Load(); r != nil {
		if a := r.local.Load(); a != nil {
			return a
		}
	}
	return c.inner.LocalAddr()
}

// RemoteAddr returns the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.inner.RemoteAddr() }
