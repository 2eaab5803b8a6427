package scope_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestScopeDeadlineCancelsAndNamesTheTasksThatHadNotEnded(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  scope.Option
	}{
		{"timeout", scope.Timeout(time.Hour)},
		{"deadline", scope.Deadline(time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC))},
	} {
		for _, returned := range []bool{false, true} {
			err := sim.Run(1, func(task *edo.Task) error {
				begin := timer.Now(task)
				err := scope.Run(task, func(s *scope.Scope) error {
					edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) }, edo.Name("quick"))
					edo.Go(s, func(task *edo.Task) error {
						err := timer.Sleep(task, 2*time.Hour)
						return errors.Join(err, edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Second) }))
					}, edo.Name("slow"))
					edo.Spawn(s, tasktest.Forever{}, edo.Name("stuck"))
					if returned {
						return nil
					}
					return timer.Sleep(task, 3*time.Hour)
				}, c.opt)
				var late *scope.TimeoutError
				if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &late) || errors.Is(err, edo.ErrCancelled) {
					return fmt.Errorf("got %w", err)
				}
				slices.Sort(late.Tasks)
				if !slices.Equal(late.Tasks, []string{"slow", "stuck"}) || late.More != 0 {
					return fmt.Errorf("named %q and %d more", late.Tasks, late.More)
				}
				if d := timer.Now(task).Sub(begin); d != time.Hour+time.Second {
					return fmt.Errorf("it took %v", d)
				}
				return edo.Yield(task)
			})
			if err != nil {
				t.Errorf("%s, function returned: %v: %v", c.name, returned, err)
			}
		}
	}
}

func TestScopeThatEndsBeforeItsDeadlineDoesNotWaitForIt(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		begin := timer.Now(task)
		err := scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) })
			return nil
		}, scope.Timeout(time.Hour))
		if err != nil {
			return err
		}
		if d := timer.Now(task).Sub(begin); d != time.Minute {
			return fmt.Errorf("it took %v", d)
		}
		return timer.Sleep(task, 2*time.Hour) // the deadline passes and has no effect
	})
	if err != nil {
		t.Error(err)
	}
}

func TestScopeNamesSixteenTasksAndCountsTheRest(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		err := scope.Run(task, func(s *scope.Scope) error {
			for i := range 20 {
				edo.Spawn(s, tasktest.Forever{}, edo.Name(fmt.Sprint("task ", i)))
			}
			return nil
		}, scope.Timeout(time.Second))
		var late *scope.TimeoutError
		if !errors.As(err, &late) || len(late.Tasks) != 16 || late.More != 4 || !strings.HasSuffix(err.Error(), ", and 4 more") {
			return fmt.Errorf("got %w", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestFunctionThatComputesSeesTheDeadlineOfItsScope(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		_, err := edo.Blocking(task, func(task *edo.Task) (int, error) {
			return 0, scope.Run(task, func(*scope.Scope) error {
				for task.Err() == nil { // it never suspends
					runtime.Gosched()
				}
				return nil
			}, scope.Timeout(time.Millisecond))
		}).Await(task)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestTheErrorOfATimeLimitNamesEqualTasksOnceAndCountsThem(t *testing.T) {
	late := &scope.TimeoutError{Tasks: []string{"fan", "slow", "fan", "fan"}, More: 84}
	if got, want := late.Error(), "scope: timed out; not ended: 3 × fan, slow, and 84 more"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
