package sched

// Regions makes a region of each poll, for the execution tracer: see [Config.Regions]. The workers
// call it.
type Regions interface {
	// On reports whether regions are wanted now.
	On() bool
	// Begin begins the region of a poll of t, on the goroutine of a worker, which is about to poll
	// t.
	Begin(t *Task) Region
}

// A Region is ended by the goroutine that has begun it: a trace in which another one does so
// cannot be read.
type Region interface{ End() }

// Why a poll must return to the worker, and not hand over: the bits of core.returns.
const (
	isSpare  uint8 = 1 << iota // the worker is a spare one, which checks after each poll whether it is needed
	inRegion                   // the worker has a region to end, or wants one for the next poll
)

// What is to be told when a poll ends: the bits of core.told.
const (
	endOfTape   uint8 = 1 << iota // a tape was told that the poll begins
	endOfRegion                   // core.returns has inRegion
)

// beginRegion begins the region of a poll of t, if there is a trace. A poll that was handed over runs
// on a coroutine, and ends on another one or on the worker: it has none, and the next one has.
func (w *Worker) beginRegion(t *Task) {
	if !w.rt.regions.On() {
		return
	}
	w.core.told |= endOfRegion
	w.core.returns |= inRegion
	if w.core.takenNext == nil {
		w.region = w.rt.regions.Begin(t)
	}
}

// endRegion ends the region of the poll, if it has one.
func (w *Worker) endRegion() {
	w.core.told &^= endOfRegion
	w.core.returns &^= inRegion
	if r := w.region; r != nil {
		w.region = nil
		r.End()
	}
}
