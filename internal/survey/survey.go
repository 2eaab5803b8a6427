package survey

import (
	"cmp"
	"slices"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/report"
)

// Survey is a snapshot, with the tasks themselves and the knots among them.
type Survey struct {
	report.Snapshot
	tasks   []*sched.Task
	partial []bool // the answer of the task is partial
	knots   []knot
}

// Take asks all tasks of rt. Any goroutine may call it at any time, but not a leaf that is
// asked.
func Take(rt *core.Runtime) *Survey {
	s := &Survey{Snapshot: report.Snapshot{Time: rt.Driver.Time(rt.Driver.Now()), Tasks: []report.Task{}}}
	blocks := 0
	s.Busy = !askAll(rt, func(t *sched.Task, a Answer) bool {
		if _, ok := t.Body().(core.Based); ok {
			blocks++
		}
		s.Tasks = append(s.Tasks, infoOf(rt, t, a))
		s.tasks = append(s.tasks, t)
		s.partial = append(s.partial, a.IsPartial)
		return true
	})
	if m := rt.Sched.Metrics(); rt.Tracer == nil && m.Idle == m.Workers+m.Spares {
		s.Unlisted = m.Live > len(s.Tasks)-blocks
	}
	if rt.Tracer != nil {
		s.sortByID()
	}
	if s.nameHolders() {
		s.knots = s.findKnots(rt)
		for _, k := range s.knots {
			s.Cycles = append(s.Cycles, k.cycle)
		}
	}
	for i := range s.Tasks {
		for k := range s.Tasks[i].Waits {
			s.Tasks[i].Waits[k].SetHeld(nil) // it would keep the tasks in memory
		}
	}
	return s
}

// WithoutDaemons returns the snapshot without daemons, and without cycles.
func (s *Survey) WithoutDaemons() report.Snapshot {
	out := s.Snapshot
	out.Tasks, out.Cycles = nil, nil
	for i, t := range s.tasks {
		if !core.ExtraOf(t).IsDaemon() {
			out.Tasks = append(out.Tasks, s.Tasks[i])
		}
	}
	return out
}

// sortByID puts the tasks into the order of their IDs.
func (s *Survey) sortByID() {
	order := make([]int, len(s.Tasks))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(s.Tasks[a].ID, s.Tasks[b].ID), a-b) })
	s.Tasks, s.tasks, s.partial = permuted(s.Tasks, order), permuted(s.tasks, order), permuted(s.partial, order)
}

func permuted[T any](all []T, order []int) []T {
	out := make([]T, len(all))
	for i, from := range order {
		out[i] = all[from]
	}
	return out
}

// infoOf returns what t does, whose answer is a.
func infoOf(rt *core.Runtime, t *sched.Task, a Answer) report.Task {
	i := report.Task{State: states[rt.Sched.State(t)], Cancelled: t.IsCancelled(), Name: core.Describe(t), Waits: a.Waits}
	i.ID, i.Parent, i.Spawned = core.Origin(t)
	if a.IsIdle {
		i.State = report.Waiting
	}
	return i
}

var states = [...]string{sched.Waiting: report.Waiting, sched.Runnable: "runnable", sched.Running: "running"}

// WaitsForOutside reports whether any task of rt waits for an event outside of the program, or
// may do so: it could not be asked, or, while the driver has sources registered, its answer is
// partial.
func WaitsForOutside(rt *core.Runtime) (found bool) {
	registered := rt.Driver.Registered()
	askAll(rt, func(_ *sched.Task, a Answer) bool {
		found = !a.IsIdle || a.MayEndOutside(registered)
		return !found
	})
	return found
}
