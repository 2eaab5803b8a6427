package sched

import (
	"slices"
)

// Running under a seed: the driver chooses among all runnable tasks, in whichever queue
// they are, and the order of everything is a function of its choices. There is one worker.

// entry is a runnable task, with the number of its turn to become runnable.
type entry struct {
	task *Task
	seq  uint64
}

// pool holds the runnable tasks of a seeded worker.
type pool struct {
	ready   []entry // to choose from, oldest first
	yielded []entry // each joins ready when all tasks that were runnable before it have run
	seq     uint64  // of the last entry
	choices int
}

// oldestEvery is after how many choices the oldest task runs without one, so that chance
// starves no task for ever.
const oldestEvery = 64

// nextSeeded returns the task to poll, or nil when none is runnable.
func (w *Worker) nextSeeded() *Task {
	p := &w.core.pool
	w.freshBudget()
	if p.choices%lookEvery == 0 {
		w.releaseCreditsForDaemons()
	}
	w.collect()
	if len(p.ready) == 0 || w.core.lookDue || p.choices%lookEvery == 0 {
		w.lookAtDriver()
		w.collect()
	}
	for len(p.yielded) != 0 && (len(p.ready) == 0 || p.ready[0].seq > p.yielded[0].seq) {
		p.seq++
		p.ready = append(p.ready, entry{p.yielded[0].task, p.seq})
		p.yielded = slices.Delete(p.yielded, 0, 1)
	}
	n := len(p.ready)
	if n == 0 {
		return nil
	}
	i := 0
	w.remote.betweenPolls.Store(true)
	if p.choices++; p.choices%oldestEvery == 0 {
		w.rt.driver.Choose(1)
	} else {
		i = w.rt.driver.Choose(n)
	}
	w.remote.betweenPolls.Store(false)
	t := p.ready[i].task
	w.publish()
	p.ready = slices.Delete(p.ready, i, i+1)
	return t
}

// collect moves everything runnable into the pool.
func (w *Worker) collect() {
	add := func(t *Task) {
		for t != nil {
			next := t.next
			t.next = nil
			w.core.pool.seq++
			w.core.pool.ready = append(w.core.pool.ready, entry{t, w.core.pool.seq})
			t = next
		}
	}
	add(w.urgent.popAll())
	for t := w.ring.pop(); t != nil; t = w.ring.pop() {
		t.next = nil
		add(t)
	}
	if t := w.slot.Swap(nil); t != nil {
		t.next = nil
		add(t)
	}
	add(w.inbox.popAll())
	for t := w.rt.inject.pop(); t != nil; t = w.rt.inject.pop() {
		add(t)
	}
}

// pushYieldedSeeded is pushYielded in a seeded runtime.
func (w *Worker) pushYieldedSeeded(t *Task) {
	w.core.lookDue = true
	w.collect() // the tasks that it has made runnable were so before it yields
	w.core.pool.seq++
	w.core.pool.yielded = append(w.core.pool.yielded, entry{t, w.core.pool.seq})
}
