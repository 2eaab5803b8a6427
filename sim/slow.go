package sim

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// slowRun tells the seed of a run that goes on for long: a test that go test ends by its -timeout tells nothing of its
// own.
type slowRun struct {
	after time.Duration // for so long a run goes on before it is told
	to    io.Writer
	timer *time.Timer // nil: there was no run yet

	mu     sync.Mutex
	began  time.Time
	f      Failure // of the present run: the test, and the seed
	isTold bool    // of one run of an exploration is enough
}

// slowAfter is the slowRun.after of an exploration.
const slowAfter = 10 * time.Second

// begin begins a run, and ends the one before.
func (s *slowRun) begin(test string, seed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began, s.f = time.Now(), Failure{Test: test, Seed: seed}
	switch {
	case s.isTold:
	case s.timer == nil:
		s.timer = time.AfterFunc(s.after, s.tell)
	default:
		s.timer.Reset(s.after)
	}
}

// end ends the last run.
func (s *slowRun) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isTold = true
	if s.timer != nil {
		s.timer.Stop()
	}
}

func (s *slowRun) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isTold || time.Since(s.began) < s.after { // it was about another run
		return
	}
	s.isTold = true
	fmt.Fprintf(s.to, "sim: %s: a run of seed %d has gone on for %v. If it has no end: sim.Limit(task, sim.Limits{Real: time.Second}) "+
		"ends it, and tells what its tasks do, unless one keeps the thread\nreplay: %s\n", s.f.Test, s.f.Seed, s.after, s.f.command(false))
}
