package sched

// Relaying: a poll that runs on a coroutine need not switch back to its worker to have
// the next task polled, if the body of that task can run on the same coroutine, or be
// resumed from it. The body of the current poll does this:
//
//	Y1. [Context.TakeNext] takes the task that the worker would poll next, unless the
//	    worker must do something else first: look at timers and I/O, stand still, take a
//	    task from its inbox. If TakeNext returns nil, the body returns to the worker.
//	Y2. If the body cannot run the task it returns to the worker too, which polls that
//	    task first.
//	Y3. Otherwise [Context.HandOver] ends the current poll and begins that of the task. If
//	    the first task has not ended, it is called after the first task's goroutine has
//	    stopped: from HandOver on another worker may poll the first task.
//
//	Y4. In a seeded runtime TakeNext ends the current poll before it chooses, because what that
//	    has done takes part in the choice, and so may its task. No other worker can poll
//	    that meanwhile, and no report can ask it: the worker counts as polling. HandOver, or the
//	    worker, does not end the poll again. A simulation that is stepped, watched or recorded
//	    chooses in the worker alone.
//
// So the order of polls, the budgets and the counters are as if the worker had done it.
// A spare worker does not relay, because it checks after each poll whether it is still needed; and none
// does while a trace runs that has a region for each poll, which a goroutine begins and ends.

// TakeNext takes the task that the worker of cx would poll next (rule Y1). Unless HandOver
// follows, the worker polls it when the current poll has returned. ends says that the
// current poll is the last of its task. A task that suspends for the first time returns to
// the worker, which has more stack for registering it.
func (cx *Context) TakeNext(ends bool) *Task {
	w := cx.w
	if w == nil || w.core.returns != 0 {
		return nil
	}
	if !ends && !w.core.yielded && !cx.root.registered() {
		return nil
	}
	if w.rt.seeded {
		return w.takeNextSeeded(ends)
	}
	if w.core.yielded && w.ring.isFull() { // to make room for it, the ring will give half away
		return nil
	}
	if cx.debts.debt.Load() != nil {
		cx.Settle() // before the choice, as the worker does
	}
	w.core.takenNext = w.nextOwn()
	return w.core.takenNext
}

// A relayer is a driver of a seeded runtime that says whether its choices may be made on the goroutine of a poll.
type relayer interface{ Relays() bool }

// takeNextSeeded is TakeNext in a seeded runtime (rule Y4).
func (w *Worker) takeNextSeeded(ends bool) *Task {
	rt := w.rt
	if rt.relayer == nil || rt.recorder != nil || rt.gate != nil || w.remote.paused.Load() || rt.cancelling.Load() || !rt.relayer.Relays() {
		return nil
	}
	w.endPoll(ends)
	w.core.hasEnded = true
	w.core.takenNext = w.nextSeeded()
	return w.core.takenNext
}

// nextOwn is the part of nextTask that reads only queues that this worker fills. Its
// rules are in next.go.
func (w *Worker) nextOwn() *Task {
	r := &w.remote
	if (w.core.tick+1)%lookEvery == 0 || r.paused.Load() || r.stuck.Load() != 0 || w.rt.cancelling.Load() || w.urgent.len.Load() != 0 {
		return nil // N1, N2, or a reason of Y1
	}
	if t := w.slot.Load(); t != nil && w.slot.CompareAndSwap(t, nil) { // N3
		w.core.slotRun++
		if w.core.slotRun <= slotRuns && w.core.cx.budget > 0 {
			w.core.tick++
			return t
		}
		w.push(t)
		w.remote.beat.Add(1)
		w.freshBudget()
	}
	if !w.inbox.empty() || w.core.lookDue && w.yieldedIsNext() { // N4, N5
		return nil
	}
	t := w.ring.pop() // N6
	if t != nil {
		w.core.tick++
		w.freshBudget()
	}
	return t
}

// Arrive must follow every switch to a coroutine. If another coroutine, and not the
// worker, has resumed this one, Arrive ends the poll of that coroutine's task and begins
// that of the task that TakeNext has taken (rule Y3).
func (cx *Context) Arrive() {
	if cx.w != nil && cx.w.core.takenNext != nil {
		cx.HandOver(false)
	}
}

// HandOver ends the current poll, of a task that has ended or waits, and begins that of the
// task that TakeNext has taken. The body has already read whether that task was cancelled.
// A cancellation that came since then must not count as seen by the new poll: the task is
// woken, and polled once more.
func (cx *Context) HandOver(ended bool) {
	w := cx.w
	if w.core.hasEnded {
		w.core.hasEnded = false
	} else {
		w.endPoll(ended)
	}
	t := w.core.takenNext
	w.beginPoll(t) // which sees by takenNext that the poll is handed over
	w.core.takenNext = nil
	if t.IsCancelled() {
		t.Wake()
	}
}

// Goroutine returns the goroutine that the current poll runs on; 0 off the workers.
func (cx *Context) Goroutine() uintptr {
	if cx.w == nil {
		return 0
	}
	return cx.w.remote.gid.Load()
}

// SetGoroutine notes that the current poll continues on the goroutine g, that of a
// coroutine, and returns the goroutine that it was on. Off the workers it does nothing.
func (cx *Context) SetGoroutine(g uintptr) (before uintptr) {
	if cx.w == nil {
		return 0
	}
	before = cx.w.remote.gid.Load()
	cx.w.remote.gid.Store(g)
	return before
}

// OnGoroutine reports whether a worker polls on the goroutine g: its own, or that of the
// coroutine that its current poll runs on.
func (rt *Runtime) OnGoroutine(g uintptr) bool {
	for _, w := range *rt.all.Load() {
		if w.remote.gid.Load() == g {
			return true
		}
	}
	return false
}

// PollingOn returns the task that is polled on the goroutine g, or nil. g must be the
// caller's.
func (rt *Runtime) PollingOn(g uintptr) *Task {
	for _, w := range *rt.all.Load() {
		if w.remote.gid.Load() == g && w.core.polling {
			return w.core.cx.root
		}
	}
	return nil
}
