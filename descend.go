package edo

import "github.com/edo-go/edo/internal/sched"

// handsDown says whether a task that s spawns has something from where it comes, so
// that descend must be called. Most have nothing, and pay a comparison or two.
func handsDown(s Spawner, cx *sched.Context, rt *Runtime) bool {
	return rt.trace != nil || cx != nil && cx.Root().HandsDown()
}

// descend gives t, which s is about to spawn, what it has from where it comes: its
// place in the tree of tasks, with [Config.Trace].
func descend(t *sched.Task, s Spawner, cx *sched.Context, rt *Runtime) error {
	x := ownerOf(t)
	var parent *extra
	if cx != nil {
		parent = ownerOf(cx.Root())
	}
	if rt.trace != nil {
		x.origin = rt.trace.origin(parent)
	}
	return nil
}
