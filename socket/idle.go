package socket

import (
	"errors"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

var errNegativeIdle = errors.New("the idle time-out is negative; 0 turns it off")

// SetIdleTimeout makes reads and writes that wait fail when no byte has moved for d, with
// an error that matches [os.ErrDeadlineExceeded]. The time counts from when the operation
// began to wait, from the call of SetIdleTimeout, or from the latest byte that was read or
// written by any task, whichever was last. So a reader of a connection that is written to
// goes on, and one that comes back after a pause has all of d. 0 turns it off.
//
// It holds beside the deadlines: the earlier of the two ends the operation. Unlike a
// deadline that has passed it takes nothing from later operations: each has d again, and
// what there is to read is read.
//
// Time is that of the runtime. It may be called from any goroutine; the first call
// allocates some 400 bytes, and an operation that waits is woken once in d at the most,
// to look. A connection for which it is not called pays nothing. After Close, and for a
// negative d, it fails.
func (c *Conn) SetIdleTimeout(d time.Duration) error {
	switch {
	case c.inner.Closed():
		return c.fail("set", errClosed)
	case d < 0:
		return c.fail("set", errNegativeIdle)
	case d == 0 && c.limits() == nil:
		return nil
	}
	ls := c.limited()
	ls.last.Store(c.inner.Driver().Now())
	ls.idle.Store(int64(d))
	for i := range ls.of {
		l, at := &ls.of[i], direction(i)
		if d == 0 {
			l.restart()
			if l.deadline.Load() == sched.Never {
				l.stop()
			}
			continue
		}
		c.wake(at) // those that wait count from here
	}
	return nil
}
