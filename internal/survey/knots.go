package survey

import (
	"sync"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/waitgraph"
	"github.com/edo-go/edo/report"
)

// knot is a set of tasks that block only each other.
type knot struct {
	tasks []*sched.Task
	cycle []int // the indexes in the survey of a cycle of waits among them
	all   []int // the indexes in the survey of these tasks, and of the tasks that wait for them
}

// maxKnot is how many tasks a knot may have to be reported: all are held still at the same
// time, in nested calls.
const maxKnot = 10_000

// isBound reports whether a task with these waits can go on only if tasks in its waits do.
func isBound(waits []report.Wait, isPartial bool) bool {
	for i := range waits {
		w := &waits[i]
		if w.Held() == nil || len(w.Held().By) == 0 || w.Outside || !w.Until.IsZero() || w.Held().More && !w.Held().Every {
			return false
		}
	}
	return len(waits) != 0 && !isPartial
}

// newWaitGraph returns the graph of n bound tasks; task returns each of them, and its waits.
func newWaitGraph(n int, task func(i int) (*sched.Task, []report.Wait)) *waitgraph.Graph {
	g := &waitgraph.Graph{}
	index := make(map[*sched.Task]int, n)
	for i := range n {
		t, _ := task(i)
		index[t] = i
	}
	var by []int
	for i := range n {
		_, waits := task(i)
		g.Task()
		for _, w := range waits {
			by = by[:0]
			for _, h := range w.Held().By {
				if k, ok := index[holderOf(h)]; ok {
					by = append(by, k)
				} else {
					by = append(by, waitgraph.Outside)
				}
			}
			g.Wait(w.Held().Every, by...)
		}
	}
	return g
}

// findKnots finds the knots among the tasks of the survey, and confirms them.
func (s *Survey) findKnots(rt *core.Runtime) (knots []knot) {
	// Only bound tasks can be in a knot, or wait for one in vain.
	var bound []int
	for i := range s.Tasks {
		if s.Tasks[i].State == states[sched.Waiting] && isBound(s.Tasks[i].Waits, s.partial[i]) {
			bound = append(bound, i)
		}
	}
	if len(bound) == 0 {
		return nil
	}
	g := newWaitGraph(len(bound), func(i int) (*sched.Task, []report.Wait) {
		return s.tasks[bound[i]], s.Tasks[bound[i]].Waits
	})
	// Keep the cores that are confirmed, with a cycle of each.
	found := g.Knots()
	index := make([]int, len(found.Cores)) // of each core in knots, + 1; 0: not confirmed
	for i, core := range found.Cores {
		c := knot{}
		for _, t := range core {
			c.tasks = append(c.tasks, s.tasks[bound[t]])
		}
		if !confirm(rt, c.tasks) {
			continue
		}
		for _, t := range found.Cycle(i) {
			c.cycle = append(c.cycle, bound[t])
		}
		knots = append(knots, c)
		index[i] = len(knots)
	}
	// Add the tasks that wait for them.
	for t, i := range found.Of {
		if i >= 0 && index[i] != 0 {
			c := &knots[index[i]-1]
			c.all = append(c.all, bound[t])
		}
	}
	return knots
}

// confirm reports whether tasks block each other. The set was found while tasks ran, so confirm
// holds all of them still and asks them again.
func confirm(rt *core.Runtime, tasks []*sched.Task) (stuck bool) {
	if len(tasks) > maxKnot {
		return false
	}
	resume, still := rt.Sched.Pause(patience)
	defer resume()
	if !still {
		return false
	}
	confirming.Lock() // two calls that hold some of the same tasks would wait for each other
	defer confirming.Unlock()
	ended := make(chan struct{})
	go func() { // a poll may call Goexit
		defer close(ended)
		holdStill(tasks, func() {
			still := make(map[*sched.Task]bool, len(tasks))
			for _, t := range tasks {
				still[t] = true
			}
			answers := make([]Answer, len(tasks))
			for i, t := range tasks {
				if answers[i].fill(rt, t, still); !isBound(answers[i].Waits, answers[i].IsPartial) {
					return
				}
			}
			g := newWaitGraph(len(tasks), func(i int) (*sched.Task, []report.Wait) { return tasks[i], answers[i].Waits })
			stuck = true
			for _, in := range g.Knots().Of {
				stuck = stuck && in >= 0
			}
		})
	}()
	<-ended
	return stuck
}

// confirming is locked while several tasks are held still.
var confirming sync.Mutex

// holdStill calls then while all tasks are held still, if all are idle.
func holdStill(tasks []*sched.Task, then func()) {
	if len(tasks) == 0 {
		then()
		return
	}
	tasks[0].Inspect(func() { holdStill(tasks[1:], then) })
}
