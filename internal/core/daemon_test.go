package core_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func tick(task *edo.Task) error {
	for {
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
	}
}

func TestRunDoesNotWaitForDaemonsAndEndsThemWhenAllOthersHaveEnded(t *testing.T) {
	for _, c := range tasktest.Kinds {
		var order []string
		err := edo.Run(func(task *edo.Task) error {
			var begun atomic.Bool // a daemon that has not begun when the others end never runs
			edo.Go(task, func(task *edo.Task) error {
				begun.Store(true)
				err := tick(task)
				order = append(order, "daemon")
				return err
			}, edo.Daemon())
			edo.Go(task, func(task *edo.Task) error {
				for !begun.Load() {
					edo.Yield(task)
				}
				tasktest.YieldTimes(task, 10)
				order = append(order, "task")
				return nil
			})
			return nil
		}, edo.WithConfig(c.Config))
		if err != nil || len(order) != 2 || order[1] != "daemon" {
			t.Errorf("%s: %v, %v", c.Name, order, err)
		}
	}
}

func TestDaemonsOfEveryKindEndWithTheRun(t *testing.T) {
	for range 100 {
		var ended atomic.Int32
		count := edo.OnEnd(func() { ended.Add(1) })
		err := edo.Run(func(task *edo.Task) error {
			edo.Spawn(task, tasktest.Forever{}, edo.Daemon(), count)
			edo.SpawnInline[int](task, tasktest.Forever{}, edo.Daemon(), count)
			edo.Go(task, tick, edo.Daemon(), count)
			edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, task.Cancelled() }, edo.Daemon(), count)
			edo.Go(task.Runtime(), tick, edo.Daemon(), count)
			edo.Go(task, func(*edo.Task) error { return nil }, edo.Daemon(), count) // the task may end before it is marked
			edo.Go(task, tick, edo.Daemon(), count).Abort()
			return nil
		}, edo.WithConfig(edo.Config{Workers: 3}))
		if err != nil || ended.Load() != 7 {
			t.Fatal(err, ended.Load())
		}
	}
}

func TestDaemonsThatAreAlwaysBusyEndWithTheRun(t *testing.T) {
	for _, spin := range []func(task *edo.Task) error{
		func(task *edo.Task) error {
			for {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		},
		func(task *edo.Task) error {
			for {
				if _, err := edo.Await(task, edo.Async(func(*edo.Task) (int, error) { return 0, nil })); err != nil {
					return err
				}
			}
		},
	} {
		main := func(task *edo.Task) error {
			for range 5 {
				edo.Go(task, spin, edo.Daemon())
			}
			for range 100 {
				edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
			}
			return nil
		}
		for _, c := range tasktest.Kinds {
			if err := edo.Run(main, edo.WithConfig(c.Config)); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
		for seed := range uint64(20) {
			if err := sim.Run(seed, main); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
}

func TestDaemonIsSeededLikeEverything(t *testing.T) {
	for seed := range uint64(200) {
		n := 0
		err := sim.Run(seed, func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error {
				for timer.Sleep(task, time.Second) == nil {
					n++
				}
				return nil
			}, edo.Daemon())
			return timer.Sleep(task, 10*time.Second+time.Millisecond)
		})
		if err != nil || n != 10 {
			t.Fatal(seed, err, n)
		}
	}
}

func TestRunWaitsForTasksThatADaemonSpawns(t *testing.T) {
	finished := false
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error {
				err := timer.Sleep(task, time.Minute)
				finished = err == nil
				return err
			})
			return tick(task)
		}, edo.Daemon())
		return edo.Yield(task)
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil || !finished {
		t.Error(err, finished)
	}
}

func TestErrorOfADaemonIsReportedLikeAnyOther(t *testing.T) {
	broken := errors.New("broken")
	err := edo.Run(func(task *edo.Task) error {
		var begun atomic.Bool
		edo.Go(task, func(task *edo.Task) error {
			begun.Store(true)
			return errors.Join(task.Cancelled(), broken)
		}, edo.Daemon(), edo.Name("keeper"))
		for !begun.Load() {
			edo.Yield(task)
		}
		return nil
	}, tasktest.Quiet(edo.Config{}))
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestANewRuntimeKeepsItsDaemonsUntilItIsWaitedFor(t *testing.T) {
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	h := edo.Go(rt, tick, edo.Daemon())
	err = edo.Block(rt, context.Background(), func(task *edo.Task) error {
		_, err := edo.Go(rt, func(task *edo.Task) error { return edo.Yield(task) }).Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if h.Finished() {
		t.Error("the daemon has ended")
	}
	if err := rt.Wait(); err != nil || !h.Finished() {
		t.Error(err, h.Finished())
	}
}

func TestOnEndIsCalledOnceHoweverTheTaskEndsAndBeforeItsHandleResolves(t *testing.T) {
	for name, body := range map[string]func(task *edo.Task, opt edo.SpawnOption) interface{ Finished() bool }{
		"it returns": func(task *edo.Task, opt edo.SpawnOption) interface{ Finished() bool } {
			return edo.Go(task, func(*edo.Task) error { return nil }, opt)
		},
		"it panics": func(task *edo.Task, opt edo.SpawnOption) interface{ Finished() bool } {
			h := edo.Go(task, func(*edo.Task) error { panic("x") }, opt)
			h.Await(task)
			return h
		},
		"it never ran": func(task *edo.Task, opt edo.SpawnOption) interface{ Finished() bool } {
			h := edo.Go(task, func(*edo.Task) error { t.Error("it ran"); return nil }, opt)
			h.Abort()
			return h
		},
		"it blocks": func(task *edo.Task, opt edo.SpawnOption) interface{ Finished() bool } {
			return edo.Blocking(task, func(*edo.Task) (int, error) { return 0, nil }, opt)
		},
		"it is a future": func(task *edo.Task, opt edo.SpawnOption) interface{ Finished() bool } {
			return edo.Spawn(task, tasktest.Seven{}, opt)
		},
	} {
		calls := 0
		type handle struct{ of interface{ Finished() bool } }
		var h atomic.Value // of handle
		early := false
		err := edo.Run(func(task *edo.Task) error {
			h.Store(handle{body(task, edo.OnEnd(func() {
				calls++
				if h, ok := h.Load().(handle); ok && h.of.Finished() {
					early = true
				}
			}))})
			return nil
		}, tasktest.Quiet(edo.Config{CurrentThread: true}))
		if err != nil || calls != 1 || early {
			t.Errorf("%s: %d calls, after the handle had resolved: %v; %v", name, calls, early, err)
		}
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("OnEnd(nil) did not panic")
			}
		}()
		edo.OnEnd(nil)
	}()
}
