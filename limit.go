package edo

import (
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// When the waits of a task end because of a deadline around them: of a scope that its
// function is in, or that it is a member of. No leaf knows of that, so an inspection
// notes it beside the leaves.

// limit is noted in an inspection by a function in direct style.
type limit struct {
	at       int64 // sched.Never: there is none
	shielded bool  // a cancellation of the task does not reach the function
}

// limit returns that of what a function does inside of r.
func (r *region) limit() (l limit) {
	l.at = sched.Never
	for ; r != nil; r = r.outer {
		if r.scope == nil {
			l.shielded = true
			return l
		}
		if at := r.scope.at; at != 0 {
			l.at = min(l.at, at)
		}
	}
	return l
}

// limitOf returns when a deadline around t cancels it: of the scope that t is a member
// of, and of what that is in. t has not ended, and so its scope has not.
func limitOf(t *sched.Task) int64 {
	x := peek(t)
	if x == nil || x.bonds == nil || x.bonds.scope == nil {
		return sched.Never
	}
	s := x.bonds.scope
	l := s.region.limit()
	if !l.shielded {
		l.at = min(l.at, limitOf(s.task.head))
	}
	return l.at
}

// within makes the waits of t end with the deadlines around it, those of limits included.
func (a *answer) within(rt *sched.Runtime, t *sched.Task, limits []limit) {
	l := limit{at: sched.Never}
	for _, one := range limits {
		l.at, l.shielded = min(l.at, one.at), l.shielded || one.shielded
	}
	if !l.shielded {
		l.at = min(l.at, limitOf(t))
	}
	var until time.Time
	if l.at != sched.Never {
		if owner, ok := rt.Owner().(*Runtime); ok {
			until = owner.driver.Time(l.at)
		}
	}
	if b, ok := t.Body().(*block); ok && b.base != nil {
		if at, ok := b.base.Deadline(); ok && (until.IsZero() || at.Before(until)) {
			until = at
		}
	}
	if until.IsZero() {
		return
	}
	for i := range a.waits {
		if w := &a.waits[i]; w.Until.IsZero() || until.Before(w.Until) {
			w.Until = until
		}
	}
}
