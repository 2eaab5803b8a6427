package socket

import (
	"net/netip"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/sched"
)

// Received says what was received.
type Received struct {
	N    int            // bytes of the datagram, in the buffer
	From netip.AddrPort // who has sent it, over UDP
	Path string         // who has sent it, over a Unix socket; empty: one without a name
}

// PollRead is [PacketConn.PollReadFrom] without the address.
func (c *PacketConn) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	r, poll, err := c.PollReadFrom(cx, p)
	return r.N, poll, err
}

// PollReadFrom receives a datagram into p. It may be empty, and what p has no room for is lost.
func (c *PacketConn) PollReadFrom(cx *edo.Context, p []byte) (Received, edo.Poll, error) {
	if !cx.Proceed((*receiving)(c)) {
		return Received{}, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	if c.hasExpired(reading, in) {
		return Received{}, edo.Ready, c.expire(reading, in)
	}
	n, from, poll, err := c.inner.ReadFrom(in, p)
	if poll == driver.Pending {
		if !c.waits(reading, in) {
			return Received{}, edo.Ready, c.expire(reading, in)
		}
		return Received{}, edo.Pending, nil
	}
	c.noteEnd(reading, in, err)
	return Received{n, from.AddrPort, from.Path}, edo.Ready, c.translate("read", err)
}

var receives reuse.Pool[receive, *receive]

// ReadFrom waits for a datagram and receives it into p. What p has no room for is lost: 65,527
// bytes are enough for any that UDP has. A datagram may be empty: there is no end. From an IPv4
// address it comes as one, also to a socket that is for IPv6 as well. When the task is cancelled
// the error is [edo.ErrCancelled], and nothing is lost.
//
// On a connected socket ECONNREFUSED says that a datagram, sent before, has found no receiver.
// It comes once, and the next operation goes on.
//
//edo:step ReadFromStep
func (c *PacketConn) ReadFrom(task *edo.Task, p []byte) (int, netip.AddrPort, error) {
	r, err := c.receive(task, p)
	return r.N, r.From, err
}

// ReadFromPath is [PacketConn.ReadFrom] for a Unix socket, whose addresses are paths.
//
//edo:step ReadFromPathStep
func (c *PacketConn) ReadFromPath(task *edo.Task, p []byte) (int, string, error) {
	r, err := c.receive(task, p)
	return r.N, r.Path, err
}

// Read is [PacketConn.ReadFrom] without the address.
//
//edo:step ReadStep
func (c *PacketConn) Read(task *edo.Task, p []byte) (int, error) {
	r, err := c.receive(task, p)
	return r.N, err
}

//edo:step receiveStep
func (c *PacketConn) receive(task *edo.Task, p []byte) (Received, error) {
	f := receives.Get()
	f.conn, f.p = c, p
	r, err := edo.Await(task, edo.Future[Received](f))
	receives.Put(f)
	return r, err
}

// ReadFromFuture is [PacketConn.ReadFrom] as a future. p belongs to the future until it has
// ended or was dropped.
func (c *PacketConn) ReadFromFuture(p []byte) edo.Future[Received] {
	return &receive{conn: c, p: p}
}

type receive struct {
	conn   *PacketConn
	p      []byte
	waiter waiter
}

func (f *receive) Poll(cx *edo.Context) (Received, edo.Poll, error) {
	r, poll, err := f.conn.PollReadFrom(cx, f.p)
	if poll == edo.Pending {
		if before := f.waiter.replace(cx); before != nil {
			f.conn.forget(reading, before)
		}
	} else {
		f.waiter.clear()
	}
	return r, poll, err
}

// Drop removes the waiter.
func (f *receive) Drop() {
	if f.waiter.task != nil {
		f.conn.forget(reading, f.waiter.clear())
	}
}

// ReadFromStep is the step form of [PacketConn.ReadFrom].
func (c *PacketConn) ReadFromStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, from netip.AddrPort, err error) {
	done, r, err := c.receiveStep(task, st, p)
	return done, r.N, r.From, err
}

// ReadFromPathStep is the step form of [PacketConn.ReadFromPath].
func (c *PacketConn) ReadFromPathStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, path string, err error) {
	done, r, err := c.receiveStep(task, st, p)
	return done, r.N, r.Path, err
}

// ReadStep is the step form of [PacketConn.Read].
func (c *PacketConn) ReadStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, err error) {
	done, r, err := c.receiveStep(task, st, p)
	return done, r.N, err
}

func (c *PacketConn) receiveStep(task *edo.Task, st *edo.Step, p []byte) (done bool, r Received, err error) {
	f := edo.StepState[receive](st)
	if f == nil {
		f = receives.Get()
		f.conn, f.p = c, p
	}
	st.Set(nil) // also when this panics
	if done, r, err = edo.AwaitStep(task, edo.Future[Received](f)); !done {
		st.Set(f)
		return false, Received{}, nil
	}
	receives.Put(f)
	return true, r, err
}
