package sched

// Interleaving: in a seeded runtime whose driver asks for it, the driver chooses before each
// operation of a task, also when the task could go on, which of all that can happen happens
// next. So every order of the operations of several tasks is a run, as on several workers.
//
//	X1. The fast part of the budget is always used up (TakeBudget returns false), so that each
//	    operation asks [Context.GoesOn]. The first one of a poll goes on without a choice if the
//	    last poll of the task has ended in an operation: the task was chosen for it. A task that
//	    begins, has yielded, or has given way behind an operation, was chosen for what comes
//	    before its next one.
//	X2. GoesOn collects what can happen, the task of the poll first, and asks the driver. If that
//	    chooses the task, the operation goes on: nothing has happened but a call.
//	X3. If it chooses another one, the rest of the budget is taken away. So the operation does
//	    what it always does without a budget: it gives way, and its poll ends. The worker then
//	    polls the chosen task.
//	X4. A timer that is due is a candidate too. It fires when it is chosen, also inside a poll;
//	    then there is another choice.
//	X5. A task that has done as many operations as the budget allows gives way without a choice.
//	    So a loop that never waits ends at some time, as it would without a seed.
//
//	budget + bias   the rest of the budget, see [Context.Budget]: 0 once the task must give way
//	budget          0 at the beginning of a poll, and one less for each operation

// nextInterleaved is nextSeeded with a driver that interleaves.
func (w *Worker) nextInterleaved() *Task {
	p := w.core.pool
	cx := &w.core.cx
	cx.budget, cx.bias, cx.begins, cx.refused, cx.owed, p.leaf = 0, Budget, true, false, false, nil
	w.core.lookDue = false
	w.releaseCreditsForDaemons()
	for {
		w.collect()
		w.collectTimers()
		if p.line.len() == 0 {
			p.decided = nil
			return nil
		}
		if at, ok := w.decided(); ok {
			w.gate()
			return w.take(at)
		}
		w.gate()
		p.choices++
		at := p.line.at(w.pick(false))
		if p.line.entries[at].timer == nil {
			w.publish()
			return w.take(at)
		}
		w.fire(at)
	}
}

// decided returns the position of the task that the last poll has chosen, if it has.
func (w *Worker) decided() (at int, ok bool) {
	p := w.core.pool
	t := p.decided
	if t == nil {
		return 0, false
	}
	p.decided = nil
	s := p.seatOf(t.seat())
	if s == nil || s.at < 0 {
		return 0, false
	}
	return int(s.at), true
}

// fire fires the timer at a position (rule X4).
func (w *Worker) fire(at int) {
	l := &w.core.pool.line
	timer, when := l.entries[at].timer, l.entries[at].when
	l.remove(at)
	if t := timer.fire(when); t != nil {
		w.wakeFired(t)
	}
}

// wakeFired enqueues a task that a timer has made active.
func (w *Worker) wakeFired(t *Task) {
	if r := w.rt.recorder; r != nil {
		r.Fired(t)
	}
	if t.home == nil || t.home.rt != w.rt {
		t.enqueue()
		return
	}
	w.stand(t, 0)
}

// collectTimers moves the timers that are due into the line.
func (w *Worker) collectTimers() {
	next := w.timers.next.Load()
	if next == Never {
		return
	}
	now := w.rt.driver.Now()
	w.core.timersAt = now
	if next > now {
		return
	}
	ts := &w.timers
	ts.mu.Lock()
	before := ts.wheel.Len()
	ts.wheel.Advance(now/tick, func(due []*Timer, when int64) {
		for _, t := range due {
			if word := t.word.Load(); word&timerState == timerArmed && ticks(word>>2) == when {
				w.standTimer(t, when)
			}
		}
	})
	if ts.wheel.Len() == 0 && before != 0 {
		ts.stale.Store(0)
	}
	ts.publish()
	ts.mu.Unlock()
}

