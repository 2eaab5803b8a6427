package edo

import "github.com/edo-go/edo/internal/sched"

// handsDown says whether a task that s spawns has something from where it comes, so
// that descend must be called. Most have nothing, and pay a comparison or two.
func handsDown(s Spawner, cx *sched.Context, rt *Runtime) bool {
	if _, ok := s.(*Scope); ok {
		return true
	}
	return rt.trace != nil || cx != nil && cx.Root().HandsDown()
}

// descend gives t, which s is about to spawn, what it has from where it comes: its
// place in the tree of tasks, with [Config.Trace], its values, its scope; and ties it
// to what its options name. Once it is in the scope others may ask for its name.
func descend(t *sched.Task, s Spawner, cx *sched.Context, rt *Runtime) error {
	x := ownerOf(t)
	var parent *extra
	if cx != nil {
		parent = peek(cx.Root())
	}
	if rt.trace != nil {
		o := rt.trace.origin(parent)
		o.name = t.Body().(named).ownName()
		x.origin.Store(o)
	}
	if b := x.bonds; b != nil {
		b.rt = rt
		if b.inherit {
			b.values = inherited(b.values, parent)
		}
	}
	scope, _ := s.(*Scope)
	if scope == nil && parent != nil && parent.bonds != nil {
		scope = parent.bonds.scope
	}
	if scope != nil {
		if err := scope.add(t, x.tied()); err != nil {
			return err
		}
		t.SetHandsDown()
	}
	if b := x.bonds; b != nil && b.token != nil {
		b.token.adopt(t, &b.below)
	}
	return nil
}
