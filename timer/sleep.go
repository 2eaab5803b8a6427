package timer

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/sched"
)

// Sleep waits for d. Zero or less returns at once. The error is [edo.ErrCancelled],
// or says that task is not the caller's.
func Sleep(task *edo.Task, d time.Duration) error {
	if d <= 0 {
		return task.Err()
	}
	s := SleepFuture(d)
	_, err := edo.Await(task, s)
	s.Drop()
	return err
}

// SleepFuture returns a future that is ready d after its first poll.
func SleepFuture(d time.Duration) *Sleeper {
	s := &Sleeper{}
	s.timer.Delay(int64(d))
	return s
}

// Sleeper is a future that is ready at an instant. It is polled by one task at a
// time; Drop and Reset are its owner's. The zero Sleeper is ready at once. It is 24
// bytes and may lie inside another future, where Reset says how long it takes; once
// polled it must not be copied.
type Sleeper struct{ timer sched.Timer }

// Poll is ready when the time has come.
func (s *Sleeper) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(s) {
		return edo.Unit{}, edo.Pending, nil
	}
	in := cx.Internal(internal.Key{})
	at, delayed := s.timer.At()
	if delayed || at > in.Passed() {
		now := in.Now()
		if delayed {
			at = after(now, time.Duration(at))
		}
		if at > now {
			in.Arm(&s.timer, at)
			return edo.Unit{}, edo.Pending, nil
		}
	}
	s.timer.Stop()
	return edo.Unit{}, edo.Ready, nil
}

// after returns the instant d after now, and none that overflows.
func after(now int64, d time.Duration) int64 {
	if d < 0 {
		d = 0
	}
	if int64(d) > sched.Never-now {
		return sched.Never
	}
	return now + int64(d)
}

// Reset makes s wait for d from its next poll on, whether it was ready before or
// not.
func (s *Sleeper) Reset(d time.Duration) { s.timer.Delay(int64(d)) }

// Drop lets go of the timer. It may be called twice.
func (s *Sleeper) Drop() { s.timer.Stop() }
