package core

import (
	"sync/atomic"

	places "github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
)

// Tracer gives the tasks of a runtime numbers, and remembers where each was spawned.
type Tracer struct{ last atomic.Uint64 }

// origin is where a task was spawned, and by which one. It refers to no other task: a
// task that respawns itself for ever leaves no chain behind.
type origin struct {
	id     uint64
	name   name   // of the future, also while the task runs
	parent uint64 // 0: spawned from outside
	spawn  places.Callers
}

// origin returns that of a task that is being spawned.
func (tr *Tracer) origin(parent *Extra) *origin {
	o := &origin{id: tr.last.Add(1)}
	if parent != nil {
		if p := parent.origin.Load(); p != nil {
			o.parent = p.id
		}
	}
	o.spawn.Note(3)
	return o
}

// Origin returns the number of t, that of its parent, and the place where it was spawned,
// as far as the runtime traces them.
func Origin(t *sched.Task) (id, parent uint64, place string) {
	if x := ExtraOf(t); x != nil {
		if o := x.origin.Load(); o != nil {
			return o.id, o.parent, o.spawn.Place()
		}
	}
	return 0, 0, ""
}
