package sched

// A Recorder is told what a seeded runtime does. Its driver has it, see [Recorded]. The goroutine
// that polls calls it, or the worker between two polls. Other runtimes have none, and pay nothing
// for it: it is called where a seeded runtime takes a way of its own.
type Recorder interface {
	// Begin comes first, with the runtime.
	Begin(rt *Runtime)
	// Spawned says that by has spawned t; nil: that came from outside.
	Spawned(t, by *Task)
	// Polled says that a poll of t begins.
	Polled(t *Task)
	// Returned says how the poll of t, the last one, has ended. No task is polled: t may be asked.
	Returned(t *Task, how Outcome)
	// HeldUp says that the poll of t ends before its next operation, which could go on: another
	// task is next. The goroutine of the poll calls it, in the operation.
	HeldUp(t *Task)
	// Woken says that the poll of by has woken t; nil: it was woken from outside of a poll.
	Woken(t, by *Task)
	// Fired says that a timer has woken t.
	Fired(t *Task)
}

// Recorded is a driver that has a Recorder, which may be nil.
type Recorded interface{ Recorder() Recorder }

// Outcome is how a poll ends.
type Outcome uint8

const (
	Ended   Outcome = iota // the task has ended
	Waits                  // the task waits
	Yielded                // the task lets others run
	Again                  // the task was woken in the poll
)

// String returns what the task does after the poll.
func (o Outcome) String() string { return [...]string{"ended", "waits", "yielded", "woken again"}[o] }

// recorderOf returns the recorder of a driver, or nil.
func recorderOf(d Driver) Recorder {
	if r, ok := d.(Recorded); ok && d.Seeded() {
		return r.Recorder()
	}
	return nil
}

// polled returns the task whose poll has not returned, or nil.
func (w *Worker) polled() *Task {
	if w.core.polling {
		return w.core.cx.root
	}
	return nil
}

// recordPoll tells the recorder of a poll of t, which is about to begin; nil: none is.
func (w *Worker) recordPoll(t *Task) {
	if r := w.rt.recorder; r != nil && t != nil {
		w.core.pool.untold, w.core.pool.hasYielded = true, false
		r.Polled(t)
	}
}

// recordReturn tells the recorder how the last poll has ended, once.
func (w *Worker) recordReturn() {
	p := w.core.pool
	if !p.untold {
		return
	}
	p.untold = false
	how := Again
	switch t := p.running; {
	case t.HasEnded():
		how = Ended
	case p.hasYielded:
		how = Yielded
	case t.IsIdle():
		how = Waits
	}
	w.rt.recorder.Returned(p.running, how)
}

// pushSeeded is pushSlot in a seeded runtime: t is woken.
func (w *Worker) pushSeeded(t *Task) {
	if r := w.rt.recorder; r != nil {
		r.Woken(t, w.polled())
	}
	w.push(t)
	w.notifyPushed()
}
