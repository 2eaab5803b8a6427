package edo

import (
	"cmp"
	"slices"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// Snapshot is what the tasks of a runtime do at one time.
type Snapshot struct {
	Time  time.Time  `json:"time"` // on the clock of the runtime
	Tasks []TaskInfo `json:"tasks"`

	// Unlisted says that there are tasks besides: those that have never waited are in
	// the list only with [Config.Trace].
	Unlisted bool `json:"unlisted,omitempty"`
}

// TaskInfo is what one task does.
type TaskInfo struct {
	// ID numbers the tasks in the order in which they were spawned, from 1; 0 without
	// [Config.Trace].
	ID uint64 `json:"id,omitempty"`
	// Parent is the ID of the task that spawned it; 0: none, or not known.
	Parent uint64 `json:"parent,omitempty"`
	// Name is what the task was named, or its function, or the type of its future.
	Name string `json:"name"`
	// Spawned is where, as file:line; empty without [Config.Trace].
	Spawned string `json:"spawned,omitempty"`
	// State is waiting, runnable or running. A blocking task that calls something else
	// than edo runs.
	State string `json:"state"`
	// Cancelled says that it was asked to end.
	Cancelled bool `json:"cancelled,omitempty"`
	// Waits is what it waits for: any of these may make it go on. It may be empty for
	// futures that were written by hand.
	Waits []Wait `json:"waits,omitempty"`
}

// Snapshot returns what the tasks of rt do: every one that has waited and not ended,
// and with [Config.Trace] the others too, in the order of their IDs. It may be called
// at any time, from any goroutine, tasks included. It polls each waiting task once, see
// [Leaf], and takes one to three microseconds for each.
func (rt *Runtime) Snapshot() Snapshot {
	s := Snapshot{Time: rt.driver.Time(rt.driver.Now()), Tasks: []TaskInfo{}}
	for t := range rt.sched.Tasks {
		s.Tasks = append(s.Tasks, rt.info(t))
	}
	if rt.trace == nil {
		s.Unlisted = rt.sched.Metrics().Live > len(s.Tasks)
	}
	slices.SortStableFunc(s.Tasks, func(a, b TaskInfo) int { return cmp.Compare(a.ID, b.ID) })
	return s
}

// info returns what t does.
func (rt *Runtime) info(t *sched.Task) TaskInfo {
	i := TaskInfo{State: states[t.State()], Cancelled: t.IsCancelled(), Name: describe(t)}
	if n, ok := t.Body().(named); ok {
		if x := n.peek(); x != nil && x.origin != nil {
			i.ID, i.Parent, i.Spawned = x.origin.id, x.origin.parent, x.origin.place()
		}
	}
	waits, waiting := waitsOf(rt.sched, t)
	if waiting {
		i.Waits, i.State = waits, states[sched.Waiting]
	}
	return i
}

var states = [...]string{sched.Waiting: "waiting", sched.Runnable: "runnable", sched.Running: "running"}
