package core

import (
	"context"
	"runtime/trace"
	"sync"

	"github.com/edo-go/edo/internal/sched"
)

// With edo.Config.Regions a task of edo is a task of the execution tracer (runtime/trace), and each of
// its polls a region of that, while a trace runs. Both have the name of the task.

// Regions is what the scheduler tells of polls.
type Regions struct{}

// On reports whether a trace runs.
func (Regions) On() bool { return trace.IsEnabled() }

// Begin begins the region of a poll of t.
func (Regions) Begin(t *sched.Task) sched.Region {
	h := HeadOf(t)
	if h == nil {
		return trace.StartRegion(context.Background(), "edo: poll")
	}
	x := h.MakeExtra()
	tr := x.traced()
	if tr == nil { // the trace began after the task
		tr = x.beginTraced(nil, NameOf(t))
	}
	return trace.StartRegion(tr, tr.name)
}

// traced is a task of the execution tracer, and a context that has it: trace.NewTask and
// trace.StartRegion find it there. The contexts that NewTask returns keep those of all ancestors.
type traced struct {
	context.Context
	task *trace.Task
	name string
}

// traced returns the task of the execution tracer that the task of x is, which may be nil; nil: it is none.
func (x *Extra) traced() *traced {
	if x == nil || x.values == nil {
		return nil
	}
	return x.values.traced
}

// beginTraced makes the task one of the execution tracer, which parent, the extra of the spawning
// task, is the parent of; that may be nil.
func (x *Extra) beginTraced(parent *Extra, name string) *traced {
	ctx := context.Background()
	if p := parent.traced(); p != nil {
		ctx = p
	}
	_, task := trace.NewTask(ctx, name)
	tr := &traced{context.Background(), task, name}
	x.makeValues().traced = tr
	return tr
}

// endTraced ends the task of the execution tracer, if x is one.
func (x *Extra) endTraced() {
	if tr := x.traced(); tr != nil {
		tr.task.End()
	}
}

// on returns ctx with the task of t.
func (t *traced) on(ctx context.Context) context.Context { return &traced{ctx, t.task, t.name} }

// Value returns the task to package trace, and otherwise what the context has.
func (t *traced) Value(key any) any {
	if key == tracerKey() {
		return t.task
	}
	return t.Context.Value(key)
}

// tracerKey returns the key that package trace keeps its tasks by. The package asks any context
// for it.
var tracerKey = sync.OnceValue(func() any {
	k := keyOf{Context: context.Background()}
	trace.Log(&k, "edo", "began")
	return k.key
})

// keyOf notes the key that it is asked for.
type keyOf struct {
	context.Context
	key any
}

// Value notes the key.
func (k *keyOf) Value(key any) any {
	k.key = key
	return nil
}
