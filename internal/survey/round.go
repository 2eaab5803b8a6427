package survey

import (
	"fmt"
	"time"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/held"
	places "github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/report"
)

// Seen is a task that was asked, and what it does. Its waits refer to the tasks that can end
// them: a caller keeps it for a moment only.
type Seen struct {
	Task      *sched.Task
	Info      report.Task
	IsPartial bool // a future does not say what it waits for
}

// See asks tasks, which are tasks of rt, and appends what they do to all, without those that have
// ended. A runtime of one worker stands still meanwhile: so there may be few tasks. isStill is
// false when a poll that does not return keeps it from that; then the tasks have no waits.
func See(rt *core.Runtime, tasks []*sched.Task, all []Seen) (_ []Seen, isStill bool) {
	resume, isStill := rt.Sched.Pause(patienceOfALook)
	defer resume()
	askThese(rt, tasks, isStill, func(t *sched.Task, a Answer) bool {
		all = append(all, Seen{t, infoOf(rt, t, a), a.IsPartial})
		return true
	})
	return all, isStill
}

// patienceOfALook is how long See waits for a poll: not so long that waiting costs more than
// asking would.
const patienceOfALook = 5 * time.Millisecond

// HolderOf returns the task that a holder is; nil: it is not known.
func HolderOf(h held.Holder) *sched.Task { return holderOf(h) }

// PlaceOf returns the place where a holder took what it holds, or "".
func PlaceOf(h held.Holder) string {
	if h.At == 0 {
		return ""
	}
	return fmt.Sprint(places.Place(places.Frame(h.At)))
}

// A Web has the tasks of a look that can go on only if other tasks do, and finds knots among
// them. The zero Web is empty. It refers to the tasks.
type Web struct {
	order []*sched.Task
	bound map[*sched.Task]*Seen
	asked map[*sched.Task]bool // those that Follow has asked
}

// A Knot is tasks that block only each other, and can never go on.
type Knot struct {
	Cycle []*sched.Task // each waits for the next, and the last for the first
	All   []*sched.Task // the tasks of the web that wait for the cycle, with the cycle itself
}

// Add adds a task, unless it can go on without other tasks.
func (w *Web) Add(s *Seen) {
	if s.Info.State != report.Waiting || !isBound(s.Info.Waits, s.IsPartial) {
		return
	}
	if w.bound == nil {
		w.bound, w.asked = map[*sched.Task]*Seen{}, map[*sched.Task]bool{}
	}
	if w.bound[s.Task] == nil {
		kept := *s
		w.bound[s.Task] = &kept
		w.order = append(w.order, s.Task)
	}
}

// Len returns how many tasks the web has.
func (w *Web) Len() int { return len(w.order) }

// Each yields the tasks, in the order in which they were added.
func (w *Web) Each(yield func(*Seen) bool) {
	for _, t := range w.order {
		if !yield(w.bound[t]) {
			return
		}
	}
}

// Follow asks the tasks that can end the waits of the web's, then those that can end theirs, and
// so on, most at the most. seen is called for each.
func (w *Web) Follow(rt *core.Runtime, most int, seen func(*Seen)) {
	for next := 0; next < len(w.order) && most > 0; {
		var tasks []*sched.Task
		for ; next < len(w.order) && len(tasks) < min(most, lookPause); next++ {
			tasks = w.unasked(w.order[next], tasks)
		}
		all, _ := See(rt, tasks, nil)
		most -= len(tasks)
		for i := range all {
			seen(&all[i])
			w.Add(&all[i])
		}
	}
}

// unasked appends the tasks that can end the waits of t and were not asked, to tasks.
func (w *Web) unasked(t *sched.Task, tasks []*sched.Task) []*sched.Task {
	for _, wait := range w.bound[t].Info.Waits {
		for _, h := range wait.Held().By {
			if to := holderOf(h); to != nil && w.bound[to] == nil && !w.asked[to] {
				w.asked[to] = true
				tasks = append(tasks, to)
			}
		}
	}
	return tasks
}

// Knots returns the knots of the web. The tasks of each were held still while it was confirmed.
func (w *Web) Knots(rt *core.Runtime) (knots []Knot) {
	if len(w.order) == 0 {
		return nil
	}
	found := newWaitGraph(len(w.order), func(i int) (*sched.Task, []report.Wait) {
		return w.order[i], w.bound[w.order[i]].Info.Waits
	}).Knots()
	for i, core := range found.Cores {
		tasks := make([]*sched.Task, len(core))
		for k, t := range core {
			tasks[k] = w.order[t]
		}
		if !confirm(rt, tasks) {
			continue
		}
		k := Knot{}
		for _, t := range found.Cycle(i) {
			k.Cycle = append(k.Cycle, w.order[t])
		}
		for t, of := range found.Of {
			if of == i {
				k.All = append(k.All, w.order[t])
			}
		}
		knots = append(knots, k)
	}
	return knots
}
