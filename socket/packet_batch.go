package socket

import (
	"net/netip"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/sched"
)

// Message is a datagram of a batch. Its Buffer is the caller's, who may use a Message again and again:
// a receive overwrites the other fields, and a send reads Buffer, Addr and Path alone. So a received
// message goes back to its sender when Buffer is cut to N.
type Message struct {
	Buffer []byte         // what is sent, or room for what is received
	N      int            // bytes received, in Buffer
	Addr   netip.AddrPort // the sender or the receiver, over UDP
	Path   string         // the same, over a Unix socket; empty: one without a name
	Cut    bool           // Buffer had no room for all that came, and the rest is lost
}

// driverMessages returns ms as the driver has it.
func driverMessages(ms []Message) []driver.Message {
	return unsafe.Slice((*driver.Message)(unsafe.SliceData(ms)), len(ms))
}

// PollReadBatch receives the datagrams that are there into messages, and returns how many: see
// [PacketConn.ReadBatch].
func (c *PacketConn) PollReadBatch(cx *edo.Context, ms []Message) (int, edo.Poll, error) {
	if !cx.Proceed((*receiving)(c)) {
		return 0, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	switch {
	case len(ms) == 0:
		return 0, edo.Ready, nil
	case c.hasExpired(reading, in):
		return 0, edo.Ready, c.expire(reading, in)
	}
	n, poll, err := c.inner.ReadBatch(in, driverMessages(affordable(in, ms)))
	if poll == driver.Pending {
		if !c.waits(reading, in) {
			return 0, edo.Ready, c.expire(reading, in)
		}
		return 0, edo.Pending, nil
	}
	c.noteEnd(reading, in, err)
	charge(in, n)
	return n, edo.Ready, c.translate("read", err)
}

// affordable returns as many messages as the budget has operations for, after Proceed.
func affordable(in *sched.Context, ms []Message) []Message {
	return ms[:min(len(ms), 1+in.Budget())]
}

// charge takes from the budget for a batch of n datagrams: one operation each. Proceed has taken the
// first one.
func charge(in *sched.Context, n int) {
	for ; n > 1; n-- {
		in.TakeBudget()
	}
}

var batchReceives reuse.Pool[receiveBatch, *receiveBatch]

// ReadBatch waits for a datagram, and receives it together with those behind it, each into a message
// of its own, as [PacketConn.ReadFrom] does. It returns how many there are, one at least: the first
// ones of ms. It takes what is there, and does not wait for more. With an error nothing was received
// and nothing is lost, and when the task is cancelled too. Without messages it returns at once.
//
// On Linux a batch is one system call, of up to 64 datagrams. Elsewhere it is one for each datagram,
// and where a system has no such call that does not wait, a batch is one datagram. Each datagram costs
// one operation of the budget: a batch is smaller when the poll has used most of it.
//
// Nothing is allocated, except for the zones of IPv6 addresses, and for a Path that is not
// the one that the message has already.
//
//edo:step ReadBatchStep
func (c *PacketConn) ReadBatch(task *edo.Task, ms []Message) (int, error) {
	f := batchReceives.Get()
	f.conn, f.ms = c, ms
	n, err := edo.Await(task, edo.Future[int](f))
	batchReceives.Put(f)
	return n, err
}

// ReadBatchFuture is [PacketConn.ReadBatch] as a future. ms belongs to the future until it has ended
// or was dropped.
func (c *PacketConn) ReadBatchFuture(ms []Message) edo.Future[int] {
	return &receiveBatch{conn: c, ms: ms}
}

type receiveBatch struct {
	conn   *PacketConn
	ms     []Message
	waiter waiter
}

func (f *receiveBatch) Poll(cx *edo.Context) (int, edo.Poll, error) {
	n, poll, err := f.conn.PollReadBatch(cx, f.ms)
	if poll == edo.Pending {
		if before := f.waiter.replace(cx); before != nil {
			f.conn.forget(reading, before)
		}
	} else {
		f.waiter.clear()
	}
	return n, poll, err
}

// Drop removes the waiter.
func (f *receiveBatch) Drop() {
	if f.waiter.task != nil {
		f.conn.forget(reading, f.waiter.clear())
	}
}

// ReadBatchStep is the step form of [PacketConn.ReadBatch].
func (c *PacketConn) ReadBatchStep(task *edo.Task, st *edo.Step, ms []Message) (done bool, n int, err error) {
	f := edo.StepState[receiveBatch](st)
	if f == nil {
		f = batchReceives.Get()
		f.conn, f.ms = c, ms
	}
	st.Set(nil) // also when this panics
	if done, n, err = edo.AwaitStep(task, edo.Future[int](f)); !done {
		st.Set(f)
		return false, 0, nil
	}
	batchReceives.Put(f)
	return true, n, err
}
