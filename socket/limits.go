package socket

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// limits say when operations that wait begin to fail: at a deadline, or when no byte has
// moved for some time. They are made when the first one is set.
type limits struct {
	idle atomic.Int64 // the idle time-out in nanoseconds; 0: none
	last atomic.Int64 // instant of the latest byte, in either direction
	of   [2]limit     // by direction
}

// A limit says when the operations of one direction begin to fail.
//
// Each task that waits has an alarm, which wakes it no later than at the limit. When the
// limit is moved to a later instant, as by a server that grants each request another
// minute, or by each byte that comes, the timer stays as it is: it fires early, at most
// once a minute here, and the task that it wakes arms it again.
type limit struct {
	deadline atomic.Int64 // instant; sched.Never: there is none

	mu    sync.Mutex // guards the following, and orders arming and stopping the timers
	first alarm
	more  []*alarm // when several tasks wait
}

// An alarm wakes one task.
type alarm struct {
	timer sched.Timer
	armed int64       // when the timer fires; sched.Never: it does not
	began int64       // since when the operation of task waits, for the idle time-out; or unset
	task  *sched.Task // which the timer wakes
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

// makeLimits returns the limits of c, and makes them if there are none.
func (c *Conn) makeLimits() *limits {
	x := c.makeExtra()
	if x.limits.Load() == nil {
		x.limits.CompareAndSwap(nil, newLimits())
	}
	return x.limits.Load()
}

// expiry returns the instant at which the operation in direction d fails that has the
// alarm a; nil stands for an operation that does not wait. The mu of the limit is held.
func (ls *limits) expiry(d direction, a *alarm) int64 {
	at := ls.of[d].deadline.Load()
	if idle := ls.idle.Load(); idle != 0 && a != nil && a.began != unset {
		at = min(at, addInstant(max(a.began, ls.last.Load()), idle))
	}
	return at
}

// expiryOf returns the instant at which the operation of t in direction d fails.
func (ls *limits) expiryOf(d direction, t *sched.Task) int64 {
	l := &ls.of[d]
	l.mu.Lock()
	defer l.mu.Unlock()
	return ls.expiry(d, l.alarmOf(t))
}

// addInstant returns the instant d after at. It is before sched.Never.
func addInstant(at, d int64) int64 {
	return min(sched.After(at, time.Duration(d)), sched.Never-1)
}

// noteEnd notes that an operation in direction d has ended, with n bytes.
func (ls *limits) noteEnd(d direction, n int, in *sched.Context) {
	if ls.idle.Load() == 0 {
		return
	}
	ls.of[d].endWait(in.Task())
	if n > 0 {
		ls.last.Store(in.Now())
	}
}

// endWait notes that the operation of t waits no longer.
func (l *limit) endWait(t *sched.Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.alarmOf(t); a != nil {
		a.began = unset
	}
}

// arm arms the alarm of the task of in, which c keeps as a waiter, for the limit. False says that
// the limit has passed. It loads the limits under the lock: a goroutine that moves one to
// a later instant, or removes it, takes the lock afterwards, and one that moves it to an
// earlier instant asks isArmedBy.
func (ls *limits) arm(c driver.Keeper, d direction, in *sched.Context) bool {
	l, now, t := &ls.of[d], in.Now(), in.Task()
	l.mu.Lock()
	defer l.mu.Unlock()
	idle := ls.idle.Load() != 0
	if !idle && l.deadline.Load() == sched.Never {
		return true
	}
	a := l.alarmFor(t, func(t *sched.Task) bool { return c.Waits(d, t) })
	if a.task != t {
		a.task, a.armed, a.began = t, sched.Never, unset
	}
	if idle && a.began == unset {
		a.began = now
	}
	at := ls.expiry(d, a)
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

// alarmFor returns the alarm of t, or one whose task waits no longer, or a new one. mu is
// held.
func (l *limit) alarmFor(t *sched.Task, waits func(t *sched.Task) bool) *alarm {
	if a := l.alarmOf(t); a != nil {
		return a
	}
	isFree := func(a *alarm) bool { return a.task == nil || a.task.HasEnded() || !waits(a.task) }
	if isFree(&l.first) {
		return &l.first
	}
	for _, a := range l.more {
		if isFree(a) {
			return a
		}
	}
	a := &alarm{armed: sched.Never, began: unset}
	l.more = append(l.more, a)
	return a
}

// isArmedBy reports whether every alarm fires at the instant at, or earlier. mu is not
// held.
func (l *limit) isArmedBy(at int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	latest := l.first.armed
	for _, a := range l.more {
		latest = max(latest, a.armed)
	}
	return latest <= at
}

// stop stops all alarms.
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

// restart has the operations that wait count anew for the idle time-out.
func (l *limit) restart() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first.began = unset
	for _, a := range l.more {
		a.began = unset
	}
}

// setDeadline makes at the deadline of some directions of c.
func (ls *limits) setDeadline(c driver.Keeper, at int64, directions []direction) {
	for _, d := range directions {
		l := &ls.of[d]
		l.deadline.Store(at)
		switch {
		case at == sched.Never && ls.idle.Load() == 0:
			l.stop()
		case !l.isArmedBy(at):
			c.Wake(d)
		}
	}
}

// setIdle makes d the idle time-out of c, from the instant now on.
func (ls *limits) setIdle(c driver.Keeper, now int64, d time.Duration) {
	ls.last.Store(now)
	ls.idle.Store(int64(d))
	for i := range ls.of {
		l := &ls.of[i]
		if d == 0 {
			l.restart()
			if l.deadline.Load() == sched.Never {
				l.stop()
			}
			continue
		}
		c.Wake(direction(i)) // the operations that wait count from here
	}
}

// abandon notes that the task of w has given up its operation in direction d. The driver keeps the
// task as a waiter, and its alarm may fire: it may have another operation there.
func (ls *limits) abandon(d direction, w edo.Waker) { ls.of[d].endWait(inside.WakerTask(w)) }

func (ls *limits) stop() {
	ls.of[reading].stop()
	ls.of[writing].stop()
}
