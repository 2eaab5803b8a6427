package socket

import (
	"errors"
	"net/netip"
	"syscall"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/sched"
)

// PollWrite sends p as one datagram, from a connected socket. It returns len(p), or an error.
func (c *PacketConn) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	return c.pollSend(cx, p, driver.Peer{})
}

// PollWriteTo sends p as one UDP datagram, from a socket that is not connected. It returns
// len(p), or an error.
func (c *PacketConn) PollWriteTo(cx *edo.Context, p []byte, to netip.AddrPort) (int, edo.Poll, error) {
	return c.pollSend(cx, p, driver.Peer{AddrPort: to})
}

func (c *PacketConn) pollSend(cx *edo.Context, p []byte, to driver.Peer) (int, edo.Poll, error) {
	if !cx.Proceed((*sending)(c)) {
		return 0, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	if c.hasExpired(writing, in) {
		return 0, edo.Ready, c.expire(writing, in)
	}
	poll, err := c.inner.WriteTo(in, p, to)
	switch {
	case poll == driver.Pending && !c.waits(writing, in):
		return 0, edo.Ready, c.expire(writing, in)
	case poll == driver.Pending:
		return 0, edo.Pending, nil
	case to.Path != "" && errors.Is(err, syscall.EAGAIN): // the send tries again
		return 0, edo.Ready, c.translate("write", err)
	}
	if c.noteEnd(writing, in, err); err != nil {
		return 0, edo.Ready, c.translate("write", err)
	}
	return len(p), edo.Ready, nil
}

var sends reuse.Pool[send, *send]

// WriteTo sends p as one datagram to an address, from a socket that is not connected. It waits
// while the system has no room. It returns len(p), or an error and nothing was sent. That the
// datagram was sent does not say that it arrives: UDP may lose it, also when the receiver
// is this machine and its queue is full. p may be empty.
//
//edo:step WriteToStep
func (c *PacketConn) WriteTo(task *edo.Task, p []byte, to netip.AddrPort) (int, error) {
	return c.send(task, p, driver.Peer{AddrPort: to})
}

// WriteToPath is [PacketConn.WriteTo] for a Unix socket, which loses nothing. No system tells a
// socket that is not connected when the receiver has room: then WriteToPath tries again after
// a millisecond, then twice as long each time, up to 50 ms. Write of a connected socket is
// woken.
//
//edo:step WriteToPathStep
func (c *PacketConn) WriteToPath(task *edo.Task, p []byte, path string) (int, error) {
	return c.send(task, p, driver.Peer{Path: path})
}

// Write is [PacketConn.WriteTo] for a connected socket. ECONNREFUSED says that a
// datagram, sent before, has found no receiver; p was not sent then.
//
//edo:step WriteStep
func (c *PacketConn) Write(task *edo.Task, p []byte) (int, error) {
	return c.send(task, p, driver.Peer{})
}

//edo:step sendStep
func (c *PacketConn) send(task *edo.Task, p []byte, to driver.Peer) (int, error) {
	f := sends.Get()
	f.conn, f.p, f.to = c, p, to
	n, err := edo.Await(task, edo.Future[int](f))
	sends.Put(f)
	return n, err
}

// WriteToFuture is [PacketConn.WriteTo] as a future. p belongs to the future until it has ended
// or was dropped.
func (c *PacketConn) WriteToFuture(p []byte, to netip.AddrPort) edo.Future[int] {
	return &send{conn: c, p: p, to: driver.Peer{AddrPort: to}}
}

// WriteFuture is [PacketConn.Write] as a future.
func (c *PacketConn) WriteFuture(p []byte) edo.Future[int] { return &send{conn: c, p: p} }

type send struct {
	conn   *PacketConn
	p      []byte
	to     driver.Peer
	waiter waiter
	retry  *retry // while a Unix socket that is not connected finds no room
}

// A retry is a pause between two attempts.
type retry struct {
	timer sched.Timer
	pause time.Duration
	until int64
}

func (f *send) Poll(cx *edo.Context) (int, edo.Poll, error) {
	n, poll, err := f.poll(cx)
	if poll == edo.Pending {
		f.awaits(cx)
		return 0, edo.Pending, nil
	}
	f.Drop()
	return n, edo.Ready, err
}

// awaits notes that the driver keeps the task of cx.
func (f *send) awaits(cx *edo.Context) {
	if before := f.waiter.replace(cx); before != nil {
		f.conn.forget(writing, before)
	}
}

func (f *send) poll(cx *edo.Context) (int, edo.Poll, error) {
	if f.isPausing(cx) {
		return f.goOnPausing(cx)
	}
	n, poll, err := f.conn.pollSend(cx, f.p, f.to)
	return f.orPause(cx, n, poll, err)
}

// isPausing reports whether the next attempt is to come.
func (f *send) isPausing(cx *edo.Context) bool {
	return f.retry != nil && (*sched.Context)(cx).Now() < f.retry.until
}

// goOnPausing is an operation that pauses.
func (f *send) goOnPausing(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed((*sending)(f.conn)) {
		return 0, edo.Pending, nil
	}
	return f.pauses((*sched.Context)(cx))
}

// orPause returns the result of an attempt, or pauses: EAGAIN comes from a Unix socket that is not
// connected alone.
func (f *send) orPause(cx *edo.Context, n int, poll edo.Poll, err error) (int, edo.Poll, error) {
	if err == nil || !errors.Is(err, syscall.EAGAIN) {
		return n, poll, err
	}
	if f.retry == nil {
		f.retry = new(retry)
	}
	in := (*sched.Context)(cx)
	f.retry.pause = min(max(2*f.retry.pause, time.Millisecond), 50*time.Millisecond)
	f.retry.until = sched.After(in.Now(), f.retry.pause)
	return f.pauses(in)
}

// pauses waits for the next attempt, the end of the socket, or the deadline.
func (f *send) pauses(in *sched.Context) (int, edo.Poll, error) {
	c := f.conn
	c.inner.Wait(writing, in.Task()) // before it looks: Close wakes the waiters
	if c.inner.Closed() || !c.waits(writing, in) {
		return 0, edo.Ready, c.expire(writing, in)
	}
	in.Arm(&f.retry.timer, f.retry.until)
	return 0, edo.Pending, nil
}

// Drop removes the waiter, and stops the timer.
func (f *send) Drop() {
	if f.waiter.task != nil {
		f.conn.forget(writing, f.waiter.clear())
	}
	if f.retry != nil {
		f.retry.timer.Stop()
		f.retry = nil
	}
}

// WriteToStep is the step form of [PacketConn.WriteTo].
func (c *PacketConn) WriteToStep(task *edo.Task, st *edo.Step, p []byte, to netip.AddrPort) (done bool, n int, err error) {
	return c.sendStep(task, st, p, driver.Peer{AddrPort: to})
}

// WriteToPathStep is the step form of [PacketConn.WriteToPath].
func (c *PacketConn) WriteToPathStep(task *edo.Task, st *edo.Step, p []byte, path string) (done bool, n int, err error) {
	return c.sendStep(task, st, p, driver.Peer{Path: path})
}

// WriteStep is the step form of [PacketConn.Write].
func (c *PacketConn) WriteStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, err error) {
	return c.sendStep(task, st, p, driver.Peer{})
}

func (c *PacketConn) sendStep(task *edo.Task, st *edo.Step, p []byte, to driver.Peer) (done bool, n int, err error) {
	f := edo.StepState[send](st)
	if f == nil {
		f = sends.Get()
		f.conn, f.p, f.to = c, p, to
	}
	st.Set(nil) // also when this panics
	if done, n, err = edo.AwaitStep(task, edo.Future[int](f)); !done {
		st.Set(f)
		return false, 0, nil
	}
	sends.Put(f)
	return true, n, err
}
