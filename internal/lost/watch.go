package lost

import (
	"runtime"
	"slices"
	"weak"
)

// Watch has found called with arg when the collector has found thing, whose mark is given. arg
// must not refer to thing.
//
// In a simulation arg may come to refer to thing all the same, by way of tasks: a channel refers to
// a task of a crashed host that waited for it, and the function of that task to a handle of the
// channel. The cleanup is a root of the collector, so that nothing of the whole simulation would
// ever be garbage. Therefore the cleanups of the things of a simulation that [Run.Excuse] excuses let go of
// their arguments when it has ended. Then found is not called any more.
func Watch[T, A any](thing *T, m Mark, found func(A), arg A) runtime.Cleanup {
	r := runOf(m)
	if r == nil || r.id != m.maker {
		return runtime.AddCleanup(thing, found, arg)
	}
	w := &watcher[A]{found: found, arg: arg}
	w.self = w
	watch(m, weak.Make(&w.held))
	return runtime.AddCleanup(thing, (*watcher[A]).run, w)
}

// watchers are those of the things that a simulation has made which runs. The cleanup alone refers to such a
// watcher: when it has run, or was stopped, the watcher is garbage. mu guards the list, and the fields of all watchers.
var watchers []watching

type watching struct {
	Mark
	held weak.Pointer[held]
}

// watcher is what a cleanup has of a thing, and of what is to be called.
type watcher[A any] struct {
	held
	found func(A)
	arg   A
}

// held is the part of a watcher that does not depend on a type.
type held struct {
	self interface{ letGo() } // the watcher; nil: it has let go
}

func watch(m Mark, h weak.Pointer[held]) {
	mu.Lock()
	defer mu.Unlock()
	if len(watchers) == cap(watchers) {
		watchers = slices.DeleteFunc(watchers, func(w watching) bool { return w.held.Value() == nil })
		watchers = slices.Grow(watchers, len(watchers)+1) // so that each is looked at a few times
	}
	watchers = append(watchers, watching{m, h})
}

// run is the cleanup.
func (w *watcher[A]) run() {
	mu.Lock()
	hasLetGo, found, arg := w.self == nil, w.found, w.arg
	mu.Unlock()
	if hasLetGo {
		watched.Add(-1)
		return
	}
	found(arg)
}

// letGo is called with mu held.
func (w *watcher[A]) letGo() { *w = watcher[A]{} }

// forgetWatchers takes the watchers of r, which has ended, off the list. They let go if r is excused. Locked.
func (r *Run) forgetWatchers() {
	isOver := isExcused(r.id)
	watchers = slices.DeleteFunc(watchers, func(w watching) bool {
		if w.maker != r.id {
			return false
		}
		if isOver {
			if h := w.held.Value(); h != nil && h.self != nil {
				h.self.letGo()
			}
		}
		return true
	})
	if len(watchers) == 0 {
		watchers = nil
	}
}
