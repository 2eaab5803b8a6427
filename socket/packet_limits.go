package socket

import (
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// SetDeadline is [PacketConn.SetReadDeadline] and [PacketConn.SetWriteDeadline].
func (c *PacketConn) SetDeadline(t time.Time) error { return c.setDeadline(t, reading, writing) }

// SetReadDeadline makes operations that receive fail from t on, as [Conn.SetReadDeadline] does.
func (c *PacketConn) SetReadDeadline(t time.Time) error { return c.setDeadline(t, reading) }

// SetWriteDeadline makes operations that send fail from t on.
func (c *PacketConn) SetWriteDeadline(t time.Time) error { return c.setDeadline(t, writing) }

func (c *PacketConn) setDeadline(t time.Time, directions ...direction) error {
	if c.inner.Closed() {
		return c.translate("set", errClosed)
	}
	if c.limits.Load() == nil && t.IsZero() {
		return nil
	}
	c.makeLimits().setDeadline(c.inner, instant(c.inner.Driver(), t), directions)
	return nil
}

// SetIdleTimeout makes operations that wait fail when no datagram has been received or sent for d,
// with an error that matches [os.ErrDeadlineExceeded]. The time counts as that of
// [Conn.SetIdleTimeout]: from when the operation began to wait, from the call, or from the latest
// datagram, also an empty one, whichever was last. 0 turns it off. It may be called from any
// goroutine. After Close, and for a negative d, it fails.
func (c *PacketConn) SetIdleTimeout(d time.Duration) error {
	switch {
	case c.inner.Closed():
		return c.translate("set", errClosed)
	case d < 0:
		return c.translate("set", errNegativeIdle)
	case d == 0 && c.limits.Load() == nil:
		return nil
	}
	c.makeLimits().setIdle(c.inner, c.inner.Driver().Now(), d)
	return nil
}

// makeLimits returns the limits of c, and makes them if there are none.
func (c *PacketConn) makeLimits() *limits {
	if c.limits.Load() == nil {
		c.limits.CompareAndSwap(nil, newLimits())
	}
	return c.limits.Load()
}

// AbandonRead notes that the task of w has given up a receive, as [Conn.AbandonRead] does.
func (c *PacketConn) AbandonRead(w edo.Waker) { c.abandon(reading, w) }

// AbandonWrite is [PacketConn.AbandonRead] for a send.
func (c *PacketConn) AbandonWrite(w edo.Waker) { c.abandon(writing, w) }

func (c *PacketConn) abandon(d direction, w edo.Waker) {
	if ls := c.limits.Load(); ls != nil {
		ls.abandon(d, w)
	}
}

// hasExpired reports whether the deadline of direction d has passed.
func (c *PacketConn) hasExpired(d direction, in *sched.Context) bool {
	ls := c.limits.Load()
	return ls != nil && ls.of[d].deadline.Load() <= in.Now()
}

// waits ends a poll that is pending, and has the limits wake its task. False says that one has
// passed: the driver has made the task a waiter before, as for a Conn.
func (c *PacketConn) waits(d direction, in *sched.Context) bool {
	ls := c.limits.Load()
	return ls == nil || ls.arm(c.inner, d, in)
}

// noteEnd notes that an operation in direction d has ended, with a datagram unless err says
// otherwise.
func (c *PacketConn) noteEnd(d direction, in *sched.Context, err error) {
	if ls := c.limits.Load(); ls != nil {
		n := 1
		if err != nil {
			n = 0
		}
		ls.noteEnd(d, n, in)
	}
}

// expire ends an operation at which a limit has passed.
func (c *PacketConn) expire(d direction, in *sched.Context) error {
	c.forget(d, in.Task())
	err := os.ErrDeadlineExceeded
	if c.inner.Closed() {
		err = errClosed
	}
	return c.translate(operation(d), err)
}

// forget removes t, which has given up waiting in direction d, from the waiters.
func (c *PacketConn) forget(d direction, t *sched.Task) {
	c.inner.Forget(d, t)
	if ls := c.limits.Load(); ls != nil {
		ls.of[d].endWait(t)
	}
}
