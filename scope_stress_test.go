package edo_test

import (
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// Scopes on several workers, whose tasks fail, spawn, clean up and are aborted all at
// the same time, and owners that are aborted: when a scope has returned nothing of it
// goes on.
func TestScopeStress(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var owners []*edo.JoinHandle[edo.Unit]
		for seed := range uint64(60) {
			rng := rand.New(rand.NewPCG(seed, 4))
			owners = append(owners, edo.Go(task, func(task *edo.Task) error {
				for range 5 {
					if err := stressScope(t, task, rng); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		for i, h := range owners {
			if i%3 == 0 {
				edo.Yield(task)
				h.Abort()
			}
		}
		for _, h := range owners {
			if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("an owner gave %v", err)
			}
		}
		return nil
	}, quiet(edo.Config{Workers: 4}))
	if err != nil {
		t.Error(err)
	}
}

func stressScope(t *testing.T, task *edo.Task, rng *rand.Rand) error {
	broken := errors.New("broken")
	var live atomic.Int64
	var handles []*edo.JoinHandle[edo.Unit]
	fails := rng.IntN(2) == 0
	timeout := time.Duration(1+rng.IntN(3)) * time.Millisecond
	err := edo.WithScope(task, func(s *edo.Scope) error {
		for i := range 12 {
			kind := rng.IntN(6)
			handles = append(handles, edo.Go(s, func(task *edo.Task) error {
				live.Add(1)
				defer live.Add(-1)
				switch kind {
				case 0:
					return timer.Sleep(task, time.Hour)
				case 1:
					edo.Go(s, func(task *edo.Task) error {
						live.Add(1)
						defer live.Add(-1)
						return edo.Yield(task)
					})
				case 2:
					err := timer.Sleep(task, time.Hour)
					edo.Shielded(task, func(task *edo.Task) error { pass(task, 3); return nil })
					return err
				case 3:
					edo.Go(task, func(task *edo.Task) error {
						live.Add(1)
						defer live.Add(-1)
						_, err := edo.Await(task, forever{})
						return err
					})
				case 4:
					if fails && i > 6 {
						return broken
					}
				}
				pass(task, i)
				return nil
			}))
		}
		handles[0].Abort()
		if fails {
			_, err := edo.Await(task, forever{})
			return err
		}
		return nil
	}, edo.ScopeTimeout(timeout))
	if n := live.Load(); n != 0 {
		t.Errorf("%d tasks go on after their scope", n)
	}
	for _, h := range handles {
		if !h.Finished() {
			t.Error("a handle that has not resolved after its scope")
		}
	}
	var late *edo.ScopeTimeoutError
	if errors.Is(err, broken) || errors.As(err, &late) {
		return task.Err()
	}
	return err
}
