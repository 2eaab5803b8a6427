package edo

import "github.com/edo-go/edo/internal/core"

// Local is a key of values that belong to tasks: a request's number, the account to bill. A
// task has the value that it was spawned with, in all its polls and while it is
// dropped. It does not change, and the tasks that it spawns have none unless they
// are spawned with [InheritValues]. A Local may be used from any goroutine. A spawn
// with a value costs two allocations more, and looking one up some 10 ns.
type Local[T any] struct{ name string }

// NewLocal returns a new key. The name is for debugging.
func NewLocal[T any](name string) *Local[T] { return &Local[T]{name} }

// String returns the name.
func (l *Local[T]) String() string { return l.name }

// Value is a spawn option: the task has the value v of l.
func (l *Local[T]) Value(v T) SpawnOption {
	return spawnOption(func(x *core.Extra) { x.AddValue(l, v) })
}

// InheritValues is a spawn option: the task has the values of the task that spawns
// it, but for those that it is given itself.
func InheritValues() SpawnOption { return spawnOption((*core.Extra).InheritValues) }

// Get returns the value that the task of s, a [*Task] or a [*Context], has. A Task that
// is not the caller's has none, and so has any other Spawner.
//
//edo:nowait
func (l *Local[T]) Get(s Spawner) (v T, ok bool) {
	switch s := s.(type) {
	case *Task:
		if s.in().Check() == nil {
			return l.of(core.ExtraOf(s.in().Head()))
		}
	case *Context:
		return l.of(core.ExtraOf(s.in().Root()))
	}
	return v, false
}

// Current returns the value that the task has which runs on the calling goroutine. It
// is for where neither Task nor Context is at hand, above all for Drop. It costs some
// 50 ns for each runtime there is.
func (l *Local[T]) Current() (v T, ok bool) { return l.of(core.Current()) }

func (l *Local[T]) of(x *core.Extra) (v T, ok bool) {
	a, ok := x.ValueOf(l)
	v, _ = a.(T) // a nil of an interface type is no T
	return v, ok
}
