package edo

import (
	"context"
	"sync"
)

// contexts are the context.Contexts that the functions of a task have asked for.
type contexts struct {
	mu  sync.Mutex // guards all
	all []*taskContext
}

// taskContext is the context.Context of one function.
type taskContext struct {
	context.Context
	end context.CancelCauseFunc
}

// baseContext returns what the context of t derives from: what its Block was given, or
// what Run was, with the deadline of the scope that the task belongs to.
func (t *Task) baseContext() context.Context {
	if t.head == nil {
		return context.Background()
	}
	if b, ok := t.head.Body().(*block); ok {
		return b.base
	}
	base := context.Background()
	if t.rt != nil && t.rt.base != nil {
		base = t.rt.base
	}
	if x := peek(t.head); x != nil && x.bonds != nil {
		if s := x.bonds.scope; s != nil && s.at != 0 {
			base = withDeadline{base, s.deadline.at}
		}
	}
	return base
}

// newTaskContext makes the context of t, for its function.
func newTaskContext(t *Task) *taskContext {
	c := &taskContext{}
	c.Context, c.end = context.WithCancelCause(t.baseContext())
	if t.cancelled {
		c.end(ErrCancelled)
	} else if x := ownerOf(t.head); x != nil {
		x.contexts.mu.Lock()
		x.contexts.all = append(x.contexts.all, c)
		x.contexts.mu.Unlock()
		t.cx.in().Watch()
	}
	return c
}

// cancel cancels all, because the task has been cancelled.
func (cs *contexts) cancel() {
	cs.mu.Lock()
	all := cs.all
	cs.mu.Unlock()
	for _, c := range all {
		c.end(ErrCancelled)
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
