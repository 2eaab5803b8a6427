package edo

import (
	"runtime"
	"sync"

	"github.com/edo-go/edo/internal/report"
	"github.com/edo-go/edo/internal/sched"
)

// core is a set of tasks that are stuck because of each other alone.
type core struct {
	tasks []*sched.Task
	cycle []int // of waits among them; where they are in the list
	all   []int // they, and the tasks that wait for them
}

// maxCore is how many tasks a set may have to be reported: they are all held still at the
// same time, one inside the other.
const maxCore = 10_000

// isBound says whether a task that says this can go on only if tasks that it names do.
func isBound(waits []Wait, silent bool) bool {
	for i := range waits {
		w := &waits[i]
		if w.Held == nil || len(w.Held.By) == 0 || w.Outside || !w.Until.IsZero() || w.Held.More && !w.Held.Every {
			return false
		}
	}
	return len(waits) != 0 && !silent
}

// waitGraph is who waits for whom among the tasks that are bound.
type waitGraph struct {
	report.Graph
	at map[*sched.Task]int
}

// newWaitGraph returns the graph of n tasks; task gives each of them, and its waits.
func newWaitGraph(n int, task func(i int) (*sched.Task, []Wait)) *waitGraph {
	g := &waitGraph{at: make(map[*sched.Task]int, n)}
	for i := range n {
		t, _ := task(i)
		g.at[t] = i
	}
	var by []int
	for i := range n {
		_, waits := task(i)
		g.Task()
		for k := range waits {
			by = by[:0]
			for _, h := range waits[k].Held.By {
				if at, ok := g.at[holderOf(h)]; ok {
					by = append(by, at)
				} else {
					by = append(by, report.Outside)
				}
			}
			g.Wait(waits[k].Held.Every, by...)
		}
	}
	return g
}

// findCores finds the sets of tasks that are stuck.
func (s *survey) findCores(rt *Runtime) (cores []core) {
	var bound []int
	for i := range s.Tasks {
		if s.Tasks[i].State == states[sched.Waiting] && isBound(s.Tasks[i].Waits, s.silent[i]) {
			bound = append(bound, i)
		}
	}
	if len(bound) == 0 {
		return nil
	}
	g := newWaitGraph(len(bound), func(i int) (*sched.Task, []Wait) {
		return s.tasks[bound[i]], s.Tasks[bound[i]].Waits
	})
	knots := g.Knots()
	place := make([]int, len(knots.Cores)) // 1 + the index in cores
	for i, found := range knots.Cores {
		c := core{}
		for _, t := range found {
			c.tasks = append(c.tasks, s.tasks[bound[t]])
		}
		if !rt.confirm(c.tasks) {
			continue
		}
		for _, t := range knots.Cycle(i) {
			c.cycle = append(c.cycle, bound[t])
		}
		cores = append(cores, c)
		place[i] = len(cores)
	}
	for t, i := range knots.Of {
		if i >= 0 && place[i] != 0 {
			c := &cores[place[i]-1]
			c.all = append(c.all, bound[t])
		}
	}
	return cores
}

// confirm says whether tasks, a set that was found while they went on, are stuck because
// of each other: it asks them again, while all of them are held still.
func (rt *Runtime) confirm(tasks []*sched.Task) (stuck bool) {
	if len(tasks) > maxCore {
		return false
	}
	resume, still := rt.sched.Pause(patience)
	defer resume()
	if !still {
		return false
	}
	confirming.Lock() // two that hold some of the same tasks would wait for each other
	defer confirming.Unlock()
	ended := make(chan struct{})
	go func() { // a poll may call Goexit
		defer close(ended)
		holdStill(tasks, func() {
			answers := make([]answer, len(tasks))
			for i, t := range tasks {
				if answers[i].of(rt.sched, t); !isBound(answers[i].waits, answers[i].silent) {
					return
				}
			}
			g := newWaitGraph(len(tasks), func(i int) (*sched.Task, []Wait) { return tasks[i], answers[i].waits })
			stuck = true
			for _, in := range g.Knots().Of {
				stuck = stuck && in >= 0
			}
		})
	}()
	<-ended
	return stuck
}

// confirming is held while several tasks are held still.
var confirming sync.Mutex

// holdStill calls then while all tasks are held, if all are idle.
func holdStill(tasks []*sched.Task, then func()) {
	if len(tasks) == 0 {
		then()
		return
	}
	for range maxAsked {
		if tasks[0].Inspect(func() { holdStill(tasks[1:], then) }) || !tasks[0].IsInspected() {
			return
		}
		runtime.Gosched() // another report asks it just now
	}
}

// maxAsked is how often a task that another report asks is waited for.
const maxAsked = 10_000
