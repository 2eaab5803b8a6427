package core

import (
	"context"
	"sync"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// contexts are the context.Contexts that the functions of a task have asked for.
type contexts struct {
	mu   sync.Mutex // guards the following
	all  []*taskContext
	why  func() error // why the task was cancelled; nil: no context of a member was made
	open Bound        // the outermost that the function has opened; nil: none
}

// taskContext is the context.Context of one function.
type taskContext struct {
	context.Context
	end context.CancelCauseFunc
}

// Based is the body of a task that was given a context: the base of its function's.
type Based interface{ Base() context.Context }

// baseContext returns what the context of t derives from: what its Block was given, or
// what Run was, or, in a member of a section, what that of the section's function does. at
// is the earliest deadline of the sections around it, if isSet is true.
func (t *Task) baseContext() (base context.Context, at time.Time, isSet bool) {
	if t.Head() == nil {
		return context.Background(), at, false
	}
	if b, ok := t.Head().Body().(Based); ok {
		return b.Base(), at, false
	}
	if b := ExtraOf(t.Head()).inherited(); b != nil {
		owner, inner := b.Enclosure()
		base, at, isSet = owner.baseContext()
		r := inner
		for r != nil && r.Bound != nil {
			r = r.Outer
		}
		if r != nil { // what is inside a shield does not end with what is outside
			isSet = false
			if owner.inBlock() { // the end of what a Run was given reaches all tasks
				base = context.WithoutCancel(base)
			}
		}
		for r := inner; r != nil && r.Bound != nil; r = r.Outer {
			if one, when := r.Bound.Deadline(); one != 0 && (!isSet || when.Before(at)) {
				at, isSet = when, true
			}
		}
		return base, at, isSet
	}
	if t.Rt != nil && t.Rt.Base != nil {
		return t.Rt.Base, at, false
	}
	return context.Background(), at, false
}

// inBlock reports whether the function of t is that of a Block, or of a member in one.
func (t *Task) inBlock() bool {
	for t.Head() != nil {
		if _, ok := t.Head().Body().(Based); ok {
			return true
		}
		b := ExtraOf(t.Head()).inherited()
		if b == nil {
			break
		}
		t, _ = b.Enclosure()
	}
	return false
}

// ofTask is a context that knows its task.
type ofTask struct {
	context.Context
	task ContextTask
}

// ContextTask is the task that a context was made for.
type ContextTask struct {
	Rt   *Runtime // nil: a mock task
	Task *sched.Task
	Name TaskName
}

// contextTask is the key of an [ofTask].
type contextTask struct{}

// Value returns the task as that of its key, and all else of the outer context.
func (c *ofTask) Value(key any) any {
	if key == (contextTask{}) {
		return &c.task
	}
	return c.Context.Value(key)
}

// TaskOfContext returns the task whose function asked for ctx, or for a context that ctx derives from;
// nil: none did. The inner one counts.
func TaskOfContext(ctx context.Context) *ContextTask {
	of, _ := ctx.Value(contextTask{}).(*ContextTask)
	return of
}

// newTaskContext makes the context of t, for its function.
func newTaskContext(t *Task) *taskContext {
	c := &taskContext{}
	base, at, isSet := t.baseContext()
	base = t.withValues(base)
	if h := t.Head(); h != nil && HeadOf(h) != nil { // not that of a Block
		base = &ofTask{base, ContextTask{t.Rt, h, TaskNameOf(h)}}
	}
	if isSet {
		c.Context, c.end = newDeadlineContext(base, at)
	} else {
		c.Context, c.end = context.WithCancelCause(base)
	}
	x := makeExtraOf(t.Head())
	if b := x.inherited(); b != nil {
		x.contexts.mu.Lock()
		x.contexts.why = func() error { return causeAround(b) }
		x.contexts.mu.Unlock()
	}
	if t.IsCancelled {
		c.end(t.whyCancelled())
	} else if x != nil {
		x.contexts.mu.Lock()
		x.contexts.all = append(x.contexts.all, c)
		x.contexts.mu.Unlock()
		t.Cx.Watch()
	}
	return c
}

// whyCancelled returns why the contexts of t end, which was cancelled.
func (t *Task) whyCancelled() error {
	if x := makeExtraOf(t.Head()); x != nil {
		return x.contexts.cause()
	}
	return ErrCancelled
}

// cause returns why the task was cancelled: the section that it is a member of, or one
// around that, was, at its deadline or for another cause.
func (cs *contexts) cause() error {
	cs.mu.Lock()
	why := cs.why
	cs.mu.Unlock()
	if why == nil {
		return ErrCancelled
	}
	return why()
}

// causeAround returns why the section of b was cancelled, or one around it.
func causeAround(b Inherited) error {
	for _, r := b.Enclosure(); r != nil && r.Bound != nil; r = r.Outer {
		if err := r.Bound.Cause(); err != nil {
			return err
		}
	}
	return ErrCancelled
}

// cancel cancels all, because the task has been cancelled.
func (cs *contexts) cancel() {
	why := cs.cause()
	cs.mu.Lock()
	all, open := cs.all, cs.open
	cs.mu.Unlock()
	for _, c := range all {
		c.end(why)
	}
	if open != nil {
		open.CancelFrom(ErrCancelled, why)
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

// SetOpen makes b the outermost section that the function of t has opened, or nil: a
// cancellation of the task reaches it at once, also while the function is in a call that is
// not edo's.
func (t *Task) SetOpen(b Bound) {
	x := makeExtraOf(t.Head())
	if x == nil {
		return
	}
	x.contexts.mu.Lock()
	x.contexts.open = b
	x.contexts.mu.Unlock()
	if b != nil {
		t.Cx.Watch()
	}
}

// Context returns the context of the function of t, inside its innermost region.
func (t *Task) Context() context.Context {
	if err := t.Check(); err != nil {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(err)
		return ctx
	}
	return t.contextIn(t.Region())
}

// contextIn returns the context of the function of t inside r, its innermost region or one
// around that. It ends with r, and as r sees it with the task.
func (t *Task) contextIn(r *Region) context.Context {
	if r == nil {
		if t.context() == nil {
			t.rarely().ctx = newTaskContext(t)
		}
		return t.rare.ctx.Context
	}
	if r.ctx != nil {
		return r.ctx
	}
	outer := t.contextIn(r.Outer)
	if r.Bound == nil {
		r.ctx, r.end = context.WithCancelCause(context.WithoutCancel(outer))
		return r.ctx
	}
	var end context.CancelCauseFunc
	if at, when := r.Bound.Deadline(); at != 0 {
		r.ctx, end = newDeadlineContext(outer, when)
	} else {
		r.ctx, end = context.WithCancelCause(outer)
	}
	r.Bound.KeepContext(end)
	return r.ctx
}

// AfterContext calls cancel when ctx has ended, and all that derives from it: so those end
// with the cause of ctx, and not with that of the cancellation that follows. Package
// context holds the lock that Cause takes until it has ended them.
func AfterContext(ctx context.Context, cancel func()) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		context.Cause(ctx)
		cancel()
	})
}
