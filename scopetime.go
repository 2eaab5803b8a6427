package edo

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// deadline is when a scope must be over.
//
// The timer of the deadline wakes an alarm, which cancels the scope on a goroutine of
// its own: so it does when the function is in a call that is not edo's. In a seeded
// runtime, where time stands still during such a call, it wakes the task of the
// function, which looks at the timer before and after it waits.
type deadline struct {
	set   bool
	after time.Duration
	at    time.Time

	expired atomic.Bool // the scope was cancelled for it
	alarm   sched.Task
}

// ScopeTimeout cancels the scope, its tasks and the waits of its function, d after
// its beginning, and ends the [Task.Context] of the function, wherever that is. The
// scope then fails with a [*ScopeTimeoutError], and so does one whose function and tasks
// have returned later than that without an error. A d of 0 or less has passed.
func ScopeTimeout(d time.Duration) ScopeOption {
	return func(s *Scope) { s.deadline.set, s.deadline.after, s.deadline.at = true, d, time.Time{} }
}

// ScopeDeadline is [ScopeTimeout] at an instant, on the clock of the runtime. The zero
// Time is no deadline, as for a connection of package net.
func ScopeDeadline(at time.Time) ScopeOption {
	return func(s *Scope) { s.deadline.set, s.deadline.after, s.deadline.at = !at.IsZero(), 0, at }
}

// ScopeTimeoutError says that a scope was not over at its deadline. It matches
// [context.DeadlineExceeded].
type ScopeTimeoutError struct {
	Tasks []string // the names of tasks that had not ended by then, 16 at the most
	More  int      // how many more there were
}

// Error names the tasks.
func (e *ScopeTimeoutError) Error() string {
	if len(e.Tasks) == 0 {
		return "edo: scope timed out: its function had not returned in time, its tasks had ended"
	}
	return "edo: scope timed out; not ended: " + listed(e.Tasks, e.More)
}

// Unwrap returns [context.DeadlineExceeded].
func (e *ScopeTimeoutError) Unwrap() error { return context.DeadlineExceeded }

// begin sets the deadline.
func (s *Scope) begin() error {
	if !s.deadline.set {
		return nil
	}
	if s.rt == nil {
		return errScopeTime
	}
	now := s.task.cx.in().Now()
	d := s.deadline.after
	if !s.deadline.at.IsZero() {
		d = s.deadline.at.Sub(s.rt.driver.Time(now))
	}
	s.at = sched.Never
	if int64(d) < sched.Never-now {
		s.at = max(1, now+int64(d))
	}
	s.deadline.at = s.rt.driver.Time(s.at)
	cx := s.task.cx.in()
	if s.rt.driver.Seeded() {
		s.arm(cx)
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

func (a *scopeAlarm) Poll(*sched.Context) bool { panic("edo: the alarm of a scope is not polled") }
func (a *scopeAlarm) Fail(any, []byte)         { panic("edo: the alarm of a scope is not polled") }

// Unpark is called by the worker that turns the timers, which holds a lock.
func (a *scopeAlarm) Unpark() { go (*Scope)(a).expire() }

// arm makes the timer wake the task of cx.
func (s *Scope) arm(cx *sched.Context) {
	s.armed = cx.Task()
	cx.Arm(&s.timer, s.at)
}

// maxLate is how many tasks a [ScopeTimeoutError] names.
const maxLate = 16

// expire cancels the scope, because its deadline has come.
func (s *Scope) expire() {
	if s.deadline.expired.Swap(true) {
		return
	}
	names, more := s.names(maxLate)
	s.fail(&ScopeTimeoutError{Tasks: names, More: more})
}

// judge expires a scope whose function and tasks have ended too late.
func (s *Scope) judge(cx *sched.Context) {
	if s.at != 0 && !s.deadline.expired.Load() && cx.Now() > s.at {
		s.expire()
	}
}
