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
	n, poll, err := f.conn.PollRead(cx, f.p)
	f.task = waiter(cx, poll)
	return n, poll, err
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
// it returns how much was written before.
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
// was dropped.
func (c *Conn) WriteFuture(p []byte) edo.Future[int] { return &write{conn: c, p: p} }

type write struct {
	conn *Conn
	p    []byte
	n    int         // of p that has been written
	task *sched.Task // set while it waits
}

func (f *write) Poll(cx *edo.Context) (int, edo.Poll, error) {
	for f.n < len(f.p) {
		n, poll, err := f.conn.PollWrite(cx, f.p[f.n:])
		f.n += n
		f.task = waiter(cx, poll)
		if poll == edo.Pending {
			return 0, edo.Pending, nil
		}
		if err != nil {
			return f.n, edo.Ready, err
		}
	}
	return f.n, edo.Ready, nil
}

// Drop lets go of the waker.
func (f *write) Drop() {
	if f.task != nil {
		f.conn.forget(writing, f.task)
		f.task = nil
	}
}
