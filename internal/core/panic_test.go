package core_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
)

func TestOnPanicGetsEachPanicOnceAndMayEndTheRuntime(t *testing.T) {
	for _, end := range []bool{false, true} {
		var told []string
		other := &tasktest.Gate{Name: "other"}
		err := sim.Run(1, func(task *edo.Task) error {
			h := edo.Spawn(task, other, edo.Name("other"))
			p := edo.Go(task, func(*edo.Task) error { panic("first") }, edo.Name("bad"))
			_, err := p.Await(task)
			if end {
				if !errors.Is(task.Err(), edo.ErrCancelled) {
					t.Error("the runtime goes on")
				}
			} else {
				other.Open()
				if v, err := h.Await(task); v != 7 || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
			}
			return err // the same panic again
		}, sim.WithConfig(sim.Config{Runtime: edo.Config{
			OnError: func(error) {},
			OnPanic: func(p *edo.PanicError) bool {
				told = append(told, fmt.Sprint(p.Task, " ", p.Value))
				return end
			},
		}}))
		if fmt.Sprint(told) != "[bad first]" {
			t.Errorf("told of %v", told)
		}
		var panicked *edo.PanicError
		if !end && !errors.As(err, &panicked) {
			t.Errorf("got %v", err)
		}
	}
}

func TestOnPanicThatPanicsIsNotCalledForItsOwnPanic(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(*edo.Task) error { panic("first") }, edo.Name("bad"))
		return nil
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{
		OnError: func(error) {},
		OnPanic: func(p *edo.PanicError) bool { panic("second") },
	}}))
	if err == nil || !strings.Contains(err.Error(), "first") || !strings.Contains(err.Error(), "second") {
		t.Errorf("got %v", err)
	}
}

func TestPanicThatSeveralTasksPassOnGoesToOnPanicOnce(t *testing.T) {
	var told atomic.Int64
	edo.Run(func(task *edo.Task) error {
		_, err := edo.Await(task, edo.Async(func(*edo.Task) (int, error) { panic("once") }))
		for range 100 {
			edo.Go(task, func(*edo.Task) error { return err })
		}
		return nil
	}, edo.WithConfig(edo.Config{
		Workers: 4,
		OnError: func(error) {},
		OnPanic: func(*edo.PanicError) bool { told.Add(1); return false },
	}))
	if n := told.Load(); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestOnPanicThatPanicsIsAnErrorOfABlockingTaskToo(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		edo.Blocking(task, func(*edo.Task) (int, error) { panic("first") })
		return nil
	}, edo.WithConfig(edo.Config{
		OnError: func(error) {},
		OnPanic: func(*edo.PanicError) bool { panic("second") },
	}))
	if err == nil || !strings.Contains(err.Error(), "first") || !strings.Contains(err.Error(), "second") {
		t.Errorf("got %v", err)
	}
}

func TestPanicOfADeferredCallAfterGoexitIsTheErrorOfItsTaskAndGoesToOnPanic(t *testing.T) {
	exit := func() {
		defer tasktest.PanicOnPurpose("late")
		runtime.Goexit()
	}
	for name, spawn := range map[string]func(task *edo.Task) error{
		"Go": func(task *edo.Task) error {
			_, err := edo.Go(task, func(*edo.Task) error { exit(); return nil }).Await(task)
			return err
		},
		"Go, after a wait": func(task *edo.Task) error {
			_, err := edo.Go(task, func(task *edo.Task) error { edo.Yield(task); exit(); return nil }).Await(task)
			return err
		},
		"an Async that is awaited": func(task *edo.Task) error {
			_, err := edo.Go(task, func(task *edo.Task) error {
				_, err := edo.Await(task, edo.Async(func(*edo.Task) (int, error) { exit(); return 0, nil }))
				return err
			}).Await(task)
			return err
		},
		"a future": func(task *edo.Task) error {
			_, err := edo.Spawn(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) { exit(); return 0, edo.Ready, nil })).Await(task)
			return err
		},
		"Blocking": func(task *edo.Task) error {
			_, err := edo.Blocking(task, func(*edo.Task) (int, error) { exit(); return 0, nil }).Await(task)
			return err
		},
	} {
		for _, c := range tasktest.Kinds {
			var told atomic.Int32
			c.Config.OnError = func(error) {}
			c.Config.OnPanic = func(p *edo.PanicError) bool {
				if p.Value != "late" {
					t.Errorf("%s, %s: OnPanic was told of %v", name, c.Name, p.Value)
				}
				told.Add(1)
				return false
			}
			err := edo.Run(func(task *edo.Task) error {
				err := spawn(task)
				var p *edo.PanicError
				if !errors.As(err, &p) || p.Value != "late" || !strings.Contains(string(p.Stack), "PanicOnPurpose") {
					t.Errorf("%s, %s: got %v", name, c.Name, err)
				}
				return edo.Yield(task) // the worker goes on
			}, edo.WithConfig(c.Config))
			if err != nil || told.Load() != 1 {
				t.Errorf("%s, %s: Run returned %v; OnPanic was told %d times", name, c.Name, err, told.Load())
			}
		}
	}
}

func TestPanicInTheCleanUpOfADroppedFunctionIsTheErrorOfItsTask(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			inner := edo.Async(func(task *edo.Task) (int, error) {
				defer tasktest.PanicOnPurpose("in clean-up")
				return edo.Await(task, tasktest.Forever{})
			})
			_, err := edo.Await(task, tasktest.PollOnce(inner))
			edo.Drop(inner)
			return err
		}, opt)
		var p *edo.PanicError
		if !errors.As(err, &p) || p.Value != "in clean-up" {
			t.Errorf("Run returned %v", err)
		}
	})
}
