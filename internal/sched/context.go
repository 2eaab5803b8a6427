package sched

// Budget is how many leaf operations a poll may do before its leaves report
// pending: so a task whose inputs are always ready gives way to other tasks.
const Budget = 128

// Context is the argument of a poll: the task that is polled, its worker, and the rest of
// its budget. Each worker has one and uses it for every poll; an external task has one of
// its own, without a worker. It is valid until the poll ends. Only the goroutine of the
// poll may use it.
type Context struct {
	w      *Worker // nil off the workers
	rt     *Runtime
	root   *Task // the task that is polled
	task   *Task // the task to be woken: root, or a branch of it, see [Context.Branch]
	budget int32
	// In a runtime that interleaves, see interleave.go:
	interleaves bool
	begins      bool        // the next operation of the poll goes on without a choice
	refused     bool        // the task must give way
	owed        bool        // an operation was done that has taken nothing off the budget
	bias        int64       // added to budget; otherwise 0
	random      uint64      // see [Context.Rand]; 0: not seeded yet
	inspection  *inspection // not nil: the poll is an inspection, see [Task.Inspect]
	debts       debts
	asked       any // see [Context.Ask]
}

// NewContext returns a context for an external task of rt. rt may be nil: then
// the context has no timers, no I/O and nothing to spawn on.
func NewContext(rt *Runtime, t *Task) *Context {
	return &Context{rt: rt, root: t, task: t, budget: Budget}
}

// An inspection is what a poll that finds out what a task waits for has besides.
type inspection struct {
	note  func(leaf any)
	still map[*Task]bool // see [Context.HoldStill]
}

// NewInspection returns a context for one poll of t that finds out what t waits for: no
// leaf may go on, and note is called for each leaf. The caller polls inside of
// [Task.Inspect], so that no other goroutine polls t.
func NewInspection(rt *Runtime, t *Task, note func(leaf any)) *Context {
	return &Context{rt: rt, root: t, task: t, inspection: &inspection{note: note}}
}

// Inspection returns a context for an inspection in the poll of cx, which is one or not, by the same task.
func (cx *Context) Inspection(note func(leaf any)) *Context {
	in := &Context{rt: cx.rt, root: cx.root, task: cx.task, inspection: &inspection{note: note}}
	if cx.inspection != nil {
		in.inspection.still = cx.inspection.still
	}
	return in
}

// HoldStill notes that the caller of an inspection holds tasks still, each in [Task.Inspect], and
// not the task that is polled alone.
func (cx *Context) HoldStill(tasks map[*Task]bool) { cx.inspection.still = tasks }

// HoldsStill reports whether the goroutine of the poll holds t still: it may read what the poller of t
// may, and Inspect would wait in vain.
func (cx *Context) HoldsStill(t *Task) bool {
	return t == cx.root || cx.inspection != nil && cx.inspection.still[t]
}

// Root returns the task that is being polled.
func (cx *Context) Root() *Task { return cx.root }

// Task returns the task to wake when polling again may help: the task that is being
// polled, or the branch of it that is.
func (cx *Context) Task() *Task { return cx.task }

// Branch makes b the task to be woken, until Branch is called again with what it returned.
// b is an external task that stands for a part of the task being polled. So a future that
// polls several others learns which of them were woken.
func (cx *Context) Branch(b *Task) (before *Task) {
	before, cx.task = cx.task, b
	return before
}

// External reports whether the poll is not on a worker.
func (cx *Context) External() bool { return cx.w == nil }

// Runtime returns the runtime that the task belongs to, or nil.
func (cx *Context) Runtime() *Runtime { return cx.rt }

// SetBudget sets the rest of the budget. An inspection has none.
func (cx *Context) SetBudget(n int) {
	switch {
	case cx.inspection != nil:
	case cx.interleaves:
		cx.bias = int64(n) - int64(cx.budget)
	default:
		cx.budget = int32(n)
	}
}

// Budget returns the rest of the budget.
func (cx *Context) Budget() int { return int(int64(cx.budget) + cx.bias) }

// TakeBudget takes one leaf operation off the budget, and returns true. It returns false
// when the budget is used up: then the leaf must call [Context.Defer], unless
// [Context.GoesOn] says that it may go on.
func (cx *Context) TakeBudget() bool {
	if cx.budget > 0 {
		cx.budget--
		return true
	}
	return false
}

// Defer is for a leaf that may not go on: it must report pending. Defer puts the task
// behind the other runnable tasks; in an inspection it notes the leaf instead.
func (cx *Context) Defer(leaf any) {
	if cx.inspection != nil {
		cx.inspection.note(leaf)
		return
	}
	cx.Yield()
}

// Room returns how many tasks the ring of the polling worker has room for.
func (cx *Context) Room() int {
	if cx.w == nil {
		return ringSize
	}
	return cx.w.ring.freeSlots()
}

// Inspecting reports whether the poll is an inspection.
func (cx *Context) Inspecting() bool { return cx.inspection != nil }

// Yield wakes the task that is being polled so that it goes behind the other
// runnable tasks and behind one look at timers and I/O.
func (cx *Context) Yield() {
	if cx.w != nil {
		cx.w.core.yielded = true
		if cx.task != cx.root {
			cx.task.Wake() // the task comes back, and then polls the branches that were woken
		}
		return
	}
	if cx.task.schedule(0) {
		cx.task.enqueue()
	}
}
