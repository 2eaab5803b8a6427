package joinset_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/scope"
)

func TestJoinSetReturnsResultsInTheOrderOfCompletion(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		var valves [5]tasktest.Valve
		for i := range valves {
			if _, err := set.Spawn(task, &valves[i], edo.Name(fmt.Sprint("task ", i))); err != nil {
				return err
			}
		}
		broken := errors.New("broken")
		for _, i := range []int{3, 0, 4, 1, 2} {
			tasktest.YieldTimes(task, 2)
			valves[i].End(i, map[bool]error{true: broken}[i == 4])
		}
		tasktest.YieldTimes(task, 2)
		if set.Len() != 5 {
			t.Errorf("Len is %d", set.Len())
		}
		var got []int
		for {
			v, ok, err := set.Join(task)
			if !ok {
				break
			}
			if (v == 4) != (err == broken) {
				t.Errorf("%d came with %v", v, err)
			}
			got = append(got, v)
		}
		if !slices.Equal(got, []int{3, 0, 4, 1, 2}) || set.Len() != 0 {
			t.Errorf("got %v; %d left", got, set.Len())
		}
		return nil // the error of task 4 has been joined
	})
}

func TestJoinSetWakesOnlyTheTaskThatPolledLast(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		first, second := edotest.NewTask(), edotest.NewTask()
		edotest.RequireEnd(t, first, &set)
		edotest.RequireWoken(t, first, 0)
		var one, two tasktest.Valve
		set.Spawn(task, &one)
		set.Spawn(task, &two)
		tasktest.YieldTimes(task, 2)
		edotest.RequireNextPending(t, first, &set)
		edotest.RequireNextPending(t, second, &set)
		one.End(1, nil)
		tasktest.YieldTimes(task, 2)
		edotest.RequireWoken(t, first, 0)
		edotest.RequireWoken(t, second, 1)
		if v := edotest.RequireNext(t, second, &set); v != 1 {
			t.Errorf("got %d", v)
		}
		edotest.RequireNextPending(t, second, &set)
		two.End(2, nil)
		tasktest.YieldTimes(task, 2)
		edotest.RequireWoken(t, second, 1)
		edotest.RequireNext(t, second, &set)
		edotest.RequireEnd(t, second, &set)
		edotest.RequireEnd(t, second, &set)
		return nil
	})
}

func TestJoinSetTakesFromTheBudgetAndDoesNothingWithoutOne(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		var g tasktest.Valve
		g.IsOpen = true
		set.Spawn(task, &g)
		tasktest.YieldTimes(task, 2)
		mock := edotest.NewTask()
		mock.EnterWithBudget(0, func(cx *edo.Context) {
			if _, p, _ := set.PollNext(cx); p != edo.Pending {
				t.Error("it went on without a budget")
			}
			if _, p, _ := joinset.New[int](1).SpawnFuture(&tasktest.Valve{}).Poll(cx); p != edo.Pending {
				t.Error("it spawned without a budget")
			}
		})
		edotest.RequireWoken(t, mock, 1)
		edotest.RequireNext(t, mock, &set)
		return nil
	})
}

func TestTryJoinIsPendingWithoutAResultAndEndWhenTheSetIsEmpty(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		try := func(want edo.Poll, wantErr error) {
			t.Helper()
			if _, p, err := set.TryJoin(); p != want || !errors.Is(err, wantErr) {
				t.Errorf("got %v, %v; want %v, %v", p, err, want, wantErr)
			}
		}
		try(edo.End, nil)
		var g tasktest.Valve
		set.Spawn(task, &g)
		tasktest.YieldTimes(task, 2)
		try(edo.Pending, nil)
		g.End(1, edo.ErrEmpty)
		tasktest.YieldTimes(task, 2)
		try(edo.Ready, edo.ErrEmpty)
		try(edo.End, nil)
		return nil
	})
}

func TestJoinSetIsReusableAfterItWasEmpty(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		for range 3 {
			if _, ok, err := set.Join(task); ok || err != nil {
				t.Errorf("empty: %v, %v", ok, err)
			}
			for range 10 {
				set.Go(task, func(task *edo.Task) (int, error) { return 1, edo.Yield(task) })
			}
			n := 0
			for {
				v, ok, err := set.Join(task)
				if !ok {
					break
				}
				if err != nil {
					return err
				}
				n += v
			}
			if n != 10 {
				t.Errorf("%d results", n)
			}
		}
		return nil
	})
}

