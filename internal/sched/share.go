package sched

// When other workers may take tasks out of a worker's ring.
//
// A sleeper that is woken finds a task some microseconds later. Until then the owner has
// run a few tasks itself, if their polls are short. So a worker measures how long its polls
// take, and keeps as many tasks for itself as it can run in that time: this number is its
// grain. The grain is 0 when polls take longer than that, or when the worker has not
// measured enough of them since it parked.
//
// Tasks that only pass messages gain nothing from a second processor: there they would
// spend more time on fetching shared data from the first one's cache than on everything
// else. When polls and leaf operations take no longer than they must, the grain is half a
// ring.
//
// If polls then become long, the worker finds that out after lookEvery polls,
// and the monitor when the worker has not polled so often within 10 ms.

const (
	wakeNanos  = 8000 // about how long a sleeper takes from its wake until it has a task
	briefNanos = 150  // a poll or leaf operation that takes less does nothing else
	maxGrain   = ringSize / 2
)

// shares reports whether other workers should take tasks from the ring of w. Any goroutine
// may call it.
func (w *Worker) shares() bool {
	n := w.ring.len()
	return n != 0 && n >= int(w.remote.grain.Load())
}

// notifyPushed wakes a sleeper for a task that has been pushed to the ring, if that is
// worth it (rule W6).
func (w *Worker) notifyPushed() {
	if w.rt.nsleepers.Load() != 0 && w.shares() {
		w.rt.notify(nil)
	}
}

// measure finds out how long polls take, at the instant now, lookEvery polls after the
// last call.
func (w *Worker) measure(now int64) {
	c := &w.core
	if c.measuredAt != 0 {
		took := max(now-c.measuredAt, lookEvery)
		before, grain := w.remote.grain.Load(), int32(wakeNanos/(took/lookEvery))
		if took/(lookEvery+max(c.leaves, 0)) < briefNanos {
			grain = maxGrain
		}
		if grain != before {
			w.remote.grain.Store(grain)
		}
		if grain < before {
			w.notifyPushed()
		}
	}
	c.measuredAt, c.leaves = now, 0
}
