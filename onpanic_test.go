package edo_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

func TestOnPanicIsToldOfEachPanicOnceAndMayEndTheRuntime(t *testing.T) {
	for _, end := range []bool{false, true} {
		var told []string
		other := &gate{name: "other"}
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
			return err // its panic, once more
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

func TestOnPanicThatPanicsIsNoLoop(t *testing.T) {
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

func TestPanicThatSeveralTasksPassOnIsToldOnce(t *testing.T) {
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
