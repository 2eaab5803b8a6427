package sched

import (
	"sync/atomic"
	"time"
)

// SlowPoll is a poll that takes long.
type SlowPoll struct {
	Worker int
	Polled uintptr       // the address of its task, to be compared with
	For    time.Duration // how long it has taken at least
}

// slowPolls reports polls that take long: see [Config.Slow]. The monitor has it.
type slowPolls struct {
	report func(SlowPoll)
	after  time.Duration
}

// slowPoll is what is known of the poll of a worker, or of a row of short ones.
type slowPoll struct {
	since  time.Time // of the first look that has found it
	isTold bool
}

// look is part of a look at w, of which before was known. isStuck says that the poll is still the
// same one.
func (s *slowPolls) look(w *Worker, before slowPoll, isStuck bool) slowPoll {
	now := time.Now()
	if !isStuck {
		return slowPoll{since: now}
	}
	if d := now.Sub(before.since); d >= s.after && !before.isTold {
		before.isTold = true
		s.report(SlowPoll{Worker: w.id, Polled: atomic.LoadUintptr(&w.remote.polled), For: d})
	}
	return before
}
