package scope

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// deadline is when a scope must have ended.
//
// The timer of the deadline wakes an alarm, which cancels the scope on a goroutine of its
// own. So the deadline takes effect also while the function is in a call that is not edo's.
// In a seeded runtime, where time stands still during such a call, the timer wakes the task
// of the function instead, which checks the timer before and after each wait.
type deadline struct {
	isSet bool
	after time.Duration
	at    time.Time

	expired atomic.Bool // the scope was cancelled at its deadline
	alarm   sched.Task
}

// Timeout cancels the scope, its tasks and the waits of its function, d after its
// beginning. It also ends the Context of the function's task, even while the function is in
// a call that is not edo's. The scope then fails with a [*TimeoutError]; it does so too when
// its function and tasks have ended without an error, but later than that. A d of 0 or less
// has passed already.
func Timeout(d time.Duration) Option {
	return Option{func(s *Scope) { s.deadline.isSet, s.deadline.after, s.deadline.at = true, d, time.Time{} }}
}

// Deadline is [Timeout] at an instant, on the clock of the runtime. The zero Time is no
// deadline, as for a connection of package net.
func Deadline(at time.Time) Option {
	return Option{func(s *Scope) { s.deadline.isSet, s.deadline.after, s.deadline.at = !at.IsZero(), 0, at }}
}

// TimeoutError is the error of a scope that had not ended at its deadline. It matches
// [context.DeadlineExceeded].
type TimeoutError struct {
	Tasks []string // the names of tasks that had not ended at the deadline, at most 16
	More  int      // how many more tasks had not ended
}

// Error names the tasks, each name once.
func (e *TimeoutError) Error() string {
	if len(e.Tasks) == 0 {
		return "scope: timed out: its function had not returned in time, its tasks had ended"
	}
	times := map[string]int{}
	for _, name := range e.Tasks {
		times[name]++
	}
	var parts []string
	for _, name := range e.Tasks {
		switch n := times[name]; {
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d × %s", n, name))
		case n == 1:
			parts = append(parts, name)
		}
		times[name] = 0
	}
	if e.More > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", e.More))
	}
	return "scope: timed out; not ended: " + strings.Join(parts, ", ")
}

// Unwrap returns [context.DeadlineExceeded].
func (e *TimeoutError) Unwrap() error { return context.DeadlineExceeded }

// setDeadline arms the timer of the deadline, if there is one.
func (s *Scope) setDeadline() error {
	if !s.deadline.isSet {
		return nil
	}
	if s.rt == nil {
		return errNoClock
	}
	now := s.task.Cx.Now()
	d := s.deadline.after
	if !s.deadline.at.IsZero() {
		d = s.deadline.at.Sub(s.rt.Driver.Time(now))
	}
	s.at = max(1, sched.After(now, d))
	s.deadline.at = s.rt.Driver.Time(s.at)
	cx := s.task.Cx
	if s.rt.Driver.Seeded() {
		s.armTimer(cx)
		return nil
	}
	alarm := &s.deadline.alarm
	alarm.InitExternal((*scopeAlarm)(s))
	alarm.Suspend()
	before := cx.Branch(alarm)
	cx.Arm(&s.timer, s.at)
	cx.Branch(before)
	return nil
}

// scopeAlarm is the alarm of a scope as the scheduler sees it.
type scopeAlarm Scope

func (a *scopeAlarm) Poll(*sched.Context) bool { panic("scope: the alarm of a scope is not polled") }
func (a *scopeAlarm) Fail(any, []byte)         { panic("scope: the alarm of a scope is not polled") }

// Unpark is called by the worker that turns the timer wheel. That worker holds a lock, so
// the scope expires on another goroutine.
func (a *scopeAlarm) Unpark() { go (*Scope)(a).expire() }

// armTimer makes the timer wake the task of cx.
func (s *Scope) armTimer(cx *sched.Context) {
	s.armed = cx.Task()
	cx.Arm(&s.timer, s.at)
}

// maxLate is how many tasks a [TimeoutError] names.
const maxLate = 16

// expire cancels the scope, because its deadline has come.
func (s *Scope) expire() {
	if s.deadline.expired.Swap(true) {
		return
	}
	names, more := s.names(maxLate, core.Describe)
	s.fail(&TimeoutError{Tasks: names, More: more})
}

// expireIfLate expires a scope whose function and tasks have ended too late.
func (s *Scope) expireIfLate(cx *sched.Context) {
	if s.at != 0 && !s.deadline.expired.Load() && cx.Now() > s.at {
		s.expire()
	}
}
