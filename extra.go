package edo

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"sync"

	"github.com/edo-go/edo/internal/sched"
)

// extra is what few tasks need. The worker that polls the task writes it, but for
// what has a lock.
type extra struct {
	name     string
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
	if x.name == "" {
		x.name = futureName(f)
	}
}

// taskName returns what to call t.
func taskName(t *sched.Task) string {
	if n, ok := t.Body().(interface{ taskName() string }); ok {
		return n.taskName()
	}
	return "(external)"
}

// futureName names a task after what it runs: the function in direct style, or the
// type of the future.
func futureName(f any) string {
	if f == nil {
		return "(ended)"
	}
	if a, ok := f.(interface{ funcName() string }); ok {
		return a.funcName()
	}
	return fmt.Sprintf("%T", f)
}

// funcName returns the name of a function.
func funcName(fn any) string {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		return "(no function)"
	}
	if f := runtime.FuncForPC(v.Pointer()); f != nil {
		return f.Name()
	}
	return "(unknown function)"
}

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
		t.head.Watch()
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
