package core

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// A Region is a section of a function in direct style with its own cancellation. Regions
// nest, and the Task has the innermost. Inside a shield the cancellation from outside is not
// seen; inside a section with a [Bound] that of the bound is seen as well. Most functions
// have no region, and pay a comparison for it.
type Region struct {
	Outer *Region
	Bound Bound // nil: a shield
	ctx   context.Context
	end   context.CancelCauseFunc // of a shield: ends ctx
}

// A Bound is what bounds a section of a function: a scope.
type Bound interface {
	// Through returns what the inside sees of cause, why the function's operations fail
	// outside; nil: they do not. On its way in a cancellation cancels the bound: only so
	// does the bound learn of it.
	Through(cause error) error
	// Watch makes the function, which is about to suspend, be woken by a cancellation.
	Watch(t *Task)
	// Deadline is when the section must be over, on the clock of the runtime; 0: never.
	Deadline() (at int64, when time.Time)
	// Cause returns why the bound was cancelled, for contexts; nil: it was not.
	Cause() error
	// CancelFrom cancels the bound for a cancellation from around it, which the function
	// sees as err, and its context as cause.
	CancelFrom(err, cause error)
	// KeepContext makes end be called when the bound is cancelled.
	KeepContext(end context.CancelCauseFunc)
}

// through returns what the inside of r sees of cause, why everything outside of the
// regions of t fails, if it does.
func (r *Region) through(t *Task, cause error) error {
	if r == nil {
		return cause
	}
	cause = r.Outer.through(t, cause)
	if r.Bound != nil {
		return r.Bound.Through(cause)
	}
	if t.Rt != nil && t.Rt.Shields.Broken.Load() {
		return cause
	}
	return nil
}

// watch is for a Task that is about to suspend: each bound must wake it when that is
// cancelled. It leaves its waker there first, and then looks, while the canceller does it
// the other way round. An error says: do not suspend.
func (r *Region) watch(t *Task) error {
	if t.Cx.Inspecting() {
		t.Cx.Defer(r.Limit())
		return nil
	}
	for q := r; q != nil; q = q.Outer {
		if q.Bound != nil {
			q.Bound.Watch(t)
		}
	}
	return t.Interrupted()
}

// Shield runs fn in a section that ignores cancellation.
func (t *Task) Shield(fn func() error) error {
	r := &Region{Outer: t.Region()}
	t.SetRegion(r)
	defer func() {
		t.SetRegion(r.Outer)
		r.endContext()
	}()
	if err := t.Proceed(nil); err != nil { // one that is called in a loop gives way
		return err
	}
	return fn()
}

// endContext ends the context of a shield, if it has one.
func (r *Region) endContext() {
	if r.end != nil {
		r.end(context.Canceled)
	}
}

// Shields says whether those of a runtime hold. Broken is set before the tasks are
// cancelled that are to see it.
type Shields struct{ strained, Broken atomic.Bool }

// Strain is called when nothing can happen any more and all tasks will be cancelled.
// When that was not enough the last time, shields give way.
func (s *Shields) Strain() {
	if s.strained.Swap(true) {
		s.Broken.Store(true)
	}
}

// Limit is when the waits of a task end because of a deadline around them: of a bound that
// its function is in, or that it is a member of. No leaf knows of that, so an inspection
// notes it beside the leaves.
type Limit struct {
	At         int64 // sched.Never: there is none
	IsShielded bool  // a cancellation of the task does not reach the function
}

// Limit returns that of what a function does inside of r.
func (r *Region) Limit() (l Limit) {
	l.At = sched.Never
	for ; r != nil; r = r.Outer {
		if r.Bound == nil {
			l.IsShielded = true
			return l
		}
		if at, _ := r.Bound.Deadline(); at != 0 {
			l.At = min(l.At, at)
		}
	}
	return l
}

// LimitAround returns when a deadline around t cancels it: of the section that t is a member
// of, and of what that is in. t has not ended, and so the section has not.
func LimitAround(t *sched.Task) int64 {
	b := ExtraOf(t).inherited()
	if b == nil {
		return sched.Never
	}
	owner, r := b.Enclosure()
	l := r.Limit()
	if !l.IsShielded {
		l.At = min(l.At, LimitAround(owner.Head()))
	}
	return l.At
}
