package timer

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// Sleep waits for d. With a d of zero or less it does not wait, but uses the budget of the
// task as every operation does: a loop of such sleeps gives way to the other tasks. The
// error is [edo.ErrCancelled], or says that task is not the caller's.
//
//edo:step SleepStep
func Sleep(task *edo.Task, d time.Duration) error {
	if d <= 0 {
		return task.Proceed(emptySleep{})
	}
	s := SleepFuture(d)
	_, err := edo.Await(task, s)
	s.Drop()
	return err
}

// SleepStep is the step form of [Sleep]. The step keeps the timer, an allocation of 24 bytes.
func SleepStep(task *edo.Task, st *edo.Step, d time.Duration) (done bool, err error) {
	if d <= 0 {
		return task.ProceedStep(emptySleep{})
	}
	s := edo.StepState[Sleeper](st)
	if s == nil {
		s = SleepFuture(d)
		st.Set(s)
	}
	if done, _, err = edo.AwaitStep[edo.Unit](task, s); done {
		st.Set(nil)
		s.Drop()
	}
	return done, err
}

// emptySleep is the leaf of a sleep that needs no time.
type emptySleep struct{}

// Waits describes the wait of a task that has used up its budget.
func (emptySleep) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "timer: sleep, over already"} }

// SleepFuture returns a future that is ready d after its first poll.
func SleepFuture(d time.Duration) *Sleeper {
	s := &Sleeper{}
	s.timer.Delay(int64(d))
	return s
}

// Sleeper is a future that is ready at an instant. One task at a time waits for it: a
// second task that waits meanwhile gets an [*edo.BusyError]. Only its owner calls Drop and
// Reset. The zero Sleeper is ready at once. It is 24 bytes and may lie inside another
// future, which sets its duration with Reset; once polled it must not be copied.
type Sleeper struct{ timer sched.Timer }

// Poll is ready once the instant is reached. The error is an [*edo.BusyError], or says that
// the task has no clock.
func (s *Sleeper) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(s) {
		return edo.Unit{}, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	at, delayed := s.timer.At()
	if delayed || at > in.Passed() {
		if in.Runtime() == nil {
			return edo.Unit{}, edo.Ready, sched.ErrNoClock
		}
		now := in.Now()
		if delayed {
			at = sched.After(now, time.Duration(at))
		}
		if at > now {
			waiter := s.timer.Waiter()
			if waiter == nil || waiter == in.Task() {
				in.Arm(&s.timer, at)
				return edo.Unit{}, edo.Pending, nil
			}
			if err := cx.Sole(inside.WakerOf(waiter), s, useSleeper); err != nil {
				return edo.Unit{}, edo.Ready, err
			}
			in.Arm(&s.timer, at)
			cx.Displace(inside.WakerOf(waiter), s)
			return edo.Unit{}, edo.Pending, nil
		}
	}
	s.timer.Stop()
	return edo.Unit{}, edo.Ready, nil
}

// Advice in the BusyError of a second waiter.
const (
	useSleeper  = "each task waits for a Sleeper of its own"
	useInterval = "each task takes an Interval of its own"
	useLimited  = "each task takes a future of its own"
	useQueue    = "one task takes the values and hands them on"
)

// Reset makes s wait for d from its next poll on, whether it was ready before or
// not.
func (s *Sleeper) Reset(d time.Duration) { s.timer.Delay(int64(d)) }

// Drop stops the timer. It may be called twice.
func (s *Sleeper) Drop() { s.timer.Stop() }
