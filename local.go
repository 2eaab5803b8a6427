package edo

import (
	"slices"
	"sync"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Local is a key of values that belong to tasks: a request's number, whom to bill. A
// task has the value that it was spawned with, in all its polls and while it is
// dropped. It does not change, and the tasks that it spawns have none unless they
// are spawned with [InheritValues]. A Local may be used from any goroutine. A spawn
// with a value costs two allocations more, and looking one up some 10 ns.
type Local[T any] struct{ name string }

// NewLocal returns a new key. The name is for people who debug.
func NewLocal[T any](name string) *Local[T] { return &Local[T]{name} }

// String returns the name.
func (l *Local[T]) String() string { return l.name }

// Value is a spawn option: the task has the value v of l.
func (l *Local[T]) Value(v T) SpawnOption {
	return func(x *extra) {
		b := x.tied()
		b.values = append(b.values, value{l, v})
	}
}

// InheritValues is a spawn option: the task has the values of the task that spawns
// it, but for those that it is given itself.
func InheritValues() SpawnOption { return func(x *extra) { x.tied().inherit = true } }

// Get returns the value that the task of s, a [*Task] or a [*Context], has. A Task that
// is not the caller's has none, and so has any other Spawner.
func (l *Local[T]) Get(s Spawner) (v T, ok bool) {
	switch s := s.(type) {
	case *Task:
		if s.check() == nil {
			return l.of(peek(s.head))
		}
	case *Context:
		return l.of(peek(s.in().Root()))
	}
	return v, false
}

// Current returns the value that the task has which runs on the calling goroutine. It
// is for where neither Task nor Context is at hand, above all for Drop. It costs some
// 50 ns for each runtime there is.
func (l *Local[T]) Current() (v T, ok bool) { return l.of(current()) }

func (l *Local[T]) of(x *extra) (v T, ok bool) {
	if !x.hasValues() {
		return v, false
	}
	values := x.bonds.values
	for i := len(values) - 1; i >= 0; i-- { // what was given last counts
		if values[i].of == any(l) {
			v, _ = values[i].v.(T) // a nil of an interface type is no T
			return v, true
		}
	}
	return v, false
}

// value is one that a task has.
type value struct{ of, v any }

// hasValues says whether a task, which may have no extra, has any.
func (x *extra) hasValues() bool { return x != nil && x.bonds != nil && len(x.bonds.values) != 0 }

// inherited returns own with the values of parent, which is that of the spawning poll,
// or nil when it is not known: then the one on this goroutine.
func inherited(own []value, parent *extra) []value {
	if parent == nil {
		parent = current()
	}
	if !parent.hasValues() {
		return own
	}
	if len(own) == 0 {
		return parent.bonds.values
	}
	from := parent.bonds.values
	all := make([]value, 0, len(from)+len(own))
	for _, v := range from { // but for those that a chain of tasks would collect
		if !slices.ContainsFunc(own, func(o value) bool { return o.of == v.of }) {
			all = append(all, v)
		}
	}
	return append(all, own...)
}

// current returns what the task has that runs on this goroutine; nil: none does, or it
// has nothing.
func current() *extra {
	g := gid.Get()
	if x, ok := offWorkers.Load(g); ok {
		return x.(*extra)
	}
	if t := runtimes.polledOn(g); t != nil {
		return peek(t)
	}
	return nil
}

// offWorkers has the tasks with values that run where no worker knows of them, by
// goroutine: in a blocking task, while a report asks what they wait for, and while what
// was never spawned is dropped.
var offWorkers sync.Map // of uintptr to *extra

// enterValues says that the task of x runs on the goroutine g, until leave is called.
func enterValues(g uintptr, x *extra) (leave func()) {
	before, nested := offWorkers.Swap(g, x)
	return func() {
		if nested {
			offWorkers.Store(g, before)
		} else {
			offWorkers.Delete(g)
		}
	}
}

// polledOn returns the task that a worker of some runtime polls on the goroutine g,
// which is the caller's.
func (r *registry) polledOn(g uintptr) *sched.Task {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rt := range r.all {
		if t := rt.sched.PollingOn(g); t != nil {
			return t
		}
	}
	return nil
}
