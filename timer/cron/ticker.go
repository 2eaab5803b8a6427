package cron

import (
	"errors"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/timer"
)

// An Option changes what a [Ticker] does. The zero value changes nothing.
type Option struct{ apply func(*Ticker) }

var errMissed = errors.New("cron: OnMissed takes timer.Burst or timer.Skip: the times of a calendar cannot be delayed")

// OnMissed returns an option that sets what the ticker does about the times that its reader has missed: with
// [timer.Skip], the default, one tick stands for all of them, and with [timer.Burst] each is a tick. It panics
// with any other m.
func OnMissed(m timer.Missed) Option {
	if m != timer.Burst && m != timer.Skip {
		panic(errMissed)
	}
	return Option{func(t *Ticker) { t.missed = m }}
}

// From returns an option that begins with the first time after t, and not with the first after the first
// poll: t may be the last tick of an earlier run of the program, so that the times between the two runs
// count as missed.
func From(t time.Time) Option { return Option{func(k *Ticker) { k.last = t }} }

// Ticker is a stream of the times of a schedule, each given when it has come. It never ends. The value of a
// tick is the time of the schedule, even when the tick is late, and no time is given twice. Its methods may
// be called from any goroutine. One task at a time waits for a tick: a second one that waits meanwhile gets an
// [*edo.BusyError].
//
// The clock is the wall clock of the machine, virtual in a simulation. A tick is exact to a millisecond, as every
// timer. The ticker looks at the clock once a minute at least: a clock that was set meanwhile is noticed by then, and
// so is the sleep of a machine that was suspended, a minute after it has woken up. The times in between are missed.
type Ticker struct {
	schedule *Schedule
	missed   timer.Missed

	timer sched.Timer
	mu    sync.Mutex // guards the following
	last  time.Time  // the next tick is after it; zero before the first poll
	next  time.Time  // zero: to be found
}

// NewTicker returns a ticker of the times of s. It costs one allocation, and a tick costs none.
func NewTicker(s *Schedule, opts ...Option) *Ticker {
	t := &Ticker{schedule: s, missed: timer.Skip}
	for _, o := range opts {
		if o.apply != nil {
			o.apply(t)
		}
	}
	return t
}

// look is how long the ticker does not look at the clock. Timers count the time for which the machine has run, so a
// clock that is set, and the time of a suspension, do not move them.
const look = time.Minute

// PollNext returns the next tick. The error is an [*edo.BusyError], or says that the task has no clock.
func (t *Ticker) PollNext(cx *edo.Context) (time.Time, edo.Poll, error) {
	if !cx.Proceed(t) {
		return time.Time{}, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	if in.Runtime() == nil {
		return time.Time{}, edo.Ready, sched.ErrNoClock
	}
	t.mu.Lock()
	now, wall := in.Now(), in.Runtime().Driver().(driver.Driver).Wall()
	if t.next.IsZero() {
		if t.last.IsZero() {
			t.last = wall
		}
		t.next = t.schedule.Next(t.last)
	}
	var displaced *sched.Task // did not wait when Sole asked it; it may wait again by now
	for wall.Before(t.next) {
		waiter := t.timer.Waiter()
		if waiter == nil || waiter == in.Task() || waiter == displaced {
			in.Arm(&t.timer, sched.After(now, min(t.next.Sub(wall), look)))
			t.mu.Unlock()
			if waiter != nil && waiter == displaced {
				cx.Displace(inside.WakerOf(waiter), t)
			}
			return time.Time{}, edo.Pending, nil
		}
		t.mu.Unlock() // Sole polls the waiter, and that poll locks mu
		if err := cx.Sole(inside.WakerOf(waiter), t, "each task takes a Ticker of its own"); err != nil {
			return time.Time{}, edo.Ready, err
		}
		t.mu.Lock()
		displaced = waiter
	}
	tick := t.next
	if tick.IsZero() {
		t.mu.Unlock()
		return time.Time{}, edo.End, nil // not within 41 years
	}
	t.last, t.next = tick, time.Time{}
	if t.missed == timer.Skip && wall.After(tick) {
		t.last = wall
	}
	t.mu.Unlock()
	return tick, edo.Ready, nil
}

// Tick waits for the next tick. The error is [edo.ErrCancelled], which loses no tick, an
// [*edo.BusyError], or says that task is not the caller's.
//
//edo:step TickStep
func (t *Ticker) Tick(task *edo.Task) (time.Time, error) {
	tick, _, err := edo.Next(task, t)
	return tick, err
}

// TickStep is the step form of [Ticker.Tick].
func (t *Ticker) TickStep(task *edo.Task) (done bool, tick time.Time, err error) {
	done, tick, _, err = edo.NextStep(task, t)
	return done, tick, err
}

// Waits says until when a task that polls t waits.
func (t *Ticker) Waits(*edo.Context) edo.Wait {
	t.mu.Lock()
	defer t.mu.Unlock()
	return edo.Wait{On: "cron: tick of " + t.schedule.text, Until: t.next}
}

// Drop stops the timer. It may be called twice.
func (t *Ticker) Drop() { t.timer.Stop() }
