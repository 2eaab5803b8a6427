package core

import (
	"context"

	"github.com/edo-go/edo/internal/sched"
)

// The ambient values of a task are those that its context.Contexts have before any others: a task is
// given them, or has those of the task that spawns it. Its contexts have neither the deadline nor the
// end of where the values are from. A task without them pays nothing, nor does one that it spawns.

// SetAmbient gives t, which is about to be spawned, the values of ctx, and the tasks that it spawns
// too.
func (x *Extra) SetAmbient(t *sched.Task, ctx context.Context) {
	x.makeValues().ambient = ctx
	t.SetChildrenInherit()
}

// KeepAmbient is [Extra.SetAmbient] for an option, which knows no task: the spawn does the rest.
func (x *Extra) KeepAmbient(ctx context.Context) { x.makeValues().ambient = context.WithoutCancel(ctx) }

// NeedAmbient has a task that is not yet spawned, and was given no values, begin with those that
// contexts of the task that spawns it have, also when these are not ambient.
func (x *Extra) NeedAmbient() { x.makeValues().needsAmbient = true }

// Ambient returns the ambient values of the task of x, which may be nil; nil: it has none.
func (x *Extra) Ambient() context.Context {
	if x == nil || x.values == nil {
		return nil
	}
	return x.values.ambient
}

// ValuesOf returns a context without an end, with the values that the contexts of t have, or those of
// rt when t is nil. rt may be nil.
func ValuesOf(t *sched.Task, rt *Runtime) context.Context {
	for t != nil {
		x := ExtraOf(t)
		if a := x.Ambient(); a != nil {
			return a
		}
		if b, ok := t.Body().(Based); ok {
			return context.WithoutCancel(b.Base())
		}
		b := x.inherited()
		if b == nil {
			break
		}
		owner, _ := b.Enclosure()
		t = owner.Head()
	}
	if rt != nil && rt.Base != nil {
		return context.WithoutCancel(rt.Base)
	}
	return context.Background()
}

// inheritAmbient gives a task that is about to be spawned the ambient values of the task that spawns
// it, unless it has its own.
func (h *Head) inheritAmbient(x *Extra, cx *sched.Context, rt *Runtime) {
	var spawner *sched.Task
	if cx != nil {
		spawner = cx.Root()
	}
	a := x.Ambient()
	switch {
	case a != nil:
		h.Task.SetChildrenInherit()
		return
	case x.values != nil && x.values.needsAmbient:
		a = ValuesOf(spawner, rt)
	case spawner != nil:
		a = ExtraOf(spawner).Ambient()
	}
	if a != nil {
		x.SetAmbient(&h.Task, a)
	}
}

// withValues returns base, of which the context of t is made, with the ambient values of the task, and
// what Config.Labels and Config.Regions add.
func (t *Task) withValues(base context.Context) context.Context {
	if t.Head() == nil {
		return base
	}
	x := ExtraOf(t.Head())
	if a := x.Ambient(); a != nil {
		base = &ambient{base, a}
	}
	if t.Rt != nil && t.Rt.Labels {
		base = withTaskLabel(base, NameOf(t.Head()))
	}
	if tr := x.traced(); tr != nil {
		base = tr.on(base)
	}
	return base
}

// ambient is a context that has other values before its own.
type ambient struct {
	context.Context
	values context.Context // which has no end: see [context.WithoutCancel]
}

// Value returns what the values have, or else what the context has. Package context asks it for its
// own key as well: the values have none, and so it finds the end of the context.
func (a *ambient) Value(key any) any {
	if v := a.values.Value(key); v != nil {
		return v
	}
	return a.Context.Value(key)
}
