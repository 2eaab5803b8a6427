package timer

import (
	"errors"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// An Option changes what an [Interval] does.
type Option func(*Interval)

// Interval is a stream of ticks, a period apart. It never ends. A tick is the
// instant that it was due at, also when it comes late: then [Missed] says which ticks
// follow. Its methods may be called from any goroutine. One task at a time waits for a
// tick: another one that comes meanwhile gets an [*edo.BusyError].
type Interval struct {
	period time.Duration
	missed Missed

	timer sched.Timer
	mu    sync.Mutex // guards the following
	clock driver.Driver
	next  int64         // the next tick, on clock
	start time.Time     // without clock: of the first tick, if it is not zero
	delay time.Duration // without clock and start: from the first poll to the first tick
}

// NewInterval returns an interval whose first tick comes d after its first poll, as
// in Tokio's guide. It panics when d is not positive.
func NewInterval(d time.Duration, opts ...Option) *Interval {
	return IntervalAt(time.Time{}, d, opts...)
}

// IntervalAt returns an interval whose first tick is due at start, and the others at
// start plus a multiple of d. When the interval is polled after start it has missed
// ticks, and gives those that [OnMissed] says: with [Burst] each of them, with [Skip] and
// [Delay] the first for all. A start that is long past, such as midnight, aligns the ticks
// of Skip. The zero time means d after the first poll. IntervalAt panics when d is not
// positive.
func IntervalAt(start time.Time, d time.Duration, opts ...Option) *Interval {
	if d <= 0 {
		panic(errPeriod)
	}
	i := &Interval{period: d, start: start, delay: d}
	for _, o := range opts {
		o(i)
	}
	return i
}

var errPeriod = errors.New("timer: the period of an interval must be positive")

// PollNext returns the next tick. The error is an [*edo.BusyError], or says that the task has
// no clock.
func (i *Interval) PollNext(cx *edo.Context) (time.Time, edo.Poll, error) {
	if !cx.Proceed(i) {
		return time.Time{}, edo.Pending, nil
	}
	in := cx.Internal(internal.Key{})
	if in.Runtime() == nil {
		return time.Time{}, edo.Ready, sched.ErrNoClock
	}
	now := in.Now()
	i.mu.Lock()
	i.bind(in.Runtime().Driver().(driver.Driver), now)
	var asked *sched.Task // has gone; and may be back by now
	for now < i.next {
		w := i.timer.Waiter()
		if w == nil || w == in.Task() || w == asked {
			in.Arm(&i.timer, i.next)
			i.mu.Unlock()
			if w != nil && w == asked {
				cx.Displace(wakerOf(w), i)
			}
			return time.Time{}, edo.Pending, nil
		}
		i.mu.Unlock()
		if err := cx.Sole(wakerOf(w), i, useInterval); err != nil {
			return time.Time{}, edo.Ready, err
		}
		i.mu.Lock()
		asked = w
	}
	tick, clock := i.next, i.clock
	i.next = i.following(tick, now)
	i.mu.Unlock()
	return clock.Time(tick), edo.Ready, nil
}

// bind makes clock the one that counts: that of the first poll, or another one when the
// interval has moved to another runtime.
func (i *Interval) bind(clock driver.Driver, now int64) {
	switch {
	case i.clock == clock:
		return
	case i.clock != nil:
		i.next = instant(clock, now, i.clock.Time(i.next))
	case i.start.IsZero():
		i.next = after(now, i.delay)
	default:
		i.next = instant(clock, now, i.start)
	}
	i.clock = clock
}

// instant returns when, on clock, the time t is or was. It may be below 0.
func instant(clock driver.Driver, now int64, t time.Time) int64 {
	d := t.Sub(clock.Time(now))
	if d < 0 {
		return now + int64(d)
	}
	return after(now, d)
}

// Tick waits for the next tick. The error is [edo.ErrCancelled], an [*edo.BusyError], or
// says that task is not the caller's.
func (i *Interval) Tick(task *edo.Task) (time.Time, error) {
	at, _, err := edo.Next(task, i)
	return at, err
}

// Reset makes the next tick come a period from now on, or, when the interval was never
// polled and so has no clock yet, from the first poll on.
func (i *Interval) Reset() { i.ResetAfter(i.period) }

// ResetAfter makes the next tick come d from now on, or, when the interval was never
// polled, from the first poll on; the others follow it a period apart. Zero or less makes
// it due at once.
func (i *Interval) ResetAfter(d time.Duration) {
	i.mu.Lock()
	i.start, i.delay = time.Time{}, d
	if i.clock != nil {
		i.next = after(i.clock.Now(), d)
	}
	i.alarm()
}

// ResetAt makes the next tick due at start, on the clock of the runtime, and the others
// at multiples of the period from there, as [IntervalAt] does, also for a start that has
// passed. The zero time means a period from now on.
func (i *Interval) ResetAt(start time.Time) {
	if start.IsZero() {
		i.Reset()
		return
	}
	i.mu.Lock()
	i.start = start
	if i.clock != nil {
		i.next = instant(i.clock, i.clock.Now(), start)
	}
	i.alarm()
}

// alarm unlocks mu. A task that waits for a later instant than next is woken, to arm the
// timer anew; one that waits for an earlier instant finds out when that has come.
func (i *Interval) alarm() {
	w := i.timer.Waiter()
	at, _ := i.timer.At()
	next := i.next
	i.mu.Unlock()
	if w != nil && next < at {
		wakerOf(w).Wake()
	}
}

// Drop lets go of the timer. It may be called twice.
func (i *Interval) Drop() { i.timer.Stop() }
