package socket

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// PollWrite writes as many bytes of p as there is room for, at least one unless p is
// empty. With an error nothing was written. It may put its bytes between those of a
// [Conn.Write] that is under way, which alone keeps its own together.
func (c *Conn) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*writable)(c)) {
		return 0, edo.Pending, nil
	}
	return c.pollWrite(cx, p)
}

// pollWrite is PollWrite after Proceed.
func (c *Conn) pollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	in, x := (*sched.Context)(cx), c.extra.Load()
	if x != nil && x.hasExpired(writing, in) {
		return c.expire(writing, in)
	}
	n, driverPoll, err := c.inner.Write(in, p)
	poll := edo.Poll(driverPoll)
	if x != nil || poll == edo.Pending || err != nil {
		return c.endPoll(writing, in, n, poll, err)
	}
	return n, poll, nil
}

// pollBy is pollWrite by another operation of the driver.
func (c *Conn) pollBy(operation func(*sched.Context, []byte) (int, driver.Poll, error), cx *edo.Context, p []byte) (int, edo.Poll, error) {
	in := (*sched.Context)(cx)
	if x := c.extra.Load(); x != nil && x.hasExpired(writing, in) {
		return c.expire(writing, in)
	}
	n, poll, err := operation(in, p)
	return c.endPoll(writing, in, n, edo.Poll(poll), err)
}

// Write writes all of p, waiting for room as often as it needs to. With an error
// it returns how much was written before. The bytes that it reports as written arrive,
// unless the connection breaks; see [Conn.Close].
//
// Tasks that write at the same time are served one after the other: the bytes of each
// Write stay together.
//
//edo:step WriteStep
func (c *Conn) Write(task *edo.Task, p []byte) (int, error) {
	f := writes.Get()
	f.conn, f.p = c, p
	_, err := edo.Await(task, edo.Future[int](f))
	n := f.n
	writes.Put(f)
	return n, err
}

// WriteFuture is [Conn.Write] as a future. p belongs to the future until it has ended or
// was dropped. From its first poll on the writes of other tasks wait until it has ended,
// or was dropped.
func (c *Conn) WriteFuture(p []byte) edo.Future[int] { return &write{conn: c, p: p} }

type write struct {
	conn    *Conn
	p       []byte
	n       int // of p that has been written
	waiter  waiter
	hasTurn bool

	// pass is the operation of the driver that writes the first bytes, if it is not Write.
	pass func(cx *sched.Context, p []byte) (int, driver.Poll, error)
}

func (f *write) Poll(cx *edo.Context) (int, edo.Poll, error) {
	for {
		var n int
		poll, err := f.takeTurn(cx)
		if poll == edo.Ready && err == nil {
			if f.pass != nil && f.n == 0 {
				n, poll, err = f.conn.pollBy(f.pass, cx, f.p)
			} else {
				n, poll, err = f.conn.pollWrite(cx, f.p[f.n:])
			}
			f.n += n
		}
		if poll == edo.Pending {
			if before := f.waiter.replace(cx); before != nil {
				f.conn.forget(writing, before)
			}
			return 0, edo.Pending, nil
		}
		f.waiter.clear()
		if err != nil || f.n == len(f.p) {
			f.releaseTurn()
			return f.n, edo.Ready, err
		}
	}
}

// Drop removes the waiter, and releases the turn to write.
func (f *write) Drop() {
	if f.waiter.task != nil {
		f.conn.forget(writing, f.waiter.clear())
	}
	f.releaseTurn()
}
