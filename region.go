package edo

import "context"

// region is a part of the run of a function in direct style in which cancellation
// is another than outside: inside a [Shielded] it is not seen, and inside a
// [WithScope] that of the scope is seen as well. They lie in each other, and the
// Task has the innermost; most have none, and pay a comparison for it.
type region struct {
	outer *region
	scope *Scope // nil: a shield
	ctx   context.Context
	end   context.CancelCauseFunc // ends ctx; that of a scope is guarded by its mu
}

// through returns what the inside of r sees of cause, why everything outside of the
// regions of t fails, if it does. On its way in a cancellation cancels the scopes
// that it comes through: only so do they learn of it.
func (r *region) through(t *Task, cause error) error {
	if r == nil {
		return cause
	}
	cause = r.outer.through(t, cause)
	if r.scope != nil {
		return r.scope.through(cause)
	}
	if t.rt != nil && t.rt.shields.broken.Load() {
		return cause
	}
	return nil
}

// interrupted returns why every operation of t fails; nil: it does not.
func (t *Task) interrupted() error {
	if t.region == nil {
		return cancellation(t.cancelled)
	}
	return t.region.through(t, cancellation(t.cancelled))
}

// cancellation returns what says that a task was cancelled, if it was.
func cancellation(cancelled bool) error {
	if cancelled {
		return ErrCancelled
	}
	return nil
}

// watch is for a Task that is about to suspend: all its scopes must wake it when they
// are cancelled. It leaves its waker there first, and then looks, while who cancels
// does it the other way round. An error says: do not suspend.
func (r *region) watch(t *Task) error {
	if t.cx.in().Inspecting() {
		t.cx.in().Defer(r.limit())
		return nil
	}
	for q := r; q != nil; q = q.outer {
		if q.scope != nil {
			q.scope.watch(t)
		}
	}
	return t.interrupted()
}

// context returns the context of the function of t inside r, which ends with r, and
// as r sees it with the task.
func (r *region) context(t *Task) context.Context {
	if r.ctx != nil {
		return r.ctx
	}
	outer := t.context(r.outer)
	if r.scope == nil {
		r.ctx, r.end = context.WithCancelCause(context.WithoutCancel(outer))
		return r.ctx
	}
	var end context.CancelCauseFunc
	if r.scope.at != 0 {
		r.ctx, end = newDeadlineContext(outer, r.scope.deadline.at)
	} else {
		r.ctx, end = context.WithCancelCause(outer)
	}
	r.scope.endsContext(end)
	return r.ctx
}

// context returns the context of the function of t inside r, its innermost region
// or one around that.
func (t *Task) context(r *region) context.Context {
	if r != nil {
		return r.context(t)
	}
	if t.ctx == nil {
		t.ctx = newTaskContext(t)
	}
	return t.ctx.Context
}
