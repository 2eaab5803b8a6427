package socket

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// limits say when operations that wait begin to fail: at a deadline, or when nothing has
// moved for some time. They are made when the first one is set.
type limits struct {
	idle atomic.Int64 // nanoseconds; 0: none
	last atomic.Int64 // instant of the latest byte, in either direction
	of   [2]limit
}

// A limit is when the operations of one direction begin to fail.
//
// An alarm wakes a task that waits, no later than at the limit. When the limit is moved
// back, as by a server that grants each request another minute, or by each byte that
// comes, the timer stays where it is: it fires early, at most once a minute here, and the
// task that it wakes arms it again.
type limit struct {
	deadline atomic.Int64 // instant; sched.Never: there is none

	mu    sync.Mutex // guards the following, and arming and stopping the timers
	first alarm
	more  []*alarm // when several tasks wait
}

// An alarm wakes one task.
type alarm struct {
	timer sched.Timer
	armed int64       // when the timer fires; sched.Never: it does not
	began int64       // since when the operation of task waits, for the idle time-out; or unset
	task  *sched.Task // which it wakes
}

const unset = math.MinInt64

func newLimits() *limits {
	ls := new(limits)
	for i := range ls.of {
		l := &ls.of[i]
		l.deadline.Store(sched.Never)
		l.first.armed, l.first.began = sched.Never, unset
	}
	return ls
}

// passed says whether the deadline has passed, whatever there is to read or write.
func (l *limit) passed(now int64) bool { return l.deadline.Load() <= now }

// at returns the instant at which the operation fails that waits in direction d, and is that
// of a, unless a is nil. Its mu is held.
func (ls *limits) at(d direction, a *alarm) int64 {
	at := ls.of[d].deadline.Load()
	if idle := ls.idle.Load(); idle != 0 && a != nil && a.began != unset {
		at = min(at, later(max(a.began, ls.last.Load()), idle))
	}
	return at
}

// until returns the instant at which the operation of t fails that waits in direction d.
func (ls *limits) until(d direction, t *sched.Task) int64 {
	l := &ls.of[d]
	l.mu.Lock()
	defer l.mu.Unlock()
	return ls.at(d, l.alarmOf(t))
}

// later returns the instant d after at.
func later(at, d int64) int64 {
	if d > sched.Never-1-at {
		return sched.Never - 1
	}
	return at + d
}

// ended says that an operation in direction d has ended, with n bytes.
func (ls *limits) ended(d direction, n int, in *sched.Context) {
	if ls.idle.Load() == 0 {
		return
	}
	ls.of[d].over(in.Task())
	if n > 0 {
		ls.last.Store(in.Now())
	}
}

// over says that the operation of t waits no longer.
func (l *limit) over(t *sched.Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.alarmOf(t); a != nil {
		a.began = unset
	}
}

// arm sees to it that the task of in, which waits on c, is woken at the limit. It says no
// when that has passed. It looks at the limits with the lock: who moves one back or away has
// it afterwards, and who moves one forward asks isArmedBy.
func (ls *limits) arm(c *Conn, d direction, in *sched.Context) bool {
	l, now, t := &ls.of[d], in.Now(), in.Task()
	l.mu.Lock()
	defer l.mu.Unlock()
	idle := ls.idle.Load() != 0
	if !idle && l.deadline.Load() == sched.Never {
		return true
	}
	a := l.alarmFor(t, func(t *sched.Task) bool { return c.waits(d, t) })
	if a.task != t {
		a.task, a.armed, a.began = t, sched.Never, unset
	}
	if idle && a.began == unset {
		a.began = now
	}
	at := ls.at(d, a)
	if at <= now {
		return false
	}
	if at < a.armed || a.armed <= now {
		in.Arm(&a.timer, at)
		a.armed = at
	}
	return true
}

// alarmOf returns the alarm of t, or nil. mu is held.
func (l *limit) alarmOf(t *sched.Task) *alarm {
	if l.first.task == t {
		return &l.first
	}
	for _, a := range l.more {
		if a.task == t {
			return a
		}
	}
	return nil
}

// alarmFor returns the alarm of t, or one whose task waits no longer. mu is held.
func (l *limit) alarmFor(t *sched.Task, waits func(t *sched.Task) bool) *alarm {
	if a := l.alarmOf(t); a != nil {
		return a
	}
	if l.first.task == nil || !waits(l.first.task) {
		return &l.first
	}
	for _, a := range l.more {
		if a.task == nil || !waits(a.task) {
			return a
		}
	}
	a := &alarm{armed: sched.Never, began: unset}
	l.more = append(l.more, a)
	return a
}

// isArmedBy says whether every alarm fires by at the latest. mu is not held.
func (l *limit) isArmedBy(at int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	by := l.first.armed
	for _, a := range l.more {
		by = max(by, a.armed)
	}
	return by <= at
}

func (l *limit) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first.stop()
	for _, a := range l.more {
		a.stop()
	}
	l.more = nil
}

func (a *alarm) stop() {
	a.timer.Stop()
	a.armed, a.began, a.task = sched.Never, unset, nil
}

// restart makes the operations that wait count from anew for the idle time-out.
func (l *limit) restart() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first.began = unset
	for _, a := range l.more {
		a.began = unset
	}
}

func (ls *limits) stop() {
	ls.of[reading].stop()
	ls.of[writing].stop()
}

// SetDeadline is [Conn.SetReadDeadline] and [Conn.SetWriteDeadline].
func (c *Conn) SetDeadline(t time.Time) error { return c.setDeadline(t, reading, writing) }

// SetReadDeadline makes reads fail from t on with an error that matches
// [os.ErrDeadlineExceeded], also those that wait now, and those for which there would be
// something. The zero Time means never. It may be called from any goroutine; the first
// call allocates. After Close it fails.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(t, reading) }

// SetWriteDeadline does for writes what [Conn.SetReadDeadline] does for reads.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(t, writing) }

func (c *Conn) setDeadline(t time.Time, directions ...direction) error {
	if c.inner.Closed() {
		return c.fail("set", errClosed)
	}
	ls := c.limits()
	if ls == nil {
		if t.IsZero() {
			return nil
		}
		ls = c.limited()
	}
	at := c.instant(t)
	for _, d := range directions {
		l := &ls.of[d]
		l.deadline.Store(at)
		switch {
		case at == sched.Never && ls.idle.Load() == 0:
			l.stop()
		case !l.isArmedBy(at):
			c.wake(d)
		}
	}
	return nil
}

// limited returns the limits of c, and makes them.
func (c *Conn) limited() *limits {
	r := c.rarely()
	if r.limits.Load() == nil {
		r.limits.CompareAndSwap(nil, newLimits())
	}
	return r.limits.Load()
}

// instant returns t on the clock of the driver.
func (c *Conn) instant(t time.Time) int64 {
	if t.IsZero() {
		return sched.Never
	}
	clock := c.inner.Driver()
	now := clock.Now()
	left := int64(t.Sub(clock.Time(now)))
	if left > math.MaxInt64-1-now {
		return math.MaxInt64 - 1
	}
	return now + left
}
