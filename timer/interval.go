package timer

import (
	"errors"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Missed says what an [Interval] does about ticks that its reader came too late
// for.
type Missed uint8

const (
	// Burst gives the missed ticks one after the other, and stays on the grid.
	Burst Missed = iota
	// Delay gives one tick, and counts the period from then on.
	Delay
	// Skip gives one tick for all that were missed, and stays on the grid.
	Skip
)

// An Option changes what an [Interval] does.
type Option func(*Interval)

// OnMissed says what to do about missed ticks. The default is [Burst].
func OnMissed(m Missed) Option { return func(i *Interval) { i.missed = m } }

// Interval is a stream of ticks, a period apart. It never ends. A tick is the
// instant that it was due at, also when it comes late. One task at a time polls it.
type Interval struct {
	timer  sched.Timer
	period int64
	start  time.Time // of the first tick; zero: a period after the first poll
	next   int64     // the next tick, once the clock is known
	known  bool
	missed Missed
}

// NewInterval returns an interval whose first tick comes d after its first poll, as
// in Tokio's guide. It panics when d is not positive.
func NewInterval(d time.Duration, opts ...Option) *Interval {
	return IntervalAt(time.Time{}, d, opts...)
}

// IntervalAt returns an interval whose first tick comes at start, or at once when
// that has passed. It panics when d is not positive.
func IntervalAt(start time.Time, d time.Duration, opts ...Option) *Interval {
	if d <= 0 {
		panic(errPeriod)
	}
	i := &Interval{period: int64(d), start: start}
	for _, o := range opts {
		o(i)
	}
	return i
}

var errPeriod = errors.New("timer: the period of an interval must be positive")

// PollNext returns the next tick.
func (i *Interval) PollNext(cx *edo.Context) (time.Time, edo.Poll, error) {
	if !cx.Proceed(i) {
		return time.Time{}, edo.Pending, nil
	}
	in := cx.Internal(internal.Key{})
	now := in.Now()
	clock := in.Runtime().Driver().(driver.Driver)
	if !i.known {
		i.known = true
		if i.start.IsZero() {
			i.next = after(now, time.Duration(i.period))
		} else {
			i.next = after(now, i.start.Sub(clock.Time(now)))
		}
	}
	if now < i.next {
		in.Arm(&i.timer, i.next)
		return time.Time{}, edo.Pending, nil
	}
	tick := i.next
	i.next = i.following(tick, now)
	return clock.Time(tick), edo.Ready, nil
}

// following returns the tick after one that is given out now.
func (i *Interval) following(tick, now int64) int64 {
	next := after(tick, time.Duration(i.period))
	if next > now {
		return next
	}
	switch i.missed {
	case Delay:
		return after(now, time.Duration(i.period))
	case Skip:
		return after(now, time.Duration(i.period-(now-tick)%i.period))
	}
	return next
}

// Tick waits for the next tick.
func (i *Interval) Tick(task *edo.Task) (time.Time, error) {
	at, _, err := edo.Next(task, i)
	return at, err
}

// Reset makes the next tick come a period from the next poll on.
func (i *Interval) Reset() {
	i.timer.Stop()
	i.start, i.known = time.Time{}, false
}

// Drop lets go of the timer. It may be called twice.
func (i *Interval) Drop() { i.timer.Stop() }
