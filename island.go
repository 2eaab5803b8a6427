package edo

import (
	"sync"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// islands finds tasks that wait for each other while others go on, as in a server, which
// never stalls as a whole: a listener, a timer, a signal may always wake a task.
//
// Every [Config.StallAfter] it looks, unless nothing has been polled since it has looked
// at all tasks. A look asks no more than so many tasks, and then those that can end their
// waits, and so forth; the next look goes on behind them. So a look takes some ten
// milliseconds of one processor at the most, and with more tasks than that an island is
// found after several. When a runtime has one worker, that stands still for a part of a
// millisecond at a time. While a program waits for nothing but the outside world, the
// monitor calls for the looks, and they become rarer.
//
// What a look finds was not all true at the same time. It is reported when it has been
// confirmed, see [Runtime.confirm], once.
type islands struct {
	mu    sync.Mutex // guards the following; one looks at a time
	told  map[*sched.Task]struct{}
	next  int    // how many tasks to skip
	since uint64 // the activity when the round began
	done  uint64 // the activity up to which all tasks were looked at
	timer *time.Timer
	over  bool
}

const (
	maxLook      = 10_000 // tasks that a look asks
	maxLookAlone = 2_000  // with one worker
	lookPause    = 250    // tasks for which one worker stands still at a time
)

// watch looks every so often; 0: never.
func (w *islands) watch(rt *Runtime, every time.Duration) {
	if every <= 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(every, func() {
		if !rt.sched.Quiet() { // otherwise the monitor calls
			rt.lookForIslands()
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.over {
			w.timer.Reset(every)
		}
	})
}

// stop waits for a look that is under way, and prevents others.
func (w *islands) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	if w.timer != nil {
		w.timer.Stop()
	}
}

// lookForIslands takes one look, and reports what it finds.
func (rt *Runtime) lookForIslands() {
	w := &rt.islands
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	tasks := w.sample(rt)
	if len(tasks) == 0 {
		return
	}
	for t := range w.told {
		if hasEnded(t) {
			delete(w.told, t)
		}
	}
	if !w.anyIsland(rt, tasks) {
		return
	}
	s := rt.survey() // to name all that wait for them
	for _, c := range s.cores {
		if w.isNew(c) {
			w.add(c)
			go rt.onError(&StallError{Snapshot: s.part(c), Island: true}) // which may shut rt down
		}
	}
}

// sample returns the tasks of a look.
func (w *islands) sample(rt *Runtime) (tasks []*sched.Task) {
	now := rt.sched.Activity()
	if w.next == 0 {
		if now == w.done {
			return nil
		}
		w.since = now
	}
	limit := maxLook
	if rt.sched.Alone() {
		limit = maxLookAlone
	}
	i := 0
	for t := range rt.sched.Tasks {
		if i++; i <= w.next {
			continue
		}
		if len(tasks) == limit {
			w.next += limit
			return tasks
		}
		tasks = append(tasks, t)
	}
	w.next = 0
	w.done = w.since
	return tasks
}

// anyIsland says whether some of tasks, or those that they wait for, wait for each other,
// and have not been told of.
func (w *islands) anyIsland(rt *Runtime, tasks []*sched.Task) bool {
	bound := map[*sched.Task][]Wait{}
	var order []*sched.Task
	asked := map[*sched.Task]bool{} // of those that may be asked twice
	for len(tasks) != 0 && len(order) < 2*maxLook {
		n := min(len(tasks), lookPause)
		rt.askSome(tasks[:n], func(t *sched.Task, a answer) {
			if a.waiting && isBound(a.waits, a.silent) {
				bound[t] = a.waits
				order = append(order, t)
			}
		})
		if tasks = tasks[n:]; len(tasks) == 0 {
			tasks = holdersOf(order, bound, asked)
		}
	}
	if len(order) == 0 {
		return false
	}
	g := newWaitGraph(len(order), func(i int) (*sched.Task, []Wait) { return order[i], bound[order[i]] })
	for _, found := range g.Knots().Cores {
		c := core{}
		for _, t := range found {
			c.tasks = append(c.tasks, order[t])
		}
		if w.isNew(c) && rt.confirm(c.tasks) {
			return true
		}
	}
	return false
}

// holdersOf returns the tasks that can end the waits of those in order, and were not asked.
func holdersOf(order []*sched.Task, bound map[*sched.Task][]Wait, asked map[*sched.Task]bool) (tasks []*sched.Task) {
	for _, t := range order {
		for _, w := range bound[t] {
			for _, h := range w.Held.By {
				by := holderOf(h)
				if _, ok := bound[by]; ok || by == nil || asked[by] || !by.Listed() {
					continue
				}
				asked[by] = true
				tasks = append(tasks, by)
			}
		}
	}
	return tasks
}

// isNew says whether the report of c would tell of a task that none has told of.
func (w *islands) isNew(c core) bool {
	for _, t := range c.tasks {
		if _, ok := w.told[t]; !ok {
			return true
		}
	}
	return false
}

func (w *islands) add(c core) {
	if w.told == nil {
		w.told = map[*sched.Task]struct{}{}
	}
	for _, t := range c.tasks {
		w.told[t] = struct{}{}
	}
}

// tell notes that these were reported, as a part of something larger.
func (w *islands) tell(cores []core) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range cores {
		w.add(c)
	}
}

// askSome asks tasks while the runtime stands still, if it has one worker.
func (rt *Runtime) askSome(tasks []*sched.Task, look func(t *sched.Task, a answer)) {
	resume, still := rt.sched.Pause(patience)
	defer resume()
	rt.askThese(tasks, still, func(t *sched.Task, a answer) bool {
		look(t, a)
		return true
	})
}

// part returns the snapshot of the tasks of c, and of those that wait for them, alone.
func (s *survey) part(c core) Snapshot {
	p := Snapshot{Time: s.Time, Tasks: make([]TaskInfo, len(c.all))}
	at := make(map[int]int, len(c.all))
	for i, k := range c.all {
		p.Tasks[i], at[k] = s.Tasks[k], i
	}
	cycle := make([]int, len(c.cycle))
	for i, k := range c.cycle {
		cycle[i] = at[k]
	}
	p.Cycles = [][]int{cycle}
	return p
}
