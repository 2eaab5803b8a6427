package sched

// A poll that runs on a coroutine need not switch back to its worker to have the next
// task polled, when that one's body can be run from where it is. Such a body relays:
//
//  1. [Context.Next] takes the task that the worker would poll next, if nothing keeps
//     the worker from going on at once: a look at timers and I/O that is due, somebody
//     who pauses it, a task that waits in its inbox. nil: return to the worker.
//  2. If the body cannot run the task it returns to the worker too, which polls that
//     one first.
//  3. Otherwise [Context.Turn] ends the poll under way and begins that of the task. It
//     is called when nobody else may find the first task in the middle of something,
//     which for one that goes on later means: when its goroutine has stopped.
//
// So the order of polls, the budgets and what is counted are as if the worker had done
// it. A seeded runtime chooses in its worker alone, and a spare worker does not relay,
// because it must look after each poll whether it is still needed.

// Next takes the task that the worker of cx would poll next, if that can be found
// without more ado. Unless Turn follows, the worker polls it when the poll under way
// has returned. ends says that the one under way is the last of its task. A task that
// suspends for the first time does so in the worker, which has more stack for what
// there is to do.
func (cx *Context) Next(ends bool) *Task {
	w := cx.w
	if w == nil || w.rt.seeded || w.spare {
		return nil
	}
	if !ends && !w.yielded && !cx.root.registered() {
		return nil
	}
	if w.yielded && w.ring.full() { // it goes behind what the ring will give away for it
		return nil
	}
	if cx.debts.debt.Load() != nil {
		cx.Settle() // ahead of the choice, as the worker does
	}
	w.handed = w.nextAtHand()
	return w.handed
}

// nextAtHand is the part of next that looks at nothing which others fill.
func (w *Worker) nextAtHand() *Task {
	if (w.tick+1)%lookEvery == 0 || w.paused.Load() || w.stuck.Load() != 0 || w.rt.cancelling.Load() || w.urgent.len.Load() != 0 {
		return nil
	}
	if t := w.slot.Load(); t != nil && w.slot.CompareAndSwap(t, nil) {
		w.slotRun++
		if w.slotRun <= slotRuns && w.cx.budget > 0 {
			w.tick++
			return t
		}
		w.push(t)
		w.beat.Add(1)
		w.freshBudget()
	}
	if !w.inbox.empty() {
		return nil
	}
	if w.lookDue {
		if _, real := unpack(w.ring.head.Load()); int32(real-w.lookAt) >= 0 {
			return nil
		}
	}
	t := w.ring.pop()
	if t != nil {
		w.tick++
		w.freshBudget()
	}
	return t
}

// Arrive is for a body that goes on: when it was not its worker that came to it, it
// does what Turn does for who has waited.
func (cx *Context) Arrive() {
	if cx.w != nil && cx.w.handed != nil {
		cx.Turn(false)
	}
}

// Turn ends the poll under way, of a task that has ended or waits, and begins that of
// the task that Next has taken. The body has looked before that whether the task was
// cancelled: what came in between must not count as seen by this poll, and the task is
// polled once more.
func (cx *Context) Turn(ended bool) {
	w := cx.w
	w.settle(ended)
	t := w.handed
	w.handed = nil
	w.begin(t)
	if t.IsCancelled() {
		t.Wake()
	}
}

// Goroutine returns the goroutine that the poll under way is on; off the workers 0.
func (cx *Context) Goroutine() uintptr {
	if cx.w == nil {
		return 0
	}
	return cx.w.gid.Load()
}
