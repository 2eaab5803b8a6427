package socket

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/sched"
)

// Direct style is the future of the same name, awaited, and allocates nothing: its
// futures come from pools. That is sound because edo.Await borrows: when it has
// returned nobody polls the future any more.
var (
	reads  = sync.Pool{New: func() any { return new(read) }}
	writes = sync.Pool{New: func() any { return new(write) }}
)

// Read waits until there is something to read and reads up to len(p) bytes. The
// end is [io.EOF]. When the task is cancelled the error is [edo.ErrCancelled], and
// nothing is lost.
func (c *Conn) Read(task *edo.Task, p []byte) (int, error) {
	f := reads.Get().(*read)
	*f = read{conn: c, p: p}
	n, err := edo.Await(task, edo.Future[int](f))
	f.Drop()
	*f = read{}
	reads.Put(f)
	return n, err
}

// ReadFuture is [Conn.Read] as a future. p is the future's until it has ended or
// was dropped.
func (c *Conn) ReadFuture(p []byte) edo.Future[int] { return &read{conn: c, p: p} }

type read struct {
	conn *Conn
	p    []byte
	task *sched.Task // set while it waits
}

func (f *read) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed((*readable)(f.conn)) {
		f.conn.moved(reading, &f.task, cx)
		return 0, edo.Pending, nil
	}
	n, poll, err := f.conn.poll(cx, reading, f.p)
	if poll == edo.Pending {
		f.conn.moved(reading, &f.task, cx)
		return 0, edo.Pending, nil
	}
	f.task = nil
	return n, poll, err
}

// moved keeps the task in which a future waits from now on, and lets go of another one in
// which it waited before.
//
//go:noinline
func (c *Conn) moved(d direction, place **sched.Task, cx *edo.Context) {
	t := cx.Internal(internal.Key{}).Task()
	if before := *place; before != nil && before != t {
		c.forget(d, before)
	}
	*place = t
}

// waiter returns the task of a poll that was pending.
func waiter(cx *edo.Context, poll edo.Poll) *sched.Task {
	if poll == edo.Pending {
		return cx.Internal(internal.Key{}).Task()
	}
	return nil
}

// Drop lets go of the waker.
func (f *read) Drop() {
	if f.task != nil {
		f.conn.forget(reading, f.task)
		f.task = nil
	}
}

// Write writes all of p, waiting for room as often as it needs to. With an error
// it returns how much was written before. What it says to be written arrives, unless the
// connection breaks; see [Conn.Close].
//
// Tasks that write at the same time are served one after the other: the bytes of each
// stay together.
func (c *Conn) Write(task *edo.Task, p []byte) (int, error) {
	f := writes.Get().(*write)
	*f = write{conn: c, p: p}
	_, err := edo.Await(task, edo.Future[int](f))
	n := f.n
	f.Drop()
	*f = write{}
	writes.Put(f)
	return n, err
}

// WriteFuture is [Conn.Write] as a future. p is the future's until it has ended or
// was dropped. Once it was polled the writes of other tasks wait for its end, or until it
// is dropped.
func (c *Conn) WriteFuture(p []byte) edo.Future[int] { return &write{conn: c, p: p} }

type write struct {
	conn    *Conn
	p       []byte
	n       int         // of p that has been written
	task    *sched.Task // set while it waits
	hasTurn bool
}

func (f *write) Poll(cx *edo.Context) (int, edo.Poll, error) {
	for {
		var n int
		poll, err := f.begin(cx)
		if poll == edo.Ready && err == nil {
			n, poll, err = f.conn.poll(cx, writing, f.p[f.n:])
			f.n += n
		}
		if poll == edo.Pending {
			f.conn.moved(writing, &f.task, cx)
			return 0, edo.Pending, nil
		}
		f.task = nil
		if err != nil || f.n == len(f.p) {
			f.endTurn()
			return f.n, edo.Ready, err
		}
	}
}

// Drop lets go of the waker, and of the turn to write.
func (f *write) Drop() {
	if f.task != nil {
		f.conn.forget(writing, f.task)
		f.task = nil
	}
	f.endTurn()
}
