package socket

import (
	"errors"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// SetDeadline is [Conn.SetReadDeadline] and [Conn.SetWriteDeadline].
func (c *Conn) SetDeadline(t time.Time) error { return c.setDeadline(t, reading, writing) }

// SetReadDeadline makes reads fail from t on with an error that matches
// [os.ErrDeadlineExceeded], also those that wait now, and those that would find
// something. The zero Time means never. It may be called from any goroutine; the first
// call allocates. After Close it fails.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(t, reading) }

// SetWriteDeadline does for writes what [Conn.SetReadDeadline] does for reads.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(t, writing) }

func (c *Conn) setDeadline(t time.Time, directions ...direction) error {
	if c.inner.Closed() {
		return c.translate("set", errClosed)
	}
	ls := c.limits()
	if ls == nil {
		if t.IsZero() {
			return nil
		}
		ls = c.makeLimits()
	}
	ls.setDeadline(c.inner, instant(c.inner.Driver(), t), directions)
	return nil
}

// instant returns t on the clock of a driver.
func instant(clock driver.Driver, t time.Time) int64 {
	if t.IsZero() {
		return sched.Never
	}
	now := clock.Now()
	left := int64(t.Sub(clock.Time(now)))
	return addInstant(now, left)
}

var errNegativeIdle = errors.New("the idle time-out is negative; 0 turns it off")

// SetIdleTimeout makes reads and writes that wait fail when no byte has moved for d, with
// an error that matches [os.ErrDeadlineExceeded]. The time counts from when the operation
// began to wait, from the call of SetIdleTimeout, or from the latest byte that was read or
// written by any task, whichever was last. So a reader goes on while other tasks write, and
// a reader that comes back after a pause has all of d. 0 turns it off.
//
// It applies beside the deadlines: the earlier of the two ends the operation. Unlike a
// deadline that has passed it does not end later operations: each has d again, and reads
// the bytes that there are.
//
// A Read or a Write that was cancelled is over, and the next one has d. So is a future that
// was dropped, and one over PollRead that has called [Conn.AbandonRead]. A wait that was only
// borrowed, by [edo.Await], [edo.Next] or package selector, goes on with its next poll.
//
// Time is that of the runtime. SetIdleTimeout may be called from any goroutine; the first
// call allocates some 400 bytes, and an operation that waits is woken once in d at the
// most. A connection without it pays nothing. After Close, and for a negative d, it
// fails.
func (c *Conn) SetIdleTimeout(d time.Duration) error {
	switch {
	case c.inner.Closed():
		return c.translate("set", errClosed)
	case d < 0:
		return c.translate("set", errNegativeIdle)
	case d == 0 && c.limits() == nil:
		return nil
	}
	c.makeLimits().setIdle(c.inner, c.inner.Driver().Now(), d)
	return nil
}
