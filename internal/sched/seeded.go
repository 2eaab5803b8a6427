package sched

import "github.com/edo-go/edo/internal/schedule"

// Running under a seed: the driver chooses among all runnable tasks, in whichever queue
// they are, and the order of everything is a function of its choices. There is one worker.
//
// A driver that interleaves is asked at each operation (interleave.go). One that does not is
// asked between two polls alone. Then a task that yields goes behind those that are runnable,
// and a timer that is due fires before the next choice.

// pool holds the runnable tasks of a seeded worker, and its seats.
type pool struct {
	line    line
	seats   []seat   // by number
	free    []uint32 // numbers of seats that are free
	left    uint32   // the seat of a task that has ended in the last poll, not free yet
	current uint32   // the seat of the task that was polled last
	running *Task    // the task that is polled
	decided *Task    // chosen inside the last poll; nil: there was no choice
	gaveWay bool     // the last poll has asked to let others run first
	choices int
	leaf    any    // of the operation that was asked last; nil once it is known to be right, see [Context.LastLeaf]
	taken   int    // the rest of the budget that the last refusal has taken away (rule X3)
	seq     uint64 // of the last entry

	yielded []yield // in the quiet order: each joins the line when all that were runnable before it have run
	from    int     // the first of them
	asked   Candidates

	untold     bool // the recorder was told of a poll, and not how it has ended
	hasYielded bool // the last poll has yielded, or was held up
}

// yield is a task that has yielded.
type yield struct {
	task *Task
	seq  uint64 // the number of its turn
}

// oldestEvery is after how many choices the oldest task runs without one, when the driver has
// no strategy, so that chance starves no task for ever.
const oldestEvery = 64

// nextSeeded returns the task to poll, or nil when none is runnable.
func (w *Worker) nextSeeded() *Task {
	w.recordReturn()
	if w.rt.interleaves {
		return w.nextInterleaved()
	}
	p := w.core.pool
	w.freshBudget()
	if p.choices%lookEvery == 0 {
		w.releaseCreditsForDaemons()
	}
	w.collect()
	if p.line.len() == 0 || w.core.lookDue || p.choices%lookEvery == 0 {
		w.lookAtDriver()
		w.collect()
	}
	w.joinYielded()
	if p.line.len() == 0 {
		return nil
	}
	w.gate()
	w.joinYielded()
	p.choices++
	i := 0
	switch n := p.line.len(); {
	case w.rt.chooser != nil:
		i = w.pick(false)
	case p.choices%oldestEvery != 0:
		i = w.rt.driver.Choose(n)
	}
	w.publish()
	return w.take(p.line.at(i))
}

// gate waits until the driver allows a poll. The tasks that were woken meanwhile take part in
// the choice: so it does not depend on when the worker came here.
func (w *Worker) gate() {
	if w.core.hasEnded { // the goroutine of the last poll has not stopped (rule Y4), and the driver calls nothing
		w.rt.driver.Choose(1)
		return
	}
	w.remote.betweenPolls.Store(true)
	if w.rt.chooser != nil {
		w.rt.driver.Choose(1)
	}
	w.remote.betweenPolls.Store(false)
	w.collect()
}

// pick asks the driver which candidate is next. continues says that the task which is polled
// may go on.
func (w *Worker) pick(continues bool) int {
	c := &w.core.pool.asked
	c.p, c.continues = w.core.pool, continues
	return w.rt.chooser.Pick(c)
}

// take takes the task at a position out of the line, to be polled.
func (w *Worker) take(at int) *Task {
	p := w.core.pool
	e := &p.line.entries[at]
	t := e.task
	p.current, p.running, p.gaveWay = e.seat, t, false
	p.line.remove(at)
	if s := p.seatOf(p.current); s != nil {
		s.at = -1
		s.steps++
		w.core.cx.begins = s.ops != 0 // rule X1
		s.ops, s.isKnown = 0, true
	}
	return t
}

// seatOf returns a seat, and nil for that of all.
func (p *pool) seatOf(n uint32) *seat {
	if n == 0 {
		return nil
	}
	return &p.seats[n]
}

