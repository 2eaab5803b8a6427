package core

import (
	"context"
	"slices"
	"sync"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// values are those that a task was spawned with, see edo.Local, and what its contexts have: few tasks have
// either.
type values struct {
	list         []value         // not changed any more
	inherits     bool            // those of the spawning task as well
	needsAmbient bool            // see [Extra.NeedAmbient]
	ambient      context.Context // see ambient.go; nil: none
	traced       *traced         // see regions.go; nil: the task was not traced yet
}

// value is one that a task has.
type value struct{ key, v any }

// makeValues returns the values of the task, and makes the list.
func (x *Extra) makeValues() *values {
	if x.values == nil {
		x.values = &values{}
	}
	return x.values
}

// AddValue gives a task that is not yet spawned the value v of a key.
func (x *Extra) AddValue(key, v any) {
	vs := x.makeValues()
	vs.list = append(vs.list, value{key, v})
}

// InheritValues gives a task that is not yet spawned the values of the task that spawns it.
func (x *Extra) InheritValues() { x.makeValues().inherits = true }

// hasValues reports whether a task, which may have no extra, has any.
func (x *Extra) hasValues() bool { return x != nil && x.values != nil && len(x.values.list) != 0 }

// CountValues returns how many values the task has.
func (x *Extra) CountValues() int {
	if !x.hasValues() {
		return 0
	}
	return len(x.values.list)
}

// ValueOf returns the value of key that the task has, which may have no extra.
func (x *Extra) ValueOf(key any) (v any, ok bool) {
	if x == nil || x.values == nil {
		return nil, false
	}
	list := x.values.list
	for i := len(list) - 1; i >= 0; i-- { // the one that was given last counts
		if list[i].key == key {
			return list[i].v, true
		}
	}
	return nil, false
}

// inherit adds the values of parent, the extra of the spawning task, or nil when that is
// not known: then of the task on this goroutine.
func (vs *values) inherit(parent *Extra) {
	if parent == nil {
		parent = Current()
	}
	if !parent.hasValues() {
		return
	}
	from := parent.values.list
	if len(vs.list) == 0 {
		vs.list = from
		return
	}
	all := make([]value, 0, len(from)+len(vs.list))
	for _, v := range from { // without those that a chain of tasks would collect
		if !slices.ContainsFunc(vs.list, func(o value) bool { return o.key == v.key }) {
			all = append(all, v)
		}
	}
	vs.list = append(all, vs.list...)
}

// Current returns the extra of the task that runs on this goroutine; nil: none does, or it
// has none.
func Current() *Extra {
	g := gid.Get()
	if x, ok := offWorkers.Load(g); ok {
		return x.(*Extra)
	}
	if _, t := Runtimes.PolledOn(g); t != nil {
		return ExtraOf(t)
	}
	return nil
}

// offWorkers has the tasks with values that run where no worker knows of them, by
// goroutine: in a blocking task, while a report asks what they wait for, and while a task
// that was never spawned is dropped.
var offWorkers sync.Map // of uintptr to *Extra

// EnterValues makes the values of the task, if it has any, those of the goroutine g, until
// leave is called. x may be nil.
func (x *Extra) EnterValues(g uintptr) (leave func()) {
	if !x.hasValues() {
		return func() {}
	}
	before, nested := offWorkers.Swap(g, x)
	return func() {
		if nested {
			offWorkers.Store(g, before)
		} else {
			offWorkers.Delete(g)
		}
	}
}

// PolledOn returns the task that a worker of some runtime polls on the goroutine g,
// which is the caller's, and that runtime; nil: none does.
func (r *registry) PolledOn(g uintptr) (*Runtime, *sched.Task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rt := range r.all {
		if t := rt.Sched.PollingOn(g); t != nil {
			return rt, t
		}
	}
	return nil, nil
}
