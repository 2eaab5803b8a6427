package scope

import (
	"context"
	"time"

	"github.com/edo-go/edo/internal/core"
)

// section is a Scope as the core sees it: the bound of a region of a function, and the group
// of the tasks that are spawned there.
type section Scope

// Source is that of the task while its function spawns: so the new task stays on the worker.
// For another goroutine it is the runtime.
func (s *section) Source() core.Source {
	src := core.Source{Rt: s.rt, Group: s}
	if s.rt == nil {
		src.Err = core.ErrNoRuntime
	}
	if s.task.IsHere() {
		src.Cx = s.task.Cx
	}
	return src
}

// NewBond returns the bond of a new task of the scope.
func (s *section) NewBond() core.Bond { return &member{scope: (*Scope)(s)} }

// Through returns the error that the waits of the function get: cause, if it is not nil, which
// comes from outside, or that of the scope.
func (s *section) Through(cause error) error {
	if s.at != 0 && s.timer.Fired() {
		(*Scope)(s).expire()
	}
	if cause != nil {
		if !s.isNoted {
			s.isNoted = true
			(*Scope)(s).fail(cause)
		}
		return cause
	}
	if e := s.stopped.Load(); e != nil {
		return e
	}
	return nil
}

// Watch is called before the task suspends: rule 2 of Scope. A cancellation, and in a seeded
// runtime the timer of the deadline, will wake the task.
func (s *section) Watch(t *core.Task) {
	cx := t.Cx
	if me := cx.Task(); s.waker.Load() != me {
		s.waker.Store(me)
	}
	if s.armed != nil && s.armed != cx.Task() && !s.timer.Fired() {
		(*Scope)(s).armTimer(cx)
	}
}

// Deadline returns when the scope must have ended.
func (s *section) Deadline() (at int64, when time.Time) { return s.at, s.deadline.at }

// Cause returns why the scope was cancelled, for contexts; nil: it was not.
func (s *section) Cause() error {
	if s.stopped.Load() == nil {
		return nil
	}
	return (*Scope)(s).cause()
}

// CancelFrom cancels the scope from outside.
func (s *section) CancelFrom(err, cause error) { (*Scope)(s).stopFrom(err, cause) }

// KeepContext keeps end, which ends a context: the scope calls it when it is cancelled or
// ends.
func (s *section) KeepContext(end context.CancelCauseFunc) {
	s.mu.Lock()
	s.endContext = end
	s.mu.Unlock()
	if s.stopped.Load() != nil {
		end((*Scope)(s).cause())
	}
}

// stop cancels the function and the members: rule 1 of Scope. The first cause counts.
func (s *Scope) stop(cause error) {
	if s.stopped.Load() != nil || !s.stopped.CompareAndSwap(nil, &stoppedError{cause}) {
		return
	}
	s.mu.Lock()
	members, inner, end := s.members.All(), s.inner, s.endContext
	s.mu.Unlock()
	if end != nil {
		end(s.cause())
	}
	for _, t := range members {
		t.Cancel()
	}
	if inner != nil {
		inner.stopFrom(s.stopped.Load(), cause)
	}
	if t := s.waker.Load(); t != nil {
		t.Wake()
	}
}

// cause returns why the scope was cancelled, for the context of its function.
func (s *Scope) cause() error {
	e := s.stopped.Load()
	if late, ok := e.cause.(*TimeoutError); ok {
		return late
	}
	return e
}

// finish stops the timer and ends the context of a scope that has ended.
func (s *Scope) finish() {
	s.timer.Stop()
	s.mu.Lock()
	end := s.endContext
	s.mu.Unlock()
	if end != nil {
		end(context.Canceled)
	}
}
