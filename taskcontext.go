package edo

import (
	"context"
	"sync"
	"time"
)

// contexts are the context.Contexts that the functions of a task have asked for.
type contexts struct {
	mu    sync.Mutex // guards the following
	all   []*taskContext
	scope *Scope // that the task is of; nil: none, or no context was made
	open  *Scope // the outermost that the function has opened; nil: none
}

// taskContext is the context.Context of one function.
type taskContext struct {
	context.Context
	end context.CancelCauseFunc
}

// baseContext returns what the context of t derives from: what its Block was given, or
// what Run was, or, in a task of a scope, what that of the scope's function does. at is the
// earliest deadline of the scopes around it, if set is true.
func (t *Task) baseContext() (base context.Context, at time.Time, set bool) {
	if t.head == nil {
		return context.Background(), at, false
	}
	if b, ok := t.head.Body().(*block); ok {
		return b.base, at, false
	}
	if x := peek(t.head); x != nil && x.bonds != nil && x.bonds.scope != nil {
		s := x.bonds.scope
		base, at, set = s.task.baseContext()
		r := &s.region
		for r != nil && r.scope != nil {
			r = r.outer
		}
		if r != nil { // what is inside a shield does not end with what is outside
			set = false
			if s.task.inBlock() { // the end of what a Run was given reaches all tasks
				base = context.WithoutCancel(base)
			}
		}
		for r := &s.region; r != nil && r.scope != nil; r = r.outer {
			if o := r.scope; o.at != 0 && (!set || o.deadline.at.Before(at)) {
				at, set = o.deadline.at, true
			}
		}
		return base, at, set
	}
	if t.rt != nil && t.rt.base != nil {
		return t.rt.base, at, false
	}
	return context.Background(), at, false
}

// inBlock says whether the function of t is that of a Block, or of a task of a scope in one.
func (t *Task) inBlock() bool {
	for t.head != nil {
		if _, ok := t.head.Body().(*block); ok {
			return true
		}
		x := peek(t.head)
		if x == nil || x.bonds == nil || x.bonds.scope == nil {
			break
		}
		t = x.bonds.scope.task
	}
	return false
}

// newTaskContext makes the context of t, for its function.
func newTaskContext(t *Task) *taskContext {
	c := &taskContext{}
	if base, at, set := t.baseContext(); set {
		c.Context, c.end = newDeadlineContext(base, at)
	} else {
		c.Context, c.end = context.WithCancelCause(base)
	}
	x := ownerOf(t.head)
	if x != nil && x.bonds != nil {
		x.contexts.mu.Lock()
		x.contexts.scope = x.bonds.scope
		x.contexts.mu.Unlock()
	}
	if t.cancelled {
		c.end(t.whyCancelled())
	} else if x != nil {
		x.contexts.mu.Lock()
		x.contexts.all = append(x.contexts.all, c)
		x.contexts.mu.Unlock()
		t.cx.in().Watch()
	}
	return c
}

// whyCancelled returns why the contexts of t end, which was cancelled.
func (t *Task) whyCancelled() error {
	if x := ownerOf(t.head); x != nil {
		return x.contexts.why()
	}
	return ErrCancelled
}

// why returns why the task was cancelled: its scope, or one around that, was, at its deadline
// or for another cause.
func (cs *contexts) why() error {
	cs.mu.Lock()
	s := cs.scope
	cs.mu.Unlock()
	if s == nil {
		return ErrCancelled
	}
	for r := &s.region; r != nil && r.scope != nil; r = r.outer {
		if r.scope.stopped.Load() != nil {
			return r.scope.cause()
		}
	}
	return ErrCancelled
}

// cancel cancels all, because the task has been cancelled.
func (cs *contexts) cancel() {
	why := cs.why()
	cs.mu.Lock()
	all, open := cs.all, cs.open
	cs.mu.Unlock()
	for _, c := range all {
		c.end(why)
	}
	if open != nil {
		open.stopFrom(ErrCancelled, why)
	}
}

// remove ends c, because its function has returned.
func (cs *contexts) remove(c *taskContext) {
	cs.mu.Lock()
	for i, o := range cs.all {
		if o == c {
			cs.all = append(cs.all[:i:i], cs.all[i+1:]...)
			break
		}
	}
	cs.mu.Unlock()
	c.end(context.Canceled)
}

// afterContext calls cancel when ctx has ended, and all that derives from it: so those end
// with the cause of ctx, and not with that of the cancellation that follows. Package
// context holds the lock that Cause takes until it has ended them.
func afterContext(ctx context.Context, cancel func()) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		context.Cause(ctx)
		cancel()
	})
}