// GoesOn reports whether leaf, for which TakeBudget has returned false, may go on all the same
// (rule X2). Only a seeded runtime lets it; otherwise it must give way, or was only asked.
func (cx *Context) GoesOn(leaf any) bool {
	if !cx.interleaves || cx.inspection != nil {
		return false
	}
	cx.w.core.pool.leaf = leaf
	if cx.refused {
		return false
	}
	if cx.Budget() > Budget { // without limit, see edo.Unconstrained
		cx.budget--
		return true
	}
	if cx.Budget() <= 0 { // rule X5
		cx.refuse()
		return false
	}
	if s := cx.w.core.pool.seatOf(cx.w.core.pool.current); s != nil {
		s.ops++
		if cx.w.rt.tracks {
			s.note(leaf)
		}
	}
	if cx.begins { // rule X1
		cx.begins = false
	} else if !cx.w.goesOn() {
		if r := cx.rt.recorder; r != nil {
			r.HeldUp(cx.root)
		}
		cx.refuse()
		return false
	}
	cx.owed = false
	cx.budget--
	return true
}

// GoesOnAfter is GoesOn for an operation that has ended, and has taken nothing off the budget. A task
// that gives way there goes on behind the operation.
func (cx *Context) GoesOnAfter() bool {
	if cx.GoesOn(nil) {
		return true
	}
	if cx.interleaves && cx.refused {
		if s := cx.w.core.pool.seatOf(cx.w.core.pool.current); s != nil {
			s.ops = 0 // rule X1
		}
	}
	return false
}

// LastLeaf returns the leaf of the operation that was asked last in this poll, in a runtime that interleaves. It is
// nil if it is not known, or ForgetLeaf was called since.
func (cx *Context) LastLeaf() any {
	if !cx.interleaves || cx.inspection != nil {
		return nil
	}
	return cx.w.core.pool.leaf
}

// ForgetLeaf makes LastLeaf, which has returned a leaf, return nil up to the next operation.
func (cx *Context) ForgetLeaf() { cx.w.core.pool.leaf = nil }

// refuse takes the rest of the budget away (rule X3).
func (cx *Context) refuse() {
	cx.refused, cx.w.core.pool.taken = true, cx.Budget()
	cx.bias = -int64(cx.budget)
}

// goesOn asks the driver whether the task that is polled goes on.
func (w *Worker) goesOn() bool {
	p := w.core.pool
	for {
		w.collect()
		w.collectTimers()
		p.choices++
		i := w.pick(true)
		if i == 0 {
			if s := p.seatOf(p.current); s != nil {
				s.steps++
			}
			return true
		}
		at := p.line.at(i - 1)
		if p.line.entries[at].timer == nil {
			p.decided = p.line.entries[at].task
			return false
		}
		w.fire(at)
	}
}

// Turn returns the rest of the budget at the beginning of a turn of a loop, see package budget.
// It is below 0, and is minus the rest, when the turn before has owed an operation: then the loop asks TurnGoesOn.
func (cx *Context) Turn() int {
	if cx.owed {
		return min(0, 1-cx.Budget()) // what is left when it goes on
	}
	return cx.Budget()
}

// HasUsedUp reports whether the budget is used up, and what has happened since there was a rest of so many has used some of
// it: a choice that took the rest away before the first operation has kept that from its turn.
func (cx *Context) HasUsedUp(rest int) bool {
	switch {
	case rest <= 0 || cx.Budget() > 0:
		return false
	case cx.refused:
		return cx.w.core.pool.taken < rest
	}
	return true
}

// TurnGoesOn is GoesOn for a turn whose operations, if it has any, ask themselves.
func (cx *Context) TurnGoesOn() bool { return cx.owed && cx.GoesOn(nil) }

// OweTurn notes that a turn has ended that has taken nothing off the budget.
func (cx *Context) OweTurn() { cx.owed = cx.interleaves && !cx.refused }
