package sched

import (
	"math"
	"slices"
)

// Running under a seed: the driver chooses among all runnable tasks, wherever they
// wait, and the order of everything is a function of its choices. There is one
// worker.

// entry is a runnable task, and when it became that.
type entry struct {
	task *Task
	seq  uint64
}

// pool is what a seeded worker chooses from, oldest first, and the tasks that have
// yielded: one of these becomes runnable when all that were so before it have run.
type pool struct {
	ready   []entry
	yielded []entry
	seq     uint64
	forced  int
}

// oldestEvery is how often the oldest task runs without a choice, so that chance
// starves nobody for ever.
const oldestEvery = 64

// nextSeeded returns the task to poll, or nil when none is runnable.
func (w *Worker) nextSeeded() *Task {
	p := &w.pool
	w.freshBudget()
	if p.forced%lookEvery == 0 {
		w.creditsForDaemons()
	}
	w.collect()
	if len(p.ready) == 0 || w.lookDue || p.forced%lookEvery == 0 {
		w.look()
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
	w.between.Store(true)
	if p.forced++; p.forced%oldestEvery == 0 {
		w.rt.driver.Choose(1)
	} else {
		i = w.rt.driver.Choose(n)
	}
	w.between.Store(false)
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
			w.pool.seq++
			w.pool.ready = append(w.pool.ready, entry{t, w.pool.seq})
			t = next
		}
	}
	add(w.urgent.pop(math.MaxInt))
	for t := w.ring.pop(); t != nil; t = w.ring.pop() {
		t.next = nil
		add(t)
	}
	if t := w.slot.Swap(nil); t != nil {
		t.next = nil
		add(t)
	}
	add(w.inbox.take())
	for t := w.rt.inject.pop(); t != nil; t = w.rt.inject.pop() {
		add(t)
	}
}

// yieldSeeded is what requeue does in a seeded runtime.
func (w *Worker) yieldSeeded(t *Task) {
	w.lookDue = true
	w.collect() // what it has made runnable was so before it yields
	w.pool.seq++
	w.pool.yielded = append(w.pool.yielded, entry{t, w.pool.seq})
}
