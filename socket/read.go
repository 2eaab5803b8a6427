package socket

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/sched"
)

// PollRead reads up to len(p) bytes into p, at least one unless p is empty. The end
// is Ready with [io.EOF], and comes again. With an error nothing was read. When several
// tasks wait to read, all are woken when bytes come.
func (c *Conn) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	f := read{conn: c, p: p}
	return f.Poll(cx)
}

// The futures of Read and Write in direct style, which allocates nothing.
var (
	reads  reuse.Pool[read, *read]
	writes reuse.Pool[write, *write]
)

// Read waits until there is something to read and reads up to len(p) bytes. The
// end is [io.EOF]. When the task is cancelled the error is [edo.ErrCancelled], and
// nothing is lost.
//
//edo:step ReadStep
func (c *Conn) Read(task *edo.Task, p []byte) (int, error) {
	f := reads.Get()
	f.conn, f.p = c, p
	n, err := edo.Await(task, edo.Future[int](f))
	reads.Put(f)
	return n, err
}

// ReadFuture is [Conn.Read] as a future. p belongs to the future until it has ended or
// was dropped.
func (c *Conn) ReadFuture(p []byte) edo.Future[int] { return &read{conn: c, p: p} }

type read struct {
	conn   *Conn
	p      []byte
	waiter waiter
}

// Poll is also PollRead, on a future that lives no longer than the call.
func (f *read) Poll(cx *edo.Context) (int, edo.Poll, error) {
	c := f.conn
	if !cx.Proceed((*readable)(c)) {
		f.replaceWaiter(cx)
		return 0, edo.Pending, nil
	}
	in, x := (*sched.Context)(cx), c.extra.Load()
	if x != nil && x.hasExpired(reading, in) {
		f.waiter.task = nil
		return c.expire(reading, in)
	}
	n, driverPoll, err := c.inner.Read(in, f.p)
	poll := edo.Poll(driverPoll)
	if x != nil || poll == edo.Pending || err != nil {
		n, poll, err = c.endPoll(reading, in, n, poll, err)
	}
	if poll == edo.Pending {
		f.replaceWaiter(cx)
	} else {
		f.waiter.task = nil
	}
	return n, poll, err
}

// replaceWaiter makes the task of cx the one that the driver keeps for f.
//
//go:noinline
func (f *read) replaceWaiter(cx *edo.Context) {
	if before := f.waiter.replace(cx); before != nil {
		f.conn.forget(reading, before)
	}
}

// Drop removes the waiter.
func (f *read) Drop() {
	if f.waiter.task != nil {
		f.conn.forget(reading, f.waiter.clear())
	}
}
