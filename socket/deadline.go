package socket

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// deadlines are made when the first one is set.
type deadlines [2]deadline

// A deadline is when the operations of one direction begin to fail.
//
// The timer wakes the task that waits, no later than at the deadline. When the
// deadline is moved back, as by a server that grants each request another minute,
// the timer stays where it is: it fires early, at most once a minute here, and the
// task that it wakes arms it again.
type deadline struct {
	at    atomic.Int64 // instant; sched.Never: there is none
	timer sched.Timer

	mu    sync.Mutex  // guards the following, and arming and stopping the timer
	armed int64       // when the timer fires; sched.Never: it does not
	task  *sched.Task // whom it wakes
}

func newDeadlines() *deadlines {
	ds := new(deadlines)
	for i := range ds {
		ds[i].at.Store(sched.Never)
		ds[i].armed = sched.Never
	}
	return ds
}

func (d *deadline) passed(now int64) bool { return d.at.Load() <= now }

// arm sees to it that the task of in, which waits, is woken at the deadline. It
// says no when the deadline has passed.
func (d *deadline) arm(in *sched.Context) bool {
	at := d.at.Load()
	if at == sched.Never {
		return true
	}
	now := in.Now()
	if at <= now {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if at < d.armed || d.armed <= now || d.task != in.Task() {
		in.Arm(&d.timer, at)
		d.armed, d.task = at, in.Task()
	}
	return true
}

// set moves the deadline and says whether a task that waits has to see to its
// timer.
func (d *deadline) set(at int64) (sooner bool) {
	d.at.Store(at)
	if at == sched.Never {
		d.stop()
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return at < d.armed
}

func (d *deadline) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.timer.Stop()
	d.armed, d.task = sched.Never, nil
}

// SetDeadline is [Conn.SetReadDeadline] and [Conn.SetWriteDeadline].
func (c *Conn) SetDeadline(t time.Time) error {
	c.setDeadline(reading, t)
	c.setDeadline(writing, t)
	return nil
}

// SetReadDeadline makes reads fail with [os.ErrDeadlineExceeded] from t on, also
// one that waits now. The zero Time means never. It may be called from any
// goroutine; the first call allocates.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.setDeadline(reading, t)
	return nil
}

// SetWriteDeadline does for writes what [Conn.SetReadDeadline] does for reads.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.setDeadline(writing, t)
	return nil
}

func (c *Conn) setDeadline(d direction, t time.Time) {
	ds := c.deadlines.Load()
	if ds == nil {
		if t.IsZero() {
			return
		}
		c.deadlines.CompareAndSwap(nil, newDeadlines())
		ds = c.deadlines.Load()
	}
	if ds[d].set(c.instant(t)) {
		if waiting := c.waiting[d].Load(); waiting != nil {
			waiting.Wake()
		}
	}
}

// instant returns t on the clock of the driver.
func (c *Conn) instant(t time.Time) int64 {
	if t.IsZero() {
		return sched.Never
	}
	clock := c.rt.Driver().(driver.Driver)
	now := clock.Now()
	left := int64(t.Sub(clock.Time(now)))
	if left > math.MaxInt64-1-now {
		return math.MaxInt64 - 1
	}
	return now + left
}
