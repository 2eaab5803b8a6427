package edo_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
)

func TestJoinSetGivesResultsByCompletion(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		var valves [5]valve
		for i := range valves {
			if _, err := set.Spawn(task, &valves[i], edo.Name(fmt.Sprint("task ", i))); err != nil {
				return err
			}
		}
		broken := errors.New("broken")
		for _, i := range []int{3, 0, 4, 1, 2} {
			pass(task, 2)
			valves[i].end(i, map[bool]error{true: broken}[i == 4])
		}
		pass(task, 2)
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

func TestJoinSetWakesWhoWaitsLastAndNobodyElse(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		first, second := edotest.NewTask(), edotest.NewTask()
		edotest.RequireEnd(t, first, &set)
		edotest.RequireWoken(t, first, 0)
		var one, two valve
		set.Spawn(task, &one)
		set.Spawn(task, &two)
		pass(task, 2)
		edotest.RequireNextPending(t, first, &set)
		edotest.RequireNextPending(t, second, &set)
		one.end(1, nil)
		pass(task, 2)
		edotest.RequireWoken(t, first, 0)
		edotest.RequireWoken(t, second, 1)
		if v := edotest.RequireNext(t, second, &set); v != 1 {
			t.Errorf("got %d", v)
		}
		edotest.RequireNextPending(t, second, &set)
		two.end(2, nil)
		pass(task, 2)
		edotest.RequireWoken(t, second, 1)
		edotest.RequireNext(t, second, &set)
		edotest.RequireEnd(t, second, &set)
		edotest.RequireEnd(t, second, &set)
		return nil
	})
}

func TestJoinSetTakesFromTheBudgetAndDoesNothingWithoutOne(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		var g valve
		g.open = true
		set.Spawn(task, &g)
		pass(task, 2)
		mock := edotest.NewTask()
		mock.EnterWithBudget(0, func(cx *edo.Context) {
			if _, p, _ := set.PollNext(cx); p != edo.Pending {
				t.Error("it went on without a budget")
			}
			if _, p, _ := edo.NewJoinSet[int](1).SpawnFuture(&valve{}).Poll(cx); p != edo.Pending {
				t.Error("it spawned without a budget")
			}
		})
		edotest.RequireWoken(t, mock, 1)
		edotest.RequireNext(t, mock, &set)
		return nil
	})
}

func TestTryJoinSaysNoneReadyAsDistinctFromEmpty(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		try := func(want edo.Poll, wantErr error) {
			t.Helper()
			if _, p, err := set.TryJoin(); p != want || !errors.Is(err, wantErr) {
				t.Errorf("got %v, %v; want %v, %v", p, err, want, wantErr)
			}
		}
		try(edo.End, nil)
		var g valve
		set.Spawn(task, &g)
		pass(task, 2)
		try(edo.Pending, nil)
		g.end(1, edo.ErrEmpty)
		pass(task, 2)
		try(edo.Ready, edo.ErrEmpty)
		try(edo.End, nil)
		return nil
	})
}

func TestJoinSetIsReusableAfterItWasEmpty(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
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

func TestErrorsInAJoinSetThatNobodyJoinsAreRunsErrors(t *testing.T) {
	broken := errors.New("broken")
	err := edo.Run(func(task *edo.Task) error {
		set := &edo.JoinSet[int]{}
		_, err := set.Go(task, func(*edo.Task) (int, error) { return 0, broken })
		return err
	}, quiet(edo.Config{}))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestJoinNextSaysWhichTaskItWas(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		a, _ := set.Spawn(task, done7{}, edo.Name("seven"))
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

func TestErrorOfATaskOfWhichOnlyTheHandleWasTakenIsRunsError(t *testing.T) {
	broken := errors.New("broken")
	err := edo.Run(func(task *edo.Task) error {
		var set edo.JoinSet[int]
		set.Go(task, func(*edo.Task) (int, error) { return 0, broken })
		_, _, err := set.JoinNext(task)
		return err
	}, quiet(edo.Config{}))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestJoinOfACancelledTaskLosesNoResult(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		var set edo.JoinSet[int]
		var g valve
		set.Spawn(task, &g)
		h := edo.Go(task, func(task *edo.Task) error {
			_, ok, err := set.Join(task)
			if ok {
				t.Error("a result")
			}
			return err
		})
		pass(task, 3)
		g.end(5, nil)
		h.Abort() // before it comes to run
		pass(task, 3)
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
	set := edo.NewJoinSet[int](1)
	d := &dropped{}
	for range 3 {
		if _, err := set.TrySpawn(rt, d); err != nil {
			t.Fatal(err)
		}
	}
	if d.n.Load() != 3 || set.Len() != 3 {
		t.Errorf("dropped %d times, Len is %d", d.n.Load(), set.Len())
	}
	if _, p, err := set.TryJoin(); p != edo.Ready || !errors.Is(err, edo.ErrShutdown) {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestJoinSetInAScopeKeepsItsErrorsFromTheScope(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		return edo.WithScope(task, func(s *edo.Scope) error {
			_, err := edo.Go(s, func(task *edo.Task) error {
				var set edo.JoinSet[int]
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

// The completion of one task must cost the same among 100,000 as among 10.
func TestJoinSetOfAHundredThousand(t *testing.T) {
	n := 100_000
	if invariant.Enabled {
		n = 10_000
	}
	for _, workers := range []int{1, 4} {
		var set edo.JoinSet[int]
		err := edo.Run(func(task *edo.Task) error {
			for i := range n {
				set.Spawn(task, &yieldsOnce{v: i})
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
		}, quiet(edo.Config{Workers: workers}))
		if err != nil {
			t.Error(err)
		}
	}
}