func TestRunReturnsErrorsOfAJoinSetThatNoTaskJoins(t *testing.T) {
	broken := errors.New("broken")
	err := edo.Run(func(task *edo.Task) error {
		set := &joinset.Set[int]{}
		_, err := set.Go(task, func(*edo.Task) (int, error) { return 0, broken })
		return err
	}, tasktest.Quiet(edo.Config{}))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestJoinNextReturnsTheHandleOfTheTask(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		a, _ := set.Spawn(task, tasktest.Seven{}, edo.Name("seven"))
		h, ok, err := set.JoinNext(task)
		if !ok || err != nil || !h.Finished() || h.Name() != "seven" || h.AbortHandle() != a {
			t.Fatalf("got %v, %v, %v", h, ok, err)
		}
		if v, err := h.Await(task); v != 7 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		return nil
	})
}

func TestRunReturnsTheErrorOfATaskWhoseHandleWasTakenAndNotJoined(t *testing.T) {
	broken := errors.New("broken")
	err := edo.Run(func(task *edo.Task) error {
		var set joinset.Set[int]
		set.Go(task, func(*edo.Task) (int, error) { return 0, broken })
		_, _, err := set.JoinNext(task)
		return err
	}, tasktest.Quiet(edo.Config{}))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestJoinOfACancelledTaskLosesNoResult(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		var set joinset.Set[int]
		var g tasktest.Valve
		set.Spawn(task, &g)
		h := edo.Go(task, func(task *edo.Task) error {
			_, ok, err := set.Join(task)
			if ok {
				t.Error("a result")
			}
			return err
		})
		tasktest.YieldTimes(task, 3)
		g.End(5, nil)
		h.Abort() // before the task runs
		tasktest.YieldTimes(task, 3)
		if v, p, err := set.TryJoin(); v != 5 || p != edo.Ready || err != nil {
			t.Errorf("got %d, %v, %v", v, p, err)
		}
		return nil
	})
}

func TestSpawnOnAShutDownRuntimeIsAResultOfTheSet(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	rt.Wait()
	set := joinset.New[int](1)
	d := &tasktest.Dropped{}
	for range 3 {
		if _, err := set.TrySpawn(rt, d); err != nil {
			t.Fatal(err)
		}
	}
	if d.Drops.Load() != 3 || set.Len() != 3 {
		t.Errorf("dropped %d times, Len is %d", d.Drops.Load(), set.Len())
	}
	if _, p, err := set.TryJoin(); p != edo.Ready || !errors.Is(err, edo.ErrShutdown) {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestJoinSetInAScopeKeepsItsErrorsFromTheScope(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			_, err := edo.Go(s, func(task *edo.Task) error {
				var set joinset.Set[int]
				set.Go(task, func(*edo.Task) (int, error) { return 0, errors.New("expected") })
				if _, ok, err := set.Join(task); !ok || err == nil {
					t.Errorf("got %v, %v", ok, err)
				}
				return edo.Yield(task)
			}).Await(task)
			return err
		})
	})
}

// The end of a task must cost the same among 100,000 tasks as among 10.
func TestEndOfATaskCostsTheSameInAJoinSetOfAHundredThousand(t *testing.T) {
	n := 100_000
	if invariant.Enabled {
		n = 10_000
	}
	for _, workers := range []int{1, 4} {
		var set joinset.Set[int]
		err := edo.Run(func(task *edo.Task) error {
			for i := range n {
				set.Spawn(task, &tasktest.YieldsOnce{Value: i})
			}
			seen, sum := 0, 0
			for {
				v, ok, err := set.Join(task)
				if err != nil {
					return err
				}
				if !ok {
					break
				}
				seen++
				sum += v
			}
			if seen != n || sum != n*(n-1)/2 {
				t.Errorf("%d results, sum %d", seen, sum)
			}
			return nil
		}, tasktest.Quiet(edo.Config{Workers: workers}))
		if err != nil {
			t.Error(err)
		}
	}
}
