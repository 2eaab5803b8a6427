package stress

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
)

// relay passes a baton round each of some rings of tasks that wake each other with bare
// wakers: after one lost wake the ring stops.
func relay(r *round) program {
	futures := r.account("relay: futures")
	bodies := r.account("relay: functions that were started")
	return func(task *edo.Task, rng *rand.Rand) error {
		ring := make([]*station, 2+rng.IntN(12))
		rounds := 1 + rng.IntN(40)
		for i := range ring {
			ring[i] = &station{left: rounds}
		}
		var handles []*edo.JoinHandle[edo.Unit]
		for i, s := range ring {
			next := ring[(i+1)%len(ring)]
			r.tasks.Add(1)
			if oneIn(rng, 3) {
				inner := fork(rng)
				handles = append(handles, edo.Go(task, func(task *edo.Task) error {
					open := bodies.open()
					defer open.end()
					return s.run(task, r, inner, next)
				}))
				continue
			}
			handles = append(handles, edo.Spawn(task, &runner{
				round: r, rng: fork(rng), open: futures.open(), at: s, next: next,
			}))
		}
		ring[0].passBaton(nil)
		if err := joinAll(r, task, handles); err != nil {
			return err
		}
		for i, s := range ring {
			if got := s.passed.Load(); got != int64(rounds) {
				return fmt.Errorf("station %d of %d has seen the baton %d times instead of %d", i, len(ring), got, rounds)
			}
		}
		return nil
	}
}

// station is the place in the ring at which one task waits.
type station struct {
	mu     sync.Mutex // guards the following
	baton  bool
	waiter edo.Waker

	left   int // rounds; the task's own
	passed atomic.Int64
}

// passBaton gives the baton to s, and wakes its task, by wake unless that is nil.
func (s *station) passBaton(wake func(edo.Waker)) {
	s.mu.Lock()
	s.baton = true
	w := s.waiter
	s.waiter = edo.Waker{}
	s.mu.Unlock()
	if wake == nil {
		w.Wake()
	} else {
		wake(w)
	}
}

// takeBaton takes the baton, or registers the waker.
func (s *station) takeBaton(cx *edo.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.baton {
		s.baton = false
		s.left--
		s.passed.Add(1)
		return true
	}
	s.waiter = cx.Waker()
	return false
}

// run is a runner in direct style.
func (s *station) run(task *edo.Task, r *round, rng *rand.Rand, next *station) error {
	for s.left > 0 {
		if _, err := edo.Await(task, (*atStation)(s)); err != nil {
			return err
		}
		next.passBaton(drawWake(r, rng, nil))
		if err := dawdle(task, rng); err != nil {
			return err
		}
	}
	return nil
}

// atStation is a station as a future, which is ready when the baton is there.
type atStation station

func (s *atStation) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if (*station)(s).takeBaton(cx) {
		return edo.Unit{}, edo.Ready, nil
	}
	return edo.Unit{}, edo.Pending, nil
}

// runner is a task of the ring without a stack.
type runner struct {
	round    *round
	rng      *rand.Rand
	open     *token
	at, next *station
}

func (f *runner) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for f.at.left > 0 {
		if !f.at.takeBaton(cx) {
			return edo.Unit{}, edo.Pending, nil
		}
		f.next.passBaton(drawWake(f.round, f.rng, cx))
	}
	return edo.Unit{}, edo.Ready, nil
}

func (f *runner) Drop() { f.open.end() }

// drawWake draws a way to wake.
func drawWake(r *round, rng *rand.Rand, cx *edo.Context) func(edo.Waker) {
	switch n := rng.IntN(4); {
	case n == 0:
		return func(w edo.Waker) { r.outside.do(w.Wake) }
	case n == 1 && cx != nil:
		return func(w edo.Waker) { w.WakeBy(cx) }
	case n == 2:
		return func(w edo.Waker) { w.Wake(); w.Wake() }
	}
	return nil
}
