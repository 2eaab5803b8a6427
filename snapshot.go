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

	// Cycles are cycles of waits: of tasks that can never go on, because each waits for
	// the next, and the last for the first. A cycle is the indexes of its tasks in
	// Tasks. There is one for each set of tasks that are stuck because of each other
	// alone; further tasks may wait for these. What the tasks wait for was held still
	// while that was found out, so a cycle is one for certain, unless a goroutine that
	// is no task ends it, or the tasks are cancelled.
	Cycles [][]int `json:"cycles,omitempty"`

	// Unlisted says that there are tasks besides: those that have never waited are in
	// the list only with [Config.Trace]. It is known only while all workers are idle.
	Unlisted bool `json:"unlisted,omitempty"`

	// Busy says that the tasks could not be asked what they wait for: on a
	// current-thread runtime, or in the simulator, one of them is in a poll that does
	// not return.
	Busy bool `json:"busy,omitempty"`
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
	// Spawned is where, as file:line, relative to the module of the program, or to the
	// working directory in it; empty without [Config.Trace].
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
// at any time, from any goroutine, tasks included, but not by a [Leaf] that is asked.
//
// It polls each waiting task once, on another goroutine, as Leaf explains; so the caller
// should not hold a lock that the Poll of a future takes. It takes one to three
// microseconds for each task. A current-thread runtime stands still meanwhile.
func (rt *Runtime) Snapshot() Snapshot { return rt.survey().Snapshot }

// survey is a snapshot, and what was found on the way to it.
type survey struct {
	Snapshot
	tasks  []*sched.Task
	silent []bool // the task may wait for more than it says
	cores  []core
}

// survey asks all tasks.
func (rt *Runtime) survey() *survey {
	s := &survey{Snapshot: Snapshot{Time: rt.driver.Time(rt.driver.Now()), Tasks: []TaskInfo{}}}
	blocks := 0
	s.Busy = !rt.askAll(func(t *sched.Task, a answer) bool {
		if _, ok := t.Body().(*block); ok {
			blocks++
		}
		s.Tasks = append(s.Tasks, infoOf(rt.sched, t, a))
		s.tasks = append(s.tasks, t)
		s.silent = append(s.silent, a.silent)
		return true
	})
	if m := rt.sched.Metrics(); rt.trace == nil && m.Idle == m.Workers+m.Spares {
		s.Unlisted = m.Live > len(s.Tasks)-blocks
	}
	if rt.trace != nil {
		s.sort()
	}
	if s.holders() {
		s.cores = s.findCores(rt)
		for _, c := range s.cores {
			s.Cycles = append(s.Cycles, c.cycle)
		}
	}
	for i := range s.Tasks {
		for k := range s.Tasks[i].Waits {
			s.Tasks[i].Waits[k].Held = nil // it keeps the memory of tasks
		}
	}
	return s
}

// sort brings the tasks into the order of their IDs.
func (s *survey) sort() {
	order := make([]int, len(s.Tasks))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(s.Tasks[a].ID, s.Tasks[b].ID), a-b) })
	s.Tasks, s.tasks, s.silent = permuted(s.Tasks, order), permuted(s.tasks, order), permuted(s.silent, order)
}

func permuted[T any](all []T, order []int) []T {
	out := make([]T, len(all))
	for i, from := range order {
		out[i] = all[from]
	}
	return out
}

// infoOf returns what t, which has answered a, does.
func infoOf(rt *sched.Runtime, t *sched.Task, a answer) TaskInfo {
	i := TaskInfo{State: states[rt.State(t)], Cancelled: t.IsCancelled(), Name: describe(t), Waits: a.waits}
	if n, ok := t.Body().(named); ok {
		if x := n.peek(); x != nil {
			if o := x.origin.Load(); o != nil {
				i.ID, i.Parent, i.Spawned = o.id, o.parent, o.place()
			}
		}
	}
	if a.waiting {
		i.State = states[sched.Waiting]
	}
	return i
}

var states = [...]string{sched.Waiting: "waiting", sched.Runnable: "runnable", sched.Running: "running"}