// joinYielded moves the tasks that have yielded into the line, when all that were runnable before
// them have run.
func (w *Worker) joinYielded() {
	p := w.core.pool
	for p.from < len(p.yielded) {
		if l := &p.line; l.len() != 0 && l.entries[l.at(0)].seq < p.yielded[p.from].seq {
			return
		}
		w.stand(p.yielded[p.from].task, 0)
		p.yielded[p.from].task = nil
		p.from++
	}
	p.yielded, p.from = p.yielded[:0], 0
}

// room returns a new entry for the end of the line, which the caller fills and adds.
func (p *pool) room() *entry {
	if p.line.isFull() {
		p.line.pack(p.moved)
	}
	p.seq++
	e := p.line.room()
	e.seq, e.since = p.seq, p.choices
	return e
}

// stand puts a task that is runnable at the end of the line. It is a child of the task with the seat parent if it is new.
func (w *Worker) stand(t *Task, parent uint32) {
	p := w.core.pool
	n := t.seat()
	if n == 0 {
		if n = p.sit(t, parent, w.rank); w.rt.tracks {
			p.seats[n].objects = []any{t} // that of a task which joins it
		}
	}
	e, s := p.room(), &p.seats[n]
	e.task, e.id, e.rank, e.seat = t, s.id, s.rank, n
	if at := p.line.add(); n != 0 {
		s.at = int32(at)
	}
}

// moved notes that an entry is at another position.
func (p *pool) moved(e *entry, at int) {
	if s := p.seatOf(e.seat); s != nil {
		s.at = int32(at)
	}
}

// rank returns the rank of a new candidate.
func (w *Worker) rank() uint64 {
	if w.rt.chooser == nil {
		return 0
	}
	return w.rt.chooser.Rank()
}

// collect moves everything runnable into the line.
func (w *Worker) collect() {
	parent := w.core.pool.current
	if w.urgent.len.Load() != 0 {
		fired := w.urgent.popAll()
		if r := w.rt.recorder; r != nil {
			for t := fired; t != nil; t = t.next {
				r.Fired(t)
			}
		}
		w.standAll(fired, parent)
	}
	if w.ring.len() != 0 {
		for t := w.ring.pop(); t != nil; t = w.ring.pop() {
			w.stand(t, parent)
		}
	}
	if w.slot.Load() != nil {
		w.stand(w.slot.Swap(nil), parent)
	}
	if !w.inbox.empty() {
		w.standAll(w.inbox.popAll(), 0)
	}
	if w.rt.inject.len.Load() != 0 {
		for t := w.rt.inject.pop(); t != nil; t = w.rt.inject.pop() {
			w.stand(t, 0)
		}
	}
	w.core.pool.freeLeft()
}

// standAll puts the tasks of a chain at the end of the line, children of the task with the seat parent if they are new.
func (w *Worker) standAll(t *Task, parent uint32) {
	for t != nil {
		next := t.next
		t.next = nil
		w.stand(t, parent)
		t = next
	}
}

// pushYieldedSeeded is pushYielded in a seeded runtime.
func (w *Worker) pushYieldedSeeded(t *Task) {
	p := w.core.pool
	p.hasYielded = true
	w.collect() // the tasks that it has made runnable were so before it yields
	if w.rt.interleaves {
		p.gaveWay = !w.core.cx.refused
		if s := p.seatOf(t.seat()); s != nil && p.gaveWay {
			s.ops = 0
		}
		w.stand(t, 0)
		return
	}
	w.core.lookDue = true
	p.gaveWay = true
	p.seq++
	p.yielded = append(p.yielded, yield{t, p.seq})
}

// timerSalt makes the IDs of timers from that of their task.
const timerSalt = 1<<32 - 1

// standTimer puts a timer that is due at the end of the line.
func (w *Worker) standTimer(t *Timer, when int64) {
	id := schedule.ID(0).Child(timerSalt)
	if task := t.task.Load(); task != nil {
		if s := w.core.pool.seatOf(task.seat()); s != nil {
			id = s.id.Child(timerSalt - s.timers)
			s.timers++
		}
	}
	e := w.core.pool.room()
	e.timer, e.when, e.id, e.rank, e.seat = t, when, id, w.rank(), 0
	w.core.pool.line.add()
}
