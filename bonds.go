package edo

import "github.com/edo-go/edo/internal/sched"

// bonds are what a task has from others: the scope that it belongs to, the set that
// waits for it, the token that cancels it, and values. Few tasks have any. They are
// tied while the task is spawned, and untied by its last poll, after its handle has
// resolved; in between the place in each roster is guarded by that roster's owner.
type bonds struct {
	rt *Runtime // nil: never spawned

	scope  *Scope
	member place[*sched.Task]

	set     ender
	counted place[*sched.Task]

	token *Cancel
	below place[any]

	values  []value // not changed any more
	inherit bool
}

// ender is told of the end of a task.
type ender interface{ ended(t *sched.Task, x *extra) }

// tied returns the bonds of a task, and makes them.
func (x *extra) tied() *bonds {
	if x.bonds == nil {
		x.bonds = &bonds{}
	}
	return x.bonds
}

// inSet says whether a set has the task, which can be joined through it.
func (x *extra) inSet() bool { return x.bonds != nil && x.bonds.set != nil }

// takenBy returns the scope that takes the error of the task, if one does. What a set
// joins is the set's.
func (x *extra) takenBy() *Scope {
	if x.bonds == nil || x.bonds.set != nil {
		return nil
	}
	return x.bonds.scope
}

// untie lets go of the bonds of t, which has ended: of the scope last, because all is
// over when that has returned. Each is let go of once, also when another one panics and
// untie is called again.
func (x *extra) untie(t *sched.Task) {
	b := x.bonds
	if b == nil {
		return
	}
	if c := b.token; c != nil {
		b.token = nil
		c.forget(&b.below)
	}
	if set := b.set; set != nil {
		b.set = nil
		set.ended(t, x)
	}
	if s := b.scope; s != nil {
		b.scope = nil
		s.left(&b.member)
	}
}

// peek returns the extra of t if it has one, and makes none.
func peek(t *sched.Task) *extra {
	if p, ok := t.Body().(interface{ peek() *extra }); ok {
		return p.peek()
	}
	return nil
}
