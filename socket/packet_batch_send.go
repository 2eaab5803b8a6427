package socket

import (
	"errors"
	"syscall"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/sched"
)

// PollWriteBatch sends as many messages as there is room for, the first ones of ms, and returns how
// many: one at least, or an error and nothing was sent. More of them take several polls: the future
// and [PacketConn.WriteBatch] send all. The error is that of the first message.
func (c *PacketConn) PollWriteBatch(cx *edo.Context, ms []Message) (int, edo.Poll, error) {
	if !cx.Proceed((*sending)(c)) {
		return 0, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	switch {
	case len(ms) == 0:
		return 0, edo.Ready, nil
	case c.hasExpired(writing, in):
		return 0, edo.Ready, c.expire(writing, in)
	}
	n, poll, err := c.inner.WriteBatch(in, driverMessages(affordable(in, ms)))
	switch {
	case poll == driver.Pending && !c.waits(writing, in):
		return 0, edo.Ready, c.expire(writing, in)
	case poll == driver.Pending:
		return 0, edo.Pending, nil
	}
	if !errors.Is(err, syscall.EAGAIN) { // then the sendBatch tries again
		c.noteEnd(writing, in, err)
	}
	charge(in, n)
	return n, edo.Ready, c.translate("write", err)
}

var batchSends reuse.Pool[sendBatch, *sendBatch]

// WriteBatch sends each message as one datagram, in their order, and waits for room as
// [PacketConn.WriteTo] and [PacketConn.WriteToPath] do. Addr, or Path, is the receiver; both are empty
// when the socket is connected. It returns how many were sent: all, or the error is that of the first
// one that was not sent. The datagrams of other tasks may come between. Without messages it returns at
// once.
//
// As for [PacketConn.Write], ECONNREFUSED of a connected socket is about a datagram that was sent
// before. Of those that find no receiver while a batch is sent, not each is told, but the last one
// is: by the next operation.
//
// A system call sends up to 64 datagrams on Linux, and one elsewhere. Each costs one operation of the
// budget. Nothing is allocated but for the zones of IPv6 addresses.
//
//edo:step WriteBatchStep
func (c *PacketConn) WriteBatch(task *edo.Task, ms []Message) (int, error) {
	f := batchSends.Get()
	f.conn, f.ms = c, ms
	_, err := edo.Await(task, edo.Future[int](f))
	n := f.n
	batchSends.Put(f)
	return n, err
}

// WriteBatchFuture is [PacketConn.WriteBatch] as a future. ms belongs to the future until it has ended
// or was dropped.
func (c *PacketConn) WriteBatchFuture(ms []Message) edo.Future[int] {
	return &sendBatch{send: send{conn: c}, ms: ms}
}

// A sendBatch waits as a send does.
type sendBatch struct {
	send
	ms []Message
	n  int // of ms that were sent
}

func (f *sendBatch) Poll(cx *edo.Context) (int, edo.Poll, error) {
	for {
		n, poll, err := f.attempt(cx)
		if poll == edo.Pending {
			f.awaits(cx)
			return 0, edo.Pending, nil
		}
		f.n += n
		if n > 0 && f.retry != nil {
			f.retry.pause = 0 // the receiver has had room
		}
		if err != nil || f.n == len(f.ms) {
			f.Drop()
			return f.n, edo.Ready, err
		}
	}
}

// attempt sends some of what is left.
func (f *sendBatch) attempt(cx *edo.Context) (int, edo.Poll, error) {
	if f.isPausing(cx) {
		return f.goOnPausing(cx)
	}
	n, poll, err := f.conn.PollWriteBatch(cx, f.ms[f.n:])
	return f.orPause(cx, n, poll, err)
}

// WriteBatchStep is the step form of [PacketConn.WriteBatch].
func (c *PacketConn) WriteBatchStep(task *edo.Task, st *edo.Step, ms []Message) (done bool, n int, err error) {
	f := edo.StepState[sendBatch](st)
	if f == nil {
		f = batchSends.Get()
		f.conn, f.ms = c, ms
	}
	st.Set(nil) // also when this panics
	if done, _, err = edo.AwaitStep(task, edo.Future[int](f)); !done {
		st.Set(f)
		return false, 0, nil
	}
	n = f.n
	batchSends.Put(f)
	return true, n, err
}
