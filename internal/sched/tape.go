package sched

// A Tape is told of the polls of the workers of a runtime, while it is set: see [Runtime.SetTape].
type Tape interface {
	// Polls says that a worker begins a poll of t, and Polled how its last poll has ended. The
	// worker calls them, while no other goroutine may poll t. A poll that does not return, but
	// panics, is not told the end of.
	Polls(worker int, t *Task)
	Polled(worker int, how Outcome)
}

// The bits of Runtime.attention: so a poll without any pays one load for all.
const (
	toCancel uint32 = 1 << iota // cancelling is set
	toTell                      // there is a tape
	toTrace                     // there are regions; set from the start, or never
)

// SetTape makes the workers tell t of their polls from now on; nil: no tape. Any goroutine may
// call it, one at a time. A poll that is under way may end on the new tape, or begin on the one
// before, without the other half.
func (rt *Runtime) SetTape(t Tape) {
	if t == nil {
		rt.attention.And(^toTell)
		rt.tape.Store(nil)
	} else {
		rt.tape.Store(&t)
		rt.attention.Or(toTell)
	}
}

// tellBegin tells the tape, if there is one, that a poll of t begins.
func (w *Worker) tellBegin(t *Task) {
	if tape := w.rt.tape.Load(); tape != nil {
		w.core.told |= endOfTape
		(*tape).Polls(w.id, t)
	}
}

// tellEnd ends the region of the poll, and tells the tape how the poll has ended. A task that was
// woken in its poll counts as one that waits.
//
//go:noinline
func (w *Worker) tellEnd(ended bool) {
	if w.core.told&endOfRegion != 0 {
		w.endRegion()
	}
	if w.core.told&endOfTape == 0 {
		return
	}
	w.core.told &^= endOfTape
	how := Waits
	switch {
	case ended:
		how = Ended
	case w.core.yielded:
		how = Yielded
	}
	if tape := w.rt.tape.Load(); tape != nil {
		(*tape).Polled(w.id, how)
	}
}
