package survey_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestJoinOfATaskThatHasEndedSaysSo(t *testing.T) {
	for _, trace := range []bool{false, true} {
		err := sim.Run(1, func(task *edo.Task) error {
			h := edo.Go(task, func(*edo.Task) error { return nil })
			if !trace {
				h = edo.Go(task, func(*edo.Task) error { return nil }, edo.Name("quick"))
			}
			for !h.Finished() {
				edo.Yield(task)
			}
			waits := edotest.Waits(edotest.NewTask(), edo.Future[edo.Unit](h))
			by := "quick"
			if trace {
				by = "#2 github.com/edo-go/edo/internal/survey_test.TestJoinOfATaskThatHasEndedSaysSo.func1.1"
			}
			if want := []edo.Wait{{On: "edo: the end of a task, which has ended", By: []string{by}}}; !reflect.DeepEqual(waits, want) {
				t.Errorf("got %v\nwant %v", waits, want)
			}
			return nil
		}, sim.WithConfig(sim.Config{Runtime: edo.Config{Trace: trace}}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWaitForAJoinSetCountsTheReadyResults(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var set joinset.Set[int]
		defer set.Close()
		for range 3 {
			set.Go(task, func(*edo.Task) (int, error) { return 1, nil })
		}
		timer.Sleep(task, time.Second)
		for left := 3; left > 0; left-- {
			waits := edotest.WaitsNext(edotest.NewTask(), edo.Stream[int](&set))
			if want := fmt.Sprintf("joinset: a result (%d have ended)", left); len(waits) != 1 || waits[0].On != want || waits[0].Held() != nil {
				t.Errorf("got %v, want %s", waits, want)
			}
			if _, _, err := edo.Next(task, edo.Stream[int](&set)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWaitsForTasksScopesSetsAndTokensHaveNames(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		set := joinset.New[int](1)
		set.Spawn(task, tasktest.Forever{}, edo.Name("a task"))
		h := edo.Spawn(task, tasktest.Forever{}, edo.Name("another"))
		inScope := edo.Async(func(task *edo.Task) (int, error) {
			return 0, scope.Run(task, func(s *scope.Scope) error {
				edo.Spawn(s, tasktest.Forever{}, edo.Name("one of it"))
				return nil
			})
		})
		inSet := edo.Async(func(task *edo.Task) (int, error) {
			_, _, err := set.Join(task)
			return 0, err
		})
		toSpawn := edo.Async(func(task *edo.Task) (int, error) {
			_, err := set.Spawn(task, tasktest.Forever{})
			return 0, err
		})
		ofToken := edo.Async(func(task *edo.Task) (int, error) {
			return 0, scope.Run(task, func(*scope.Scope) error { return cancel.New().Cancelled(task) })
		})
		for _, c := range []struct {
			f  edo.Future[int]
			on string
			by string
		}{
			{h, "edo: the end of a task", "another"},
			{inScope, "scope: the end of 1 tasks", "one of it"},
			{inSet, "joinset: the end of one of 1 tasks", "a task"},
			{toSpawn, "joinset: spawn (1 tasks, limit 1)", "a task"},
			{ofToken, "cancel: the cancellation of a token", ""},
		} {
			waits := edo.Spawn(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
				if _, p, err := c.f.Poll(cx); p != edo.Pending {
					return 0, p, err
				}
				return 0, edo.Pending, nil
			}), edo.Name("asked"))
			var told []edo.Wait
			tasktest.YieldTimes(task, 5)
			for _, i := range task.Runtime().Snapshot().Tasks {
				if i.Name == "asked" {
					told = i.Waits
				}
			}
			if len(told) != 1 || told[0].On != c.on || strings.Join(told[0].By, ",") != c.by {
				t.Errorf("%s: told %+v", c.on, told)
			}
			tasktest.YieldTimes(task, 5)
			if waits.Finished() {
				t.Errorf("%s: it went on", c.on)
			}
			waits.Abort()
		}
		h.Abort()
		set.Drop()
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Error(err)
	}
}

// A report may ask a task while it is being spawned.
func TestTasksHaveNamesForReportsWhileTheyAreSpawned(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		rt, set := task.Runtime(), joinset.New[int](0)
		var over atomic.Bool
		inSet := edo.Go(task, func(task *edo.Task) error {
			for !over.Load() {
				if _, ok, _ := set.Join(task); !ok {
					edo.Yield(task)
				}
			}
			return nil
		})
		inScope := edo.Go(task, func(task *edo.Task) error {
			return scope.Run(task, func(s *scope.Scope) error {
				edo.Go(s, func(task *edo.Task) error {
					for range 200 {
						edo.Spawn(s, tasktest.Seven{}, edo.Name("in the scope"))
						edo.Spawn(s, tasktest.Seven{})
						set.TrySpawn(rt, tasktest.Seven{}, edo.Name("in the set"))
						edo.Yield(task)
					}
					return nil
				})
				return nil
			})
		})
		edo.Blocking(task, func(*edo.Task) (int, error) {
			for !inScope.Finished() {
				rt.Snapshot()
			}
			return 0, nil
		})
		inScope.Await(task)
		over.Store(true)
		set.Close()
		_, err := inSet.Await(task)
		return err
	}, tasktest.Quiet(edo.Config{Workers: 2, Trace: true}))
	if err != nil {
		t.Error(err)
	}
}

func TestNamesMayBeAskedForWhileTasksRun(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	var handles []*edo.JoinHandle[int]
	for range 100 {
		handles = append(handles, edo.Spawn(rt, edo.Async(func(task *edo.Task) (int, error) {
			for range 50 {
				edo.Yield(task)
			}
			timer.Sleep(task, time.Millisecond)
			return 0, errors.New("failed")
		})))
	}
	given := edo.Spawn(rt, tasktest.Forever{}, edo.Name("given"))
	for range 20 {
		for _, h := range handles {
			if h.Name() == "" {
				t.Fatal("a task without a name")
			}
		}
	}
	if given.Name() != "given" {
		t.Errorf("got %q", given.Name())
	}
	rt.Shutdown(context.Background())
}
