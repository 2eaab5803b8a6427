package scope_test

import (
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

// Scopes on several workers: their tasks fail, spawn, clean up and are aborted at the same
// time, and so are the owners. When a scope has returned, none of its tasks runs.
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
	}, tasktest.Quiet(edo.Config{Workers: 4}))
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
	err := scope.Run(task, func(s *scope.Scope) error {
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
					edo.Shielded(task, func(task *edo.Task) error { tasktest.YieldTimes(task, 3); return nil })
					return err
				case 3:
					edo.Go(task, func(task *edo.Task) error {
						live.Add(1)
						defer live.Add(-1)
						_, err := edo.Await(task, tasktest.Forever{})
						return err
					})
				case 4:
					if fails && i > 6 {
						return broken
					}
				}
				tasktest.YieldTimes(task, i)
				return nil
			}))
		}
		handles[0].Abort()
		if fails {
			_, err := edo.Await(task, tasktest.Forever{})
			return err
		}
		return nil
	}, scope.Timeout(timeout))
	if n := live.Load(); n != 0 {
		t.Errorf("%d tasks go on after their scope", n)
	}
	for _, h := range handles {
		if !h.Finished() {
			t.Error("a handle that has not resolved after its scope")
		}
	}
	var late *scope.TimeoutError
	if errors.Is(err, broken) || errors.As(err, &late) {
		return task.Err()
	}
	return err
}
