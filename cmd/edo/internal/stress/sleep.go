package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// sleepers spawns tasks that wait for timers, which are reset, dropped and overtaken by
// others.
func sleepers(r *round) program {
	bodies := r.account("sleep: functions that were started")
	futures := r.account("sleep: futures")
	return func(task *edo.Task, rng *rand.Rand) error {
		var handles []*edo.JoinHandle[edo.Unit]
		for range 1 + rng.IntN(40) {
			r.tasks.Add(1)
			inner := fork(rng)
			var h *edo.JoinHandle[edo.Unit]
			if oneIn(rng, 3) {
				h = edo.Spawn(task, newNap(inner, futures.open()))
			} else {
				h = edo.Go(task, func(task *edo.Task) error {
					open := bodies.open()
					defer open.end()
					return sleeper(task, inner)
				})
			}
			handles = append(handles, h)
			if oneIn(rng, 10) {
				r.outside.do(h.Abort)
			}
		}
		return joinAll(r, task, handles)
	}
}

// sleeper waits in one of several ways, and checks that it was not too short.
func sleeper(task *edo.Task, rng *rand.Rand) error {
	d := time.Duration(rng.IntN(20)-2) * time.Millisecond
	start := time.Now()
	switch rng.IntN(4) {
	case 0:
		ticks := timer.NewInterval(max(d, time.Millisecond))
		defer ticks.Drop()
		for n := 1; n <= 3; n++ {
			if _, err := ticks.Tick(task); err != nil {
				return err
			}
			if err := early(start, time.Duration(n)*max(d, time.Millisecond)); err != nil {
				return err
			}
		}
		return nil
	case 1:
		s := timer.SleepFuture(time.Hour)
		defer s.Drop()
		if _, err := edo.Await(task, &onePoll{s}); err != nil {
			return err
		}
		start = time.Now()
		s.Reset(d)
		if _, err := edo.Await(task, s); err != nil {
			return err
		}
	default:
		if err := timer.Sleep(task, d); err != nil {
			return err
		}
	}
	return early(start, d)
}

// early returns an error when less than d has passed since start.
func early(start time.Time, d time.Duration) error {
	if passed := time.Since(start); passed < d {
		return fmt.Errorf("a timer of %v has fired after %v", d, passed)
	}
	return nil
}

// onePoll polls a sleeper once.
type onePoll struct{ s *timer.Sleeper }

func (o *onePoll) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	o.s.Poll(cx)
	return edo.Unit{}, edo.Ready, nil
}

// nap is a future that waits for the first of several timers, and drops the others.
type nap struct {
	open  *token
	all   []*timer.Sleeper
	least time.Duration
	start time.Time
}

func newNap(rng *rand.Rand, open *token) *nap {
	n := &nap{open: open, least: time.Hour}
	for range 1 + rng.IntN(4) {
		d := time.Duration(rng.IntN(15)) * time.Millisecond
		n.least = min(n.least, d)
		n.all = append(n.all, timer.SleepFuture(d))
	}
	return n
}

func (n *nap) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if n.start.IsZero() {
		n.start = time.Now()
	}
	if len(n.all) == 0 {
		return edo.Unit{}, edo.Ready, errors.New("a future was polled after it was dropped")
	}
	for _, s := range n.all {
		if _, p, err := s.Poll(cx); p == edo.Ready {
			return edo.Unit{}, p, errors.Join(err, early(n.start, n.least))
		}
	}
	return edo.Unit{}, edo.Pending, nil
}

func (n *nap) Drop() {
	for _, s := range n.all {
		s.Drop()
	}
	n.all = nil
	n.open.end()
}
