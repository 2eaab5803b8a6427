package edo

import (
	"context"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// deadline is when a scope must be over.
type deadline struct {
	set   bool
	after time.Duration
	at    time.Time
}

// ScopeTimeout cancels the scope, its tasks and the waits of its function, d after
// its beginning. The scope then fails with a [*ScopeTimeoutError].
func ScopeTimeout(d time.Duration) ScopeOption {
	return func(s *Scope) { s.deadline = deadline{set: true, after: d} }
}

// ScopeDeadline is [ScopeTimeout] at an instant, on the clock of the runtime.
func ScopeDeadline(at time.Time) ScopeOption {
	return func(s *Scope) { s.deadline = deadline{set: true, at: at} }
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
		return "edo: scope timed out: its function had not returned, its tasks had ended"
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
	s.arm(s.task.cx.in())
	return nil
}

// arm makes the timer wake the task of cx.
func (s *Scope) arm(cx *sched.Context) {
	s.armed = cx.Task()
	cx.Arm(&s.timer, s.at)
}

// maxLate is how many tasks a [ScopeTimeoutError] names.
const maxLate = 16

// expire cancels the scope, because its deadline has come.
func (s *Scope) expire() {
	s.expired = true
	names, more := s.names(maxLate)
	s.fail(&ScopeTimeoutError{Tasks: names, More: more})
}
