package socket

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// PollRead reads up to len(p) bytes into p, at least one unless p is empty. The end
// is Ready with [io.EOF], and comes again. With an error nothing was read. When several
// tasks wait to read, all are woken when bytes come.
func (c *Conn) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed((*readable)(c)) {
		return 0, edo.Pending, nil
	}
	in, ls := (*sched.Context)(cx), c.limits()
	if ls != nil && ls.of[reading].hasPassed(in.Now()) {
		return c.expire(reading, in)
	}
	n, poll, err := c.inner.Read(in, p)
	if ls != nil || poll == driver.Pending || err != nil {
		return c.endPoll(reading, in, n, poll, err)
	}
	return n, edo.Poll(poll), nil
}

// reads has the futures of Read, and writes those of Write: so direct style, which is the
// future of the same name awaited, allocates nothing. The pools are sound because
// edo.Await borrows: when it has returned no task polls the future any more.
var (
	reads  = sync.Pool{New: func() any { return new(read) }}
	writes = sync.Pool{New: func() any { return new(write) }}
)

// Read waits until there is something to read and reads up to len(p) bytes. The
// end is [io.EOF]. When the task is cancelled the error is [edo.ErrCancelled], and
// nothing is lost.
func (c *Conn) Read(task *edo.Task, p []byte) (int, error) {
	f := reads.Get().(*read)
	f.conn, f.p = c, p
	n, err := edo.Await(task, edo.Future[int](f))
	if f.waiter.task != nil { // cancelled
		f.Drop()
	}
	f.conn, f.p = nil, nil
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

func (f *read) Poll(cx *edo.Context) (int, edo.Poll, error) {
	n, poll, err := f.conn.PollRead(cx, f.p)
	if poll == edo.Pending {
		if before := f.waiter.replace(cx); before != nil {
			f.conn.forget(reading, before)
		}
		return 0, edo.Pending, nil
	}
	f.waiter.clear()
	return n, poll, err
}

// Drop removes the waiter.
func (f *read) Drop() {
	if t := f.waiter.clear(); t != nil {
		f.conn.forget(reading, t)
	}
}
