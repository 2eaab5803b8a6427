package edo

import (
	"context"
	"reflect"
	"runtime"
	"sync"

	"github.com/edo-go/edo/internal/sched"
)

// extra is what few tasks need. The worker that polls the task writes it, but for
// what has a lock.
type extra struct {
	name     name
	err      error // what the task has failed with
	owned    []Dropper
	nested   nested
	contexts contexts
	failed   bool // a poll did not return; the future must not be polled again
	main     bool // Run returns its error itself
	failure  *failure
}

// owner is the body of a task that has an extra.
type owner interface{ more() *extra }

// ownerOf returns the extra of t, or nil for a mock task.
func ownerOf(t *sched.Task) *extra {
	if o, ok := t.Body().(owner); ok {
		return o.more()
	}
	return nil
}

func (h *JoinHandle[T]) more() *extra {
	if h.extra == nil {
		h.extra = &extra{}
	}
	return h.extra
}

// keepName keeps the name that a future gives its task, before it is let go of.
func (x *extra) keepName(f any) {
	if !x.name.known() {
		x.name = nameOf(f)
	}
}

// taskName returns what to call t.
func taskName(t *sched.Task) string {
	if n, ok := t.Body().(interface{ taskName() string }); ok {
		return n.taskName()
	}
	return "(external)"
}

// name is what to call a task: what it was given, or else the function in direct
// style that it runs, or else the type of its future. It becomes text only when it
// is asked for, and keeps neither function nor future alive.
type name struct {
	given string
	pc    uintptr
	typ   reflect.Type
}

// nameOf returns what f gives its task.
func nameOf(f any) name {
	if a, ok := f.(interface{ function() any }); ok {
		if v := reflect.ValueOf(a.function()); v.Kind() == reflect.Func && !v.IsNil() {
			return name{pc: v.Pointer()}
		}
	}
	return name{typ: reflect.TypeOf(f)}
}

func (n name) known() bool { return n != name{} }

func (n name) String() string {
	switch {
	case n.given != "":
		return n.given
	case n.pc != 0:
		return runtime.FuncForPC(n.pc).Name()
	case n.typ != nil:
		return n.typ.String()
	}
	return "(ended)"
}

// funcName returns the name of a function.
func funcName(fn any) string { return nameOf(functionOnly{fn}).String() }

// functionOnly is something that is named after its function.
type functionOnly struct{ fn any }

func (f functionOnly) function() any { return f.fn }

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

// newTaskContext makes the context of t, for its function.
func newTaskContext(t *Task) *taskContext {
	c := &taskContext{}
	c.Context, c.end = context.WithCancelCause(context.Background())
	if t.cause != nil {
		c.end(t.cause)
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
