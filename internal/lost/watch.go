package lost

import (
	"math"
	"runtime"
	"slices"
	"weak"
)

// Watch has found called with arg when the collector has found thing, whose number is given. arg
// must not refer to thing.
//
// In a simulation arg may come to refer to thing all the same, by way of tasks: a channel refers to
// a task of a crashed host that waited for it, and the function of that task to a handle of the
// channel. The cleanup is a root of the collector, so that nothing of the whole simulation would
// ever be garbage. Therefore the cleanups of the things that [Excuse] excuses let go of their
// arguments: when the simulation has ended, and each that ran beside it and began before they were
// made. Then found is not called any more.
func Watch[T, A any](thing *T, number uint64, found func(A), arg A) runtime.Cleanup {
	if !Held() {
		return runtime.AddCleanup(thing, found, arg)
	}
	w := &watcher[A]{found: found, arg: arg}
	w.self = w
	watch(number, weak.Make(&w.held))
	return runtime.AddCleanup(thing, (*watcher[A]).run, w)
}

// watchers are those of things that were made while a simulation ran which has not ended, or
// another that began before it. The cleanup alone refers to a watcher: when it has run, or was
// stopped, the watcher is garbage. mu guards the list, and the fields of all watchers.
var watchers []numbered

type numbered struct {
	number uint64
	held   weak.Pointer[held]
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

func watch(number uint64, h weak.Pointer[held]) {
	mu.Lock()
	defer mu.Unlock()
	if len(watchers) == cap(watchers) {
		watchers = slices.DeleteFunc(watchers, func(n numbered) bool { return n.held.Value() == nil })
		watchers = slices.Grow(watchers, len(watchers)+1) // so that each is looked at a few times
	}
	watchers = append(watchers, numbered{number, h})
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

// letGo lets the watchers go whose things are excused and were made before each simulation that
// still runs. Locked.
func letGo() {
	oldest := uint64(math.MaxUint64)
	for _, since := range runs {
		oldest = min(oldest, since)
	}
	watchers = slices.DeleteFunc(watchers, func(n numbered) bool {
		if n.number > oldest {
			return false
		}
		if isExcused(n.number) {
			if h := n.held.Value(); h != nil && h.self != nil {
				h.self.letGo()
			}
		}
		return true // no simulation that runs may excuse it any more
	})
	if len(watchers) == 0 {
		watchers = nil
	}
}
