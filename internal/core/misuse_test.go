package core_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
)

//edo:allow taskuse the error is what is tested
func TestATaskUsedByItsChildIsAnErrorThatNamesBoth(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(parent *edo.Task) error {
			h := edo.Go(parent, func(*edo.Task) error {
				if h := edo.Go(parent, func(*edo.Task) error { t.Error("ran"); return nil }); !h.Finished() {
					t.Error("a child spawned with its parent's Task")
				} else if _, err := edo.Await(parent, h); err == nil {
					t.Error("no error")
				}
				return edo.Yield(parent)
			}, edo.Name("child"))
			_, err := h.Await(parent)
			if err == nil || !strings.Contains(err.Error(), "used by task child") ||
				!strings.Contains(err.Error(), "TestATaskUsedByItsChild") {
				t.Errorf("got %v", err)
			}
			return nil
		}, opt)
		if err == nil || !strings.Contains(err.Error(), "used by task child") {
			t.Errorf("the refused spawn, which no task joined, gave %v", err)
		}
	})
}

func TestATaskUsedByAForeignGoroutineOrAfterItsEndIsAnError(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			errs := make(chan error, 1)
			go func() { errs <- edo.Yield(task) }() //edo:allow taskuse the error is what is tested
			if err := <-errs; err == nil || !strings.Contains(err.Error(), "used by a goroutine that is no task: it spawns from Task.Runtime, and waits in Block") {
				t.Errorf("foreign goroutine: got %v", err)
			}
			var stale *edo.Task
			edo.Go(task, func(task *edo.Task) error { stale = task; return nil }).Await(task)
			if err := edo.Yield(stale); err == nil || !strings.Contains(err.Error(), "after its function has returned") {
				t.Errorf("after the end: got %v", err)
			}
			if stale.Context().Err() == nil {
				t.Error("the context of an ended task goes on")
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestATaskThatWaitsInsideAFutureThatItAwaitsIsAnError(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			_, err := edo.Await(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
				return 0, edo.Ready, edo.Yield(task)
			}))
			if err == nil || !strings.Contains(err.Error(), "inside a future that it awaits") {
				t.Errorf("got %v", err)
			}
			return edo.Yield(task)
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestInABubbleOfSynctestEdoSaysThatItCannotRun(t *testing.T) {
	outer, err := edo.New(edo.Config{OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		never := func(*edo.Task) error { t.Error("it runs"); return nil }
		stepped := sim.New(sim.Config{Seed: 1})
		stepped.Start(never)
		stepped.RunUntilIdle()
		_, newErr := edo.New(edo.Config{})
		_, futureErr := edo.RunFuture(edo.Async(func(*edo.Task) (int, error) { t.Error("it runs"); return 0, nil }))
		for name, err := range map[string]error{
			"Run":            edo.Run(never),
			"current thread": edo.Run(never, edo.WithConfig(edo.Config{CurrentThread: true})),
			"RunFuture":      futureErr,
			"New":            newErr,
			"Block":          edo.Block(outer, context.Background(), never),
			"sim.Run":        sim.Run(1, never),
			"sim, by steps":  stepped.Wait(),
		} {
			if err == nil || !strings.Contains(err.Error(), "testing/synctest") || !strings.Contains(err.Error(), "package sim") {
				t.Errorf("%s: %v", name, err)
			}
		}
		h := edo.Blocking(outer, func(*edo.Task) (int, error) { t.Error("it runs"); return 0, nil })
		if !h.Finished() {
			t.Error("Blocking waits for something")
		}
	})
	if err := outer.Shutdown(context.Background()); err == nil || !strings.Contains(err.Error(), "testing/synctest") {
		t.Errorf("what became of Blocking: %v", err)
	}
	if err := edo.Run(func(task *edo.Task) error { return edo.Yield(task) }); err != nil {
		t.Errorf("afterwards, outside: %v", err)
	}
}

func TestAMockTaskWorksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := edo.Async(func(task *edo.Task) (int, error) { return 4, edo.Yield(task) })
		task := edotest.NewTask()
		edotest.RequirePending(t, task, f)
		if v := edotest.RequireReady(t, task, f); v != 4 {
			t.Error(v)
		}
	})
}
