package sched

// Budget is how many leaf operations a poll may do before its leaves report
// pending: a task whose inputs are always ready still gives way to the others.
const Budget = 128

// Context is what a poll is given: who is being polled, by which worker, and
// what is left of its budget. Each worker has one and uses it for every poll; an
// external task has one of its own, without a worker. It must not outlive the
// poll, and is the polling goroutine's alone.
type Context struct {
	w      *Worker // nil off the workers
	rt     *Runtime
	task   *Task
	budget int32
}

// NewContext returns a context for an external task of rt. rt may be nil: then
// the context has no timers, no I/O and nothing to spawn on.
func NewContext(rt *Runtime, t *Task) *Context {
	return &Context{rt: rt, task: t, budget: Budget}
}

// Task returns the task that is being polled.
func (cx *Context) Task() *Task { return cx.task }

// Runtime returns the runtime that the task belongs to, or nil.
func (cx *Context) Runtime() *Runtime { return cx.rt }

// SetBudget sets what is left of the budget.
func (cx *Context) SetBudget(n int) { cx.budget = int32(n) }

// Budget returns what is left of the budget.
func (cx *Context) Budget() int { return int(cx.budget) }

// Proceed takes one leaf operation off the budget. False says that it is used
// up: the task has been put behind the others, and the leaf must report pending.
func (cx *Context) Proceed() bool {
	if cx.budget > 0 {
		cx.budget--
		return true
	}
	cx.Yield()
	return false
}

// Yield wakes the task that is being polled so that it goes behind the other
// runnable tasks and behind one look at timers and I/O.
func (cx *Context) Yield() {
	if cx.w != nil {
		cx.w.yielded = true
		return
	}
	if cx.task.schedule(0) {
		cx.task.enqueue()
	}
}
