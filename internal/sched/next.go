package sched

import "time"

const (
	lookEvery  = 61 // polls between two looks at timers, I/O and the injection queue
	slotRuns   = 3  // polls in a row from the slot
	inboxBatch = 64 // tasks that a worker takes from an inbox at once
)

// How a worker chooses the next task. It takes the first task that it finds in this order:
//
//	N1. Every lookEvery polls the worker looks at timers and I/O, and then takes from the
//	    injection queue, or from the inbox and the ring, so that none of them starves.
//	N2. urgent: tasks whose timer has fired come before any backlog of spawns. Other
//	    workers take urgent tasks that have waited for too long, see [urgentQueue].
//	N3. slot: the task that the last poll woke first. It finds its message in the cache.
//	    At most slotRuns polls in a row, on one budget, come from the slot.
//	N4. inbox: tasks that this worker polled last and that were woken from elsewhere.
//	    They go into the ring.
//	N5. If the next task in the ring has yielded, the worker first looks at timers and
//	    I/O, and takes an urgent or injected task.
//	N6. ring: all other tasks that are runnable on this worker.
//	N7. injection queue: tasks that came from outside or that full rings gave away.
//	N8. timers that are due.
//	N9. the rings and inboxes of other workers, see search.
//
// nextOwn (relay.go) follows N2, N3, N5 and N6 as well.

// nextTask returns the task to poll, or nil when this worker finds none.
func (w *Worker) nextTask() *Task {
	if w.rt.seeded {
		return w.nextAdmitted()
	}
	w.core.tick++
	if w.core.tick%lookEvery == 0 {
		if t := w.nextFair(); t != nil {
			return t
		}
	}
	if w.urgent.len.Load() != 0 { // N2
		if t := w.popUrgent(); t != nil {
			w.freshBudget()
			return t
		}
	}
	if t := w.slot.Load(); t != nil && w.slot.CompareAndSwap(t, nil) { // N3
		w.core.slotRun++
		if w.core.slotRun <= slotRuns && w.core.cx.budget > 0 {
			return t
		}
		w.push(t)
		w.remote.beat.Add(1)
	}
	w.freshBudget()
	if !w.inbox.empty() { // N4
		w.takeInbox(w)
	}
	if w.core.lookDue && w.yieldedIsNext() { // N5
		w.lookAtDriver()
		if t := w.popUrgent(); t != nil {
			return t
		}
		if t := w.popInject(); t != nil { // these are runnable too
			return t
		}
	}
	if t := w.ring.pop(); t != nil { // N6
		return t
	}
	if t := w.popInject(); t != nil { // N7
		return t
	}
	// N8. Only timers: the worker that waits in the driver looks at I/O, which is another
	// one, or this one soon.
	w.lookAtTimers(0)
	if t := w.popLocal(); t != nil {
		return t
	}
	return w.search() // N9
}

// nextFair follows rule N1, and does the regular work that is due every lookEvery
// polls.
func (w *Worker) nextFair() *Task {
	w.remote.beat.Add(1)
	w.publish()
	w.unregisterEnded()
	w.releaseCreditsForDaemons()
	now := w.lookAtDriver()
	w.gosched(now)
	w.measure(now)
	t := w.rt.inject.pop()
	if t == nil {
		if !w.inbox.empty() {
			w.takeInbox(w)
		}
		t = w.ring.pop()
	}
	if t != nil {
		w.freshBudget()
	}
	return t
}

// yieldedIsNext reports whether the ring has come to the task that has yielded, for which a
// look is due.
func (w *Worker) yieldedIsNext() bool {
	_, real := unpack(w.ring.head.Load())
	return int32(real-w.core.lookAfter) >= 0
}

// freshBudget gives the next poll a whole budget.
func (w *Worker) freshBudget() {
	w.core.slotRun = 0
	w.core.leaves += int64(Budget - w.core.cx.budget)
	w.core.cx.budget = Budget
}

// gosched lets plain goroutines of the program run, once a millisecond: a worker
// that is never idle would make each of them wait for the 10 ms of Go's preemption.
func (w *Worker) gosched(now int64) {
	if now-w.core.goschedAt >= int64(time.Millisecond) {
		w.core.goschedAt = now
		w.core.others.runAndFire(now)
	}
}

// popLocal takes a task from the queues that only this worker looks at first.
func (w *Worker) popLocal() *Task {
	if t := w.popUrgent(); t != nil {
		return t
	}
	if t := w.slot.Swap(nil); t != nil {
		return t
	}
	return w.ring.pop()
}

// popUrgent takes a task whose timer has fired.
func (w *Worker) popUrgent() *Task {
	if w.urgent.len.Load() == 0 {
		return nil
	}
	t := w.urgent.pop(1)
	if t != nil {
		w.remote.beat.Add(1) // the ring does not tell the monitor of this poll
	}
	return t
}

// popInject takes a share of the injection queue: one task to run, and the others into
// the ring.
func (w *Worker) popInject() *Task {
	t := w.rt.inject.popShare(len(w.rt.workers), &w.ring)
	if t != nil {
		w.remote.beat.Add(1)
	}
	return t
}

// push puts an active task at the back of the ring. If the ring is full, half of it and
// the task move to the injection queue; if a steal from the full ring is in progress, the
// task alone.
func (w *Worker) push(t *Task) {
	if w.ring.push(t) {
		return
	}
	b := w.rt.inject.getBlock()
	if b.to = w.ring.popHalf(b.tasks[:]); b.to == 0 { // no block for one task
		w.rt.inject.putBlock(b)
		w.rt.inject.push(t)
		return
	}
	b.tasks[b.to] = t
	b.to++
	w.rt.inject.pushBlock(b)
}

// pushSlot puts an active task into the slot, to run next, if that is free; otherwise at
// the back of the ring: a poll that wakes many tasks wakes them in order, and pays for the
// slot once. It wakes no worker for the task in the slot: the current poll will soon end.
func (w *Worker) pushSlot(t *Task) {
	if w.slot.Load() == nil && !w.rt.seeded { // only this worker fills it
		w.slot.Store(t) // rule W10
		return
	}
	if w.rt.seeded {
		w.pushSeeded(t)
		return
	}
	w.push(t)
	w.notifyPushed()
}

// pushYielded puts the task that was polled behind the others, and behind one look at
// timers and I/O (rule N5).
func (w *Worker) pushYielded(t *Task) {
	if w.rt.seeded {
		w.pushYieldedSeeded(t)
		return
	}
	if !w.core.lookDue {
		w.core.lookDue, w.core.lookAfter = true, w.ring.loadTail()
	}
	w.push(t)
	w.notifyPushed()
}
