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
	root   *Task // the one that is polled
	task   *Task // the one to be woken: root, or a branch of it, see [Context.Branch]
	budget int32
	random uint64         // see [Context.Rand]; 0: not seeded yet
	note   func(leaf any) // not nil: the poll is an inspection, see [Task.Inspect]
	debts  debts
}

// NewContext returns a context for an external task of rt. rt may be nil: then
// the context has no timers, no I/O and nothing to spawn on.
func NewContext(rt *Runtime, t *Task) *Context {
	return &Context{rt: rt, root: t, task: t, budget: Budget}
}

// NewInspection returns a context for one poll of t that asks what t waits for: no
// leaf may go on, and note is told of each. Whoever polls has t to itself, as
// [Task.Inspect] sees to.
func NewInspection(rt *Runtime, t *Task, note func(leaf any)) *Context {
	return &Context{rt: rt, root: t, task: t, note: note}
}

// Root returns the task that is being polled.
func (cx *Context) Root() *Task { return cx.root }

// Task returns the task to wake when polling again may help: the one that is being
// polled, or the branch of it that is.
func (cx *Context) Task() *Task { return cx.task }

// Branch makes b, an external task that stands for a part of the one being polled, the
// one to be woken, until it is called again with what it returned. So whoever polls
// several futures in one task learns which of them were woken.
func (cx *Context) Branch(b *Task) (before *Task) {
	before, cx.task = cx.task, b
	return before
}

// External says whether the poll is not a worker's.
func (cx *Context) External() bool { return cx.w == nil }

// Runtime returns the runtime that the task belongs to, or nil.
func (cx *Context) Runtime() *Runtime { return cx.rt }

// SetBudget sets what is left of the budget. An inspection has none.
func (cx *Context) SetBudget(n int) {
	if cx.note == nil {
		cx.budget = int32(n)
	}
}

// Budget returns what is left of the budget.
func (cx *Context) Budget() int { return int(cx.budget) }

// Take takes one leaf operation off the budget, unless that is used up: then the leaf
// must call [Context.Defer].
func (cx *Context) Take() bool {
	if cx.budget > 0 {
		cx.budget--
		return true
	}
	return false
}

// Defer is for a leaf that may not go on, and must report pending. The task has been
// put behind the others; or somebody asks what it waits for, and leaf was noted.
func (cx *Context) Defer(leaf any) {
	if cx.note != nil {
		cx.note(leaf)
		return
	}
	cx.Yield()
}

// Room returns how many tasks the worker that polls has room for in its ring.
func (cx *Context) Room() int {
	if cx.w == nil {
		return ringSize
	}
	return cx.w.ring.room()
}

// Inspecting says whether the poll is an inspection.
func (cx *Context) Inspecting() bool { return cx.note != nil }

// Yield wakes the task that is being polled so that it goes behind the other
// runnable tasks and behind one look at timers and I/O.
func (cx *Context) Yield() {
	if cx.w != nil {
		cx.w.yielded = true
		if cx.task != cx.root {
			cx.task.Wake() // the task comes back, and then polls the branches that were woken
		}
		return
	}
	if cx.task.schedule(0) {
		cx.task.enqueue()
	}
}
