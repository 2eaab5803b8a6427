package edo_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

func TestAPollThatYieldsAndIsReadyDoesNotMakeTheNextTaskYield(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		edo.Spawn(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			cx.Yield()
			return 0, edo.Ready, nil
		}))
		polls := 0
		next := edo.Spawn(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			polls++
			return 0, edo.Pending, nil
		}))
		for range 5 {
			edo.Yield(task)
		}
		if polls != 1 {
			t.Errorf("a task that was never woken was polled %d times", polls)
		}
		next.Abort()
		return nil
	}, quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestGoexitOfAFunctionLeftSuspendedInABlockingTaskIsItsError(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		leave := func(task *edo.Task) (int, error) {
			inner := edo.Async(func(task *edo.Task) (int, error) {
				edo.Await(task, forever{})
				runtime.Goexit()
				return 0, nil
			})
			return edo.Await(task, pollOnce(inner))
		}
		_, err := edo.Blocking(task, leave).Await(task)
		if err == nil || !strings.Contains(err.Error(), "Goexit") {
			t.Errorf("blocking task: got %v", err)
		}
		return nil
	}, quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestPanicOfADeferredCallAfterGoexitIsTheErrorOfItsTaskAndOnPanicIsTold(t *testing.T) {
	exit := func() {
		defer panicOnPurpose("late")
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
			_, err := edo.Spawn(task, pollFunc[int](func(*edo.Context) (int, edo.Poll, error) { exit(); return 0, edo.Ready, nil })).Await(task)
			return err
		},
		"Blocking": func(task *edo.Task) error {
			_, err := edo.Blocking(task, func(*edo.Task) (int, error) { exit(); return 0, nil }).Await(task)
			return err
		},
	} {
		for _, c := range configs {
			var told atomic.Int32
			c.config.OnError = func(error) {}
			c.config.OnPanic = func(p *edo.PanicError) bool {
				if p.Value != "late" {
					t.Errorf("%s, %s: OnPanic was told of %v", name, c.name, p.Value)
				}
				told.Add(1)
				return false
			}
			err := edo.Run(func(task *edo.Task) error {
				err := spawn(task)
				var p *edo.PanicError
				if !errors.As(err, &p) || p.Value != "late" || !strings.Contains(string(p.Stack), "panicOnPurpose") {
					t.Errorf("%s, %s: got %v", name, c.name, err)
				}
				return edo.Yield(task) // the worker goes on
			}, edo.WithConfig(c.config))
			if err != nil || told.Load() != 1 {
				t.Errorf("%s, %s: Run returned %v; OnPanic was told %d times", name, c.name, err, told.Load())
			}
		}
	}
}

func TestPanicInTheCleanUpOfADroppedFunctionIsTheErrorOfItsTask(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			inner := edo.Async(func(task *edo.Task) (int, error) {
				defer panicOnPurpose("in clean-up")
				return edo.Await(task, forever{})
			})
			_, err := edo.Await(task, pollOnce(inner))
			edo.Drop(inner)
			return err
		}, opt)
		var p *edo.PanicError
		if !errors.As(err, &p) || p.Value != "in clean-up" {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestShutdownCancelsTheContextOfATaskInItsFirstPoll(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	edo.Go(rt, func(task *edo.Task) error {
		ctx := task.Context()
		close(started)
		<-ctx.Done()
		return ctx.Err()
	})
	<-started
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Errorf("what the context said was taken for a failure: %v", err)
	}
}

func TestFailuresBeyondTheKeptOnesAreReportedWhenTheKeptOnesWereJoined(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var handles []*edo.JoinHandle[edo.Unit]
		for i := range 40 {
			h := edo.Go(task, func(*edo.Task) error { return fmt.Errorf("failure %d", i) })
			for !h.Finished() {
				edo.Yield(task)
			}
			handles = append(handles, h)
		}
		for _, h := range handles[:32] {
			h.Await(task)
			h.Await(task)
		}
		return nil
	}, quiet(edo.Config{}))
	if err == nil || !strings.Contains(err.Error(), "8 more tasks failed") {
		t.Errorf("Run returned %v", err)
	}
}

func TestATaskThatWaitsInsideAFutureThatItAwaitsIsAnError(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			_, err := edo.Await(task, pollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
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

func TestWaitAndShutdownInsideATaskAreErrors(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	edo.Go(rt, func(*edo.Task) error {
		if err := rt.Wait(); err == nil || !strings.Contains(err.Error(), "inside a task") {
			t.Errorf("Wait: %v", err)
		}
		if err := rt.Shutdown(context.Background()); err == nil || !strings.Contains(err.Error(), "inside a task") {
			t.Errorf("Shutdown: %v", err)
		}
		return nil
	})
	if err := rt.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestDroppedFunctionsOfABlockingTaskEndWhileItGoesOn(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var ended atomic.Int64
		_, err := edo.Blocking(task, func(task *edo.Task) (int, error) {
			for range 100 {
				inner := edo.Async(func(task *edo.Task) (int, error) {
					defer ended.Add(1)
					return edo.Await(task, forever{})
				})
				edo.Await(task, pollOnce(inner))
				edo.Drop(inner)
				edo.Yield(task)
			}
			if n := ended.Load(); n < 99 {
				t.Errorf("%d of 100 dropped functions have ended", n)
			}
			return 0, nil
		}).Await(task)
		return err
	}, quiet(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
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
	given := edo.Spawn(rt, forever{}, edo.Name("given"))
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

func TestTimersDoNotStarveOtherTasks(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var stop atomic.Bool
		for range 500 {
			edo.Go(task, func(task *edo.Task) error {
				for !stop.Load() {
					if err := timer.Sleep(task, time.Millisecond); err != nil {
						return err
					}
					for begin := time.Now(); time.Since(begin) < 20*time.Microsecond; {
						// more work for the timers than there is time
					}
				}
				return nil
			})
		}
		for range 20 {
			edo.Yield(task)
		}
		stop.Store(true)
		return nil
	}, quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

// The descriptor of the goroutine that is gone is used again at once.
func TestTaskOfAFunctionThatCalledGoexitIsRefused(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 50 {
		var got [2]error
		err := edo.Run(func(task *edo.Task) error {
			h := edo.Go(task, func(parent *edo.Task) error {
				edo.Spawn(parent, uses{parent, &got[0]})
				edo.Go(parent, func(*edo.Task) error { got[1] = edo.Yield(parent); return nil })
				runtime.Goexit()
				return nil
			})
			h.Await(task)
			return nil
		}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(error) {}}))
		var p *edo.PanicError
		if errors.As(err, &p) {
			t.Fatalf("%v", err)
		}
		if got[0] == nil || got[1] == nil {
			t.Fatalf("the Task of a function that is gone could be used: %v", got)
		}
	}
}

// uses is a future that waits with a Task that is not its own.
type uses struct {
	other *edo.Task
	got   *error
}

func (u uses) Poll(*edo.Context) (int, edo.Poll, error) {
	*u.got = edo.Yield(u.other)
	return 0, edo.Ready, nil
}
