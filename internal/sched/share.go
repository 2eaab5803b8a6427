package sched

// When others share in what a worker has in its ring.
//
// A worker that is woken has found something some microseconds later. Until then the other
// one has run a few tasks, when their polls are short. So a worker takes notice of how
// long its polls are, and keeps as many tasks to itself as it can run by then: none when they take
// longer than that, or when it has not seen enough of them since it parked.
//
// And tasks that do nothing but pass messages gain nothing from a second processor: they
// would spend more time there on fetching what they share from the first one's cache than on all
// the rest. When polls and leaf operations take no longer than they must, it keeps up to half of a
// ring.
//
// When polls then take long all the same, the worker finds out when it has polled lookEvery
// times, and the monitor when it has not done so within 10 ms.

const (
	wakeTakes = 8000 // nanoseconds until a worker that was woken has found something, about
	brief     = 150  // nanoseconds for a poll or a leaf operation, when they do nothing else
	mostGrain = ringSize / 2
)

// shares says whether others should take of what w has in its ring; for anybody.
func (w *Worker) shares() bool {
	n := w.ring.len()
	return n != 0 && n >= int(w.grain.Load())
}

// notifyPushed wakes a sleeper for what has been pushed, when that is worth it.
func (w *Worker) notifyPushed() {
	if w.rt.nsleepers.Load() != 0 && w.shares() {
		w.rt.notify(nil)
	}
}

// measure finds out how long polls take, at the instant now, lookEvery polls after it
// was called last.
func (w *Worker) measure(now int64) {
	if w.lookedAt != 0 {
		took := max(now-w.lookedAt, lookEvery)
		before, grain := w.grain.Load(), int32(wakeTakes/(took/lookEvery))
		if took/(lookEvery+max(w.leaves, 0)) < brief {
			grain = mostGrain
		}
		if grain != before {
			w.grain.Store(grain)
		}
		if grain < before {
			w.notifyPushed()
		}
	}
	w.lookedAt, w.leaves = now, 0
}
