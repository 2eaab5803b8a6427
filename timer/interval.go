package timer

import (
	"errors"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// An Option changes what an [Interval] does. The zero value changes nothing.
type Option struct{ apply func(*Interval) }

// Interval is a stream of ticks, one per period. It never ends. The value of a tick is the
// instant at which it was due, even when the tick is late; [Missed] says which ticks follow
// a late one. Its methods may be called from any goroutine. One task at a time waits for a
// tick: a second task that waits meanwhile gets an [*edo.BusyError].
type Interval struct {
	period time.Duration
	missed Missed

	timer sched.Timer
	mu    sync.Mutex    // guards the following
	clock driver.Driver // nil before the first poll
	next  int64         // instant of the next tick, on clock
	start time.Time     // while clock is nil: when the first tick is due; zero: see delay
	delay time.Duration // while clock is nil and start is zero: from the first poll to the first tick
}

// NewInterval returns an interval whose first tick is due d after its first poll, as
// in Tokio's guide. It panics when d is not positive.
func NewInterval(d time.Duration, opts ...Option) *Interval {
	return IntervalAt(time.Time{}, d, opts...)
}

// IntervalAt returns an interval whose first tick is due at start, and the others at
// start plus a multiple of d. An interval that is first polled after start has missed
// ticks, and [OnMissed] says which of them it returns: with [Burst] each of them, with [Skip]
// and [Delay] the first one for all. A start that is long past, such as midnight, aligns the
// ticks of Skip. The zero time means d after the first poll. IntervalAt panics when d is not
// positive.
func IntervalAt(start time.Time, d time.Duration, opts ...Option) *Interval {
	if d <= 0 {
		panic(errPeriod)
	}
	i := &Interval{period: d, start: start, delay: d}
	for _, o := range opts {
		if o.apply != nil {
			o.apply(i)
		}
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
	in := (*sched.Context)(cx)
	if in.Runtime() == nil {
		return time.Time{}, edo.Ready, sched.ErrNoClock
	}
	now := in.Now()
	i.mu.Lock()
	i.bindClock(in.Runtime().Driver().(driver.Driver), now)
	var displaced *sched.Task // did not wait when Sole asked it; it may wait again by now
	for now < i.next {
		waiter := i.timer.Waiter()
		if waiter == nil || waiter == in.Task() || waiter == displaced {
			in.Arm(&i.timer, i.next)
			i.mu.Unlock()
			if waiter != nil && waiter == displaced {
				cx.Displace(inside.WakerOf(waiter), i)
			}
			return time.Time{}, edo.Pending, nil
		}
		i.mu.Unlock() // Sole polls the waiter, and that poll locks mu
		if err := cx.Sole(inside.WakerOf(waiter), i, useInterval); err != nil {
			return time.Time{}, edo.Ready, err
		}
		i.mu.Lock()
		displaced = waiter
	}
	tick, clock := i.next, i.clock
	i.next = i.following(tick, now)
	if i.timer.Waiter() == in.Task() { // a reset has made the tick due before the timer
		i.timer.Stop()
	}
	i.mu.Unlock()
	return clock.Time(tick), edo.Ready, nil
}

// bindClock makes i use clock: from its first poll on, or because it has moved to another
// runtime. Locked.
func (i *Interval) bindClock(clock driver.Driver, now int64) {
	switch {
	case i.clock == clock:
		return
	case i.clock != nil:
		i.next = instantOf(clock, now, i.clock.Time(i.next))
	case i.start.IsZero():
		i.next = sched.After(now, max(i.delay, 0))
	default:
		i.next = instantOf(clock, now, i.start)
	}
	i.clock = clock
}

// instantOf returns the instant of the time t on clock. It may be negative.
func instantOf(clock driver.Driver, now int64, t time.Time) int64 {
	d := t.Sub(clock.Time(now))
	if d < 0 {
		return now + int64(d)
	}
	return sched.After(now, d)
}

// Tick waits for the next tick. The error is [edo.ErrCancelled], an [*edo.BusyError], or
// says that task is not the caller's.
//
//edo:step TickStep
func (i *Interval) Tick(task *edo.Task) (time.Time, error) {
	tick, _, err := edo.Next(task, i)
	return tick, err
}

// TickStep is the step form of [Interval.Tick].
func (i *Interval) TickStep(task *edo.Task) (done bool, tick time.Time, err error) {
	done, tick, _, err = edo.NextStep(task, i)
	return done, tick, err
}

// Reset makes the next tick due one period from now. An interval that was never polled has
// no clock yet: then it counts from the first poll.
func (i *Interval) Reset() { i.ResetAfter(i.period) }

// ResetAfter makes the next tick due d from now, and the others a period apart after it. An
// interval that was never polled counts from the first poll. With a d of zero or less the
// tick is due at once.
func (i *Interval) ResetAfter(d time.Duration) {
	i.mu.Lock()
	i.start, i.delay = time.Time{}, d
	if i.clock != nil {
		i.next = sched.After(i.clock.Now(), max(d, 0))
	}
	i.unlockAndRearm()
}

// ResetAt makes the next tick due at start, on the clock of the runtime, and the others
// at multiples of the period after it, as [IntervalAt] does, also for a start that has
// passed. The zero time means one period from now.
func (i *Interval) ResetAt(start time.Time) {
	if start.IsZero() {
		i.Reset()
		return
	}
	i.mu.Lock()
	i.start = start
	if i.clock != nil {
		i.next = instantOf(i.clock, i.clock.Now(), start)
	}
	i.unlockAndRearm()
}

// unlockAndRearm unlocks mu, and wakes the waiting task if its timer would fire later than
// next: the task then arms the timer again. A timer that fires earlier needs no wake: the
// task polls at that instant and arms it again.
func (i *Interval) unlockAndRearm() {
	waiter := i.timer.Waiter()
	armedFor, _ := i.timer.At()
	next := i.next
	i.mu.Unlock()
	if waiter != nil && next < armedFor {
		inside.WakerOf(waiter).Wake()
	}
}

// Drop stops the timer. It may be called twice.
func (i *Interval) Drop() { i.timer.Stop() }
