package edo

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync/atomic"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/sched"
)

// extra is what few tasks need. Whoever spawns the task fills it in; then the worker
// that polls the task writes it, but for what has a lock.
type extra struct {
	given    string         // the name that the task was given; not changed any more
	name     name           // kept from the future, once that is let go of
	err      error          // what the task has failed with
	labels   carried.Labels // of who spawned it, unless it has them already
	owned    []Dropper
	nested   nested
	contexts contexts
	failed   bool // a poll did not return; the future must not be polled again
	main     bool // Run returns its error itself
	daemon   bool // Run does not wait for it
	told     bool // Config.OnPanic has been told of its panics
	asked    bool // the error is what the task was asked for
	failure  *failure
	origin   atomic.Pointer[origin] // with Config.Trace; reports may ask for it from the start
	bonds    *bonds                 // most have none
}

// ordinary says of a task, which may have no extra, that its future is to be polled
// before anything else.
func (x *extra) ordinary() bool {
	return x == nil || !x.failed && x.labels == nil && !x.nested.dropped.Load()
}

// isDaemon says of a task, which may have no extra, whether it is a daemon.
func (x *extra) isDaemon() bool { return x != nil && x.daemon }

// fail adds err to what the task has failed with.
func (x *extra) fail(err error) {
	if x.err != nil {
		err = errors.Join(x.err, err)
	}
	x.err = err
}

// takeOwned takes the next owned handle out.
func (x *extra) takeOwned() Dropper {
	d := x.owned[0]
	x.owned[0] = nil
	x.owned = x.owned[1:]
	return d
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

// keepName keeps the name that a future gives its task, before it is let go of.
func (x *extra) keepName(f any) {
	if !x.name.known() {
		x.name = nameOf(f)
	}
}

// named is the body of a task that has a name.
type named interface {
	peek() *extra  // for anybody; nil if there is none
	ownName() name // for whoever polls the task
}

// taskName returns what to call t, for whoever polls it, or after it has ended.
func taskName(t *sched.Task) string {
	n, ok := t.Body().(named)
	if !ok {
		return "(external)"
	}
	if x := n.peek(); x != nil && x.given != "" {
		return x.given
	}
	return n.ownName().String()
}

// describe returns what to call t, for anybody. A task that runs has no name but a
// given one, or that which [Config.Trace] has kept.
func describe(t *sched.Task) string {
	text := "(running)"
	if t.HasEnded() {
		text = taskName(t)
	}
	if n, ok := t.Body().(named); ok {
		if x := n.peek(); x != nil {
			if x.given != "" {
				return x.given
			}
			if o := x.origin.Load(); o != nil && o.name.known() {
				text = o.name.String()
			}
		}
	}
	t.Inspect(func() { text = taskName(t) })
	return text
}

// labelOf returns the number of t, if it has one, and what to call it.
func labelOf(t *sched.Task) string {
	if n, ok := t.Body().(named); ok {
		if x := n.peek(); x != nil {
			if o := x.origin.Load(); o != nil {
				return fmt.Sprintf("#%d %s", o.id, describe(t))
			}
		}
	}
	return describe(t)
}

// name is what to call a task that was given no name: the function in direct style
// that it runs, or else the type of its future. It becomes text only when it is
// asked for, and keeps neither function nor future alive.
type name struct {
	pc  uintptr
	typ reflect.Type
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
