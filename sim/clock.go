package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// clock is the part of the simulated driver that moves the clock.
type clock interface {
	HoldClock(hold bool)
	StartAdvance(by time.Duration, wake func()) (*simulated.Advance, error)
	StopAdvance(a *simulated.Advance)
	SetWake(a *simulated.Advance, wake func())
	IsOver(a *simulated.Advance) bool
	Time(at int64) time.Time
	Now() int64
}

var errNoSimulation = errors.New("sim: the clock of this runtime is that of the machine: only that of a simulation can be held and advanced")

// clockOf returns the clock of the simulation of s.
func clockOf(s edo.Spawner) (clock, error) {
	d, err := inside.Driver(s)
	if err != nil {
		return nil, err
	}
	c, ok := d.(clock)
	if !ok {
		return nil, errNoSimulation
	}
	return c, nil
}

// HoldClock switches the automatic advance of the clock off: from now on the clock of the simulation
// of s stands also when all tasks wait, and time passes in [Advance] alone. When nothing is runnable
// and no task advances the clock, the tasks that wait for time wait for ever, and that is an error.
// [Config.HoldClock] does so from the beginning. Holding a clock twice is holding it once.
//
// s is a task of the simulation, or its runtime. HoldClock panics elsewhere: the clock of the machine
// cannot be held. Any goroutine may call it.
//
//edo:nowait
func HoldClock(s edo.Spawner) { mustHave(clockOf(s)).HoldClock(true) }

// ReleaseClock switches the automatic advance of the clock on again: when all tasks wait, the clock
// jumps to the next timer. Otherwise it is like [HoldClock].
//
//edo:nowait
func ReleaseClock(s edo.Spawner) { mustHave(clockOf(s)).HoldClock(false) }

func mustHave(c clock, err error) clock {
	if err != nil {
		panic(fmt.Errorf("sim: the clock cannot be held or released: %w", err))
	}
	return c
}

// HoldClock is the function [HoldClock] for the program of s. It matters when the test steps no
// longer, in [Sim.Wait]. It may be called before Start.
func (s *Sim) HoldClock() { s.driver.HoldClock(true) }

// ReleaseClock is the function [ReleaseClock] for the program of s.
func (s *Sim) ReleaseClock() { s.driver.HoldClock(false) }

// Advance waits while the clock of the simulation goes on by d, whether it is held or not. First
// the other tasks run that are runnable. Then the clock goes from timer to timer, and the tasks that
// a timer wakes run before the next one. Advance returns when the clock is exactly d further, to the
// nanosecond, and no other task is runnable: what was due by then has been done, also at that very
// instant. With a d of 0 it waits until the other tasks are idle, and no time passes.
//
// While an [edo.Blocking] task runs the clock stands, and Advance waits for it. Several tasks may
// advance the clock at once, each to its own instant: the times do not add up. A Late of the [Config]
// does not matter meanwhile.
//
// The error is [edo.ErrCancelled]: then the clock stands where it is. Or it says that d is negative,
// that task does not belong to a simulation, or that the test steps it, which calls [Sim.Advance].
//
//edo:step AdvanceStep
func Advance(task *edo.Task, d time.Duration) error {
	f := &advance{by: d}
	defer f.Drop()
	_, err := edo.Await(task, f)
	return err
}

// AdvanceStep is the step form of [Advance].
func AdvanceStep(task *edo.Task, st *edo.Step, d time.Duration) (done bool, err error) {
	f := edo.StepState[advance](st)
	if f == nil {
		f = &advance{by: d}
		st.Set(f)
	}
	if done, _, err = edo.AwaitStep[edo.Unit](task, f); done {
		st.Set(nil)
		f.Drop()
	}
	return done, err
}

// advance is the future of Advance.
type advance struct {
	by    time.Duration
	clock clock // nil before the first poll, and after Drop
	under *simulated.Advance
	until int64
}

func (f *advance) Poll(cx *edo.Context) (unit edo.Unit, _ edo.Poll, err error) {
	if !cx.Proceed(f) {
		return unit, edo.Pending, nil
	}
	if f.clock == nil {
		c, err := clockOf(cx)
		if err != nil {
			return unit, edo.Ready, err
		}
		if f.under, err = c.StartAdvance(f.by, cx.Waker().Wake); err != nil {
			return unit, edo.Ready, err
		}
		f.clock, f.until = c, sched.After(c.Now(), f.by)
	} else if f.clock.IsOver(f.under) {
		return unit, edo.Ready, nil
	} else {
		f.clock.SetWake(f.under, cx.Waker().Wake)
	}
	return unit, edo.Pending, nil
}

// Drop stops the clock.
func (f *advance) Drop() {
	if f.clock != nil {
		f.clock.StopAdvance(f.under)
		f.clock = nil
	}
}

// Waits says to which time the clock goes.
func (f *advance) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "sim: the clock, which goes on"}
	if f.clock != nil {
		w.Until = f.clock.Time(f.until)
	}
	return w
}
