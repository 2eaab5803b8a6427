package survey

import (
	"sync"
	"time"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/report"
)

// Watch finds islands: tasks that wait for each other while other tasks go on. A server never
// stalls as a whole, because a listener, a timer or a signal may always wake a task; but an
// island in it never goes on.
//
// The watch looks every edo.Config.StallAfter, unless no task was polled since all tasks have
// been asked. A look asks at most maxLook tasks, then the tasks that can end their waits, and
// so on; the next look continues behind them. So a look takes at most some ten milliseconds of
// one processor, and in a large runtime several looks find an island. The worker of a runtime
// that has only one is held still for a part of a millisecond at a time. While the whole
// program waits for events from outside, the monitor starts the looks, less and less often.
//
// The answers that a look compares are from different moments. So an island is confirmed, see
// confirm, before it is reported; it is reported once.
type Watch struct {
	rt     *core.Runtime
	report func(part report.Snapshot) // reports an island

	mu        sync.Mutex               // guards the following, and is held during a look
	reported  map[*sched.Task]struct{} // the tasks of islands that were reported
	next      int                      // how many tasks the next look skips
	since     uint64                   // the activity when the current round began
	done      uint64                   // the activity when the last complete round began
	timer     *time.Timer
	isStopped bool
}

const (
	maxLook      = 10_000 // tasks that a look asks
	maxLookAlone = 2_000  // the same on a runtime of one worker
	lookPause    = 250    // tasks that are asked in one pause of that worker
)

// NewWatch returns a watch of rt. It calls report for each island, on a goroutine of its own.
func NewWatch(rt *core.Runtime, report func(part report.Snapshot)) *Watch {
	return &Watch{rt: rt, report: report}
}

// Start makes the watch look at this interval; 0: never.
func (w *Watch) Start(every time.Duration) {
	if every <= 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(every, func() {
		if !w.rt.Sched.Quiet() { // otherwise the monitor starts the looks
			w.Look()
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.isStopped {
			w.timer.Reset(every)
		}
	})
}

// Stop prevents further looks, and waits for the current one.
func (w *Watch) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isStopped = true
	if w.timer != nil {
		w.timer.Stop()
	}
}

// Look takes one look, and reports what it finds.
func (w *Watch) Look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isStopped {
		return
	}
	tasks := w.nextTasks()
	if len(tasks) == 0 {
		return
	}
	for t := range w.reported {
		if hasEnded(t) {
			delete(w.reported, t)
		}
	}
	if !w.anyIsland(tasks) {
		return
	}
	s := Take(w.rt) // names also the tasks that wait for the island
	isFound := false
	for _, k := range s.knots {
		if w.isNew(k) {
			isFound = true
			w.markReported(k)
			go w.report(s.part(k)) // on a goroutine: report may shut the runtime down
		}
	}
	if !isFound {
		w.lookAgain()
	}
}

// lookAgain makes the current round of looks be repeated, even if no task is polled until then.
func (w *Watch) lookAgain() { w.since, w.done = 0, 0 }

// nextTasks returns the tasks of the next look.
func (w *Watch) nextTasks() (tasks []*sched.Task) {
	now := w.rt.Sched.Activity()
	if w.next == 0 {
		if now == w.done {
			return nil
		}
		w.since = now
	}
	limit := maxLook
	if w.rt.Sched.Alone() {
		limit = maxLookAlone
	}
	i := 0
	for t := range w.rt.Sched.Tasks {
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

// anyIsland reports whether some of tasks, or of the tasks that they wait for, are an island
// that was not reported.
func (w *Watch) anyIsland(tasks []*sched.Task) bool {
	bound := map[*sched.Task][]report.Wait{}
	var order []*sched.Task
	asked := map[*sched.Task]bool{} // the holders that were asked
	for len(tasks) != 0 && len(order) < 2*maxLook {
		n := min(len(tasks), lookPause)
		still := w.askSome(tasks[:n], func(t *sched.Task, a Answer) {
			if a.IsIdle && isBound(a.Waits, a.IsPartial) {
				bound[t] = a.Waits
				order = append(order, t)
			}
		})
		if !still {
			w.lookAgain() // the worker may be about to park, without a poll that would make another look
			break
		}
		if tasks = tasks[n:]; len(tasks) == 0 {
			tasks = holdersOf(order, bound, asked)
		}
	}
	if len(order) == 0 {
		return false
	}
	g := newWaitGraph(len(order), func(i int) (*sched.Task, []report.Wait) { return order[i], bound[order[i]] })
	for _, found := range g.Knots().Cores {
		k := knot{}
		for _, t := range found {
			k.tasks = append(k.tasks, order[t])
		}
		if !w.isNew(k) || len(k.tasks) > maxKnot {
			continue
		}
		if confirm(w.rt, k.tasks) {
			return true
		}
		w.lookAgain() // something came between, perhaps another report
	}
	return false
}

// holdersOf returns the tasks that can end the waits of those in order and were not asked, and
// adds them to asked.
func holdersOf(order []*sched.Task, bound map[*sched.Task][]report.Wait, asked map[*sched.Task]bool) (tasks []*sched.Task) {
	for _, t := range order {
		for _, w := range bound[t] {
			for _, h := range w.Held().By {
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

// isNew reports whether k has a task that is in no report yet.
func (w *Watch) isNew(k knot) bool {
	for _, t := range k.tasks {
		if _, ok := w.reported[t]; !ok {
			return true
		}
	}
	return false
}

// markReported notes that k was reported.
func (w *Watch) markReported(k knot) {
	if w.reported == nil {
		w.reported = map[*sched.Task]struct{}{}
	}
	for _, t := range k.tasks {
		w.reported[t] = struct{}{}
	}
}

// Stall takes a survey and calls tell with it. When tell reports it, the knots in it count as
// reported. No look is under way meanwhile: a task that a look asks cannot be asked at the same
// time, so that the report would not name its wait; and a look that comes before the knots
// count would report them again, as islands.
func (w *Watch) Stall(tell func(s report.Snapshot) (reports bool)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := Take(w.rt)
	if tell(s.Snapshot) {
		for _, k := range s.knots {
			w.markReported(k)
		}
	}
}

// askSome asks tasks while the runtime stands still, if it has one worker. When that does not stand
// still no task is asked.
func (w *Watch) askSome(tasks []*sched.Task, look func(t *sched.Task, a Answer)) (still bool) {
	resume, still := w.rt.Sched.Pause(patience)
	defer resume()
	if !still {
		return false
	}
	askThese(w.rt, tasks, true, func(t *sched.Task, a Answer) bool {
		look(t, a)
		return true
	})
	return true
}

// Islands returns the tasks of rt that wait for each other, with those that wait for them: one
// part for each set that blocks only itself. The caller is the worker of rt between two polls, or
// another goroutine.
func Islands(rt *core.Runtime) (parts []report.Snapshot) {
	s := Take(rt)
	for _, k := range s.knots {
		parts = append(parts, s.part(k))
	}
	return parts
}

// part returns a snapshot of only the tasks of k and the tasks that wait for them.
func (s *Survey) part(k knot) report.Snapshot {
	p := report.Snapshot{Time: s.Time, Tasks: make([]report.Task, len(k.all))}
	index := make(map[int]int, len(k.all))
	for i, task := range k.all {
		p.Tasks[i], index[task] = s.Tasks[task], i
	}
	cycle := make([]int, len(k.cycle))
	for i, task := range k.cycle {
		cycle[i] = index[task]
	}
	p.Cycles = [][]int{cycle}
	return p
}
