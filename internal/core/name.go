package core

import (
	"fmt"
	"reflect"
	"runtime"
	"sync"

	"github.com/edo-go/edo/internal/sched"
)

// name is what a task is called that was given no name: the function in direct style that
// it runs, or else the type of its future. It becomes text only when it is asked for, and
// keeps neither function nor future alive.
type name struct {
	pc  uintptr
	typ reflect.Type
}

// Named is a future that is named after a function.
type Named interface{ Function() any }

// nameOf returns the name that f gives its task.
func nameOf(f any) name {
	if a, ok := f.(Named); ok {
		fn := a.Function()
		if v := reflect.ValueOf(fn); v.Kind() == reflect.Func && !v.IsNil() {
			return name{pc: v.Pointer()}
		}
		if _, ok := fn.(frame); ok {
			return name{typ: reflect.TypeOf(fn)}
		}
	}
	return name{typ: reflect.TypeOf(f)}
}

// frame is the frame of a function that was compiled: it knows the name of the function, also
// when it is nil.
type frame interface{ FunctionName() string }

func (n name) isKnown() bool { return n != name{} }

func (n name) String() string {
	switch {
	case n.pc != 0:
		if called, ok := calledFunctions.Load(n.pc); ok {
			return called.(string)
		}
		return runtime.FuncForPC(n.pc).Name()
	case n.typ != nil:
		if f, ok := reflect.Zero(n.typ).Interface().(frame); ok {
			return f.FunctionName()
		}
		return n.typ.String()
	}
	return "(ended)"
}

// calledFunctions are the names in the source of functions whose code lies in other ones.
var calledFunctions sync.Map // uintptr → string

// CallFunction notes what the function with the given code is called in the source.
func CallFunction(pc uintptr, name string) {
	if _, known := calledFunctions.Load(pc); !known {
		calledFunctions.Store(pc, name)
	}
}

// FuncName returns the name of a function.
func FuncName(fn any) string { return nameOf(functionOnly{fn}).String() }

// functionOnly is something that is named after its function.
type functionOnly struct{ fn any }

func (f functionOnly) Function() any { return f.fn }

// keepName keeps the name that a future gives its task, before it is released.
func (x *Extra) keepName(f any) {
	if !x.kept.isKnown() {
		x.kept = nameOf(f)
	}
}

// ownName returns the name that the task of b has of its future. The goroutine that polls
// the task calls it.
func ownName(b Body) name {
	if x := b.Head().extra.Load(); x != nil && x.kept.isKnown() {
		return x.kept
	}
	return nameOf(b.Future())
}

// NameOf returns what t is called. The goroutine that polls t calls it, or any after t has
// ended.
func NameOf(t *sched.Task) string { return TaskNameOf(t).String() }

// A TaskName is what a task is called. It becomes text when it is asked for, also when the task has
// ended.
type TaskName struct {
	given string
	own   name
}

// TaskNameOf returns the name of t. It is called like [NameOf].
func TaskNameOf(t *sched.Task) TaskName {
	b, ok := t.Body().(Body)
	if !ok {
		return TaskName{given: "(external)"}
	}
	if x := b.Head().extra.Load(); x != nil && x.Name != "" {
		return TaskName{given: x.Name}
	}
	return TaskName{own: ownName(b)}
}

// IsGiven reports whether the spawner has given the name.
func (n TaskName) IsGiven() bool { return n.given != "" }

// String returns the name.
func (n TaskName) String() string {
	if n.given != "" {
		return n.given
	}
	return n.own.String()
}

// Describe returns what t is called, for any goroutine. A task that runs has no name but a
// given one, or that which [Config.Trace] has kept.
func Describe(t *sched.Task) string {
	text := "(running)"
	if t.HasEnded() {
		text = NameOf(t)
	}
	if n, isKnown := keptName(t); isKnown {
		if n.given != "" {
			return n.given
		}
		text = n.String()
	}
	t.Inspect(func() { text = NameOf(t) })
	return text
}

// DescribeIn is Describe for a leaf that is asked what it waits for, with cx. The caller of the
// inspection may hold t still, which Describe would wait for.
func DescribeIn(cx *sched.Context, t *sched.Task) string {
	if cx.HoldsStill(t) {
		return NameOf(t)
	}
	return Describe(t)
}

// GivenName returns the name of t that it was given, or that [Config.Trace] has kept, or "", for any
// goroutine, also while t is polled.
func GivenName(t *sched.Task) string {
	if n, isKnown := keptName(t); isKnown {
		return n.String()
	}
	return ""
}

// keptName returns the name of t if it was given, or [Config.Trace] has kept it.
func keptName(t *sched.Task) (n TaskName, isKnown bool) {
	x := ExtraOf(t)
	if x == nil {
		return n, false
	}
	if x.Name != "" {
		return TaskName{given: x.Name}, true
	}
	if o := x.origin.Load(); o != nil && o.name.isKnown() {
		return TaskName{own: o.name}, true
	}
	return n, false
}

// PeekName returns the name of t, for any goroutine, and does not wait. The name of a task that runs, is
// runnable or is being asked is known only if it was given or [Config.Trace] has kept it.
func PeekName(t *sched.Task) (n TaskName, isKnown bool) {
	if n, isKnown = keptName(t); isKnown {
		return n, true
	}
	isKnown = t.TryInspect(func() { n = TaskNameOf(t) })
	return n, isKnown
}

// Label returns the number of t, if it has one, and what it is called.
func Label(t *sched.Task) string { return label(t, Describe(t)) }

// LabelIn is Label for a leaf that is asked what it waits for, as DescribeIn.
func LabelIn(cx *sched.Context, t *sched.Task) string { return label(t, DescribeIn(cx, t)) }

func label(t *sched.Task, name string) string {
	if x := ExtraOf(t); x != nil {
		if o := x.origin.Load(); o != nil {
			return fmt.Sprintf("#%d %s", o.id, name)
		}
	}
	return name
}
