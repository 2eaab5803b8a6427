package edo_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
)

func TestAbortDropsAWaitingFutureOnceWithoutPollingIt(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			d := &countedPolls{}
			h := edo.Spawn(task, d)
			for d.polls.Load() == 0 {
				edo.Yield(task)
			}
			h.Abort()
			h.Abort()
			if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			h.Abort()
			if d.n.Load() != 1 || d.polls.Load() != 1 {
				t.Errorf("dropped %d times, polled %d times", d.n.Load(), d.polls.Load())
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

type countedPolls struct {
	dropped
	polls atomic.Int64
}

func (c *countedPolls) Poll(*edo.Context) (int, edo.Poll, error) {
	c.polls.Add(1)
	return 0, edo.Pending, nil
}

func TestAbortBeforeTheFirstPollNeverRunsTheFunctionAndDropsWhatItOwns(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var owned dropped
		h := edo.Go(task, func(*edo.Task) error { t.Error("the function ran"); return nil }, edo.Owns(&owned))
		f := &dropped{}
		g := edo.Spawn(task, f, edo.Owns(&owned))
		h.Abort()
		g.Abort()
		for _, wait := range []func() error{
			func() error { _, err := h.Await(task); return err },
			func() error { _, err := g.Await(task); return err },
		} {
			if err := wait(); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("got %v", err)
			}
		}
		if owned.n.Load() != 2 || f.n.Load() != 1 {
			t.Errorf("owned handle dropped %d times, future %d times", owned.n.Load(), f.n.Load())
		}
		return nil
	}, quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAbortWhileSuspendedResumesTheFunctionWithErrCancelled(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var started atomic.Bool
			var deferred bool
			var first, second error
			h := edo.Go(task, func(task *edo.Task) error {
				defer func() { deferred = true }()
				ctx := task.Context()
				started.Store(true)
				_, first = edo.Await(task, forever{})
				second = edo.Yield(task)
				if ctx.Err() == nil || task.Err() == nil {
					t.Error("the context of a cancelled task goes on")
				}
				return errors.New("what the function returned")
			})
			for !started.Load() {
				edo.Yield(task)
			}
			h.Abort()
			_, err := h.Await(task)
			if err == nil || err.Error() != "what the function returned" {
				t.Errorf("got %v", err)
			}
			if !errors.Is(first, edo.ErrCancelled) || !errors.Is(second, edo.ErrCancelled) || !deferred {
				t.Errorf("the function saw %v, then %v; deferred function ran: %v", first, second, deferred)
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAbortOfATaskThatNeverSuspendsLetsItEndNormally(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		started, release := make(chan struct{}), make(chan struct{})
		h := edo.Spawn(task, pollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
			close(started)
			<-release
			return 3, edo.Ready, nil
		}))
		<-started
		h.Abort()
		close(release)
		if v, err := h.Await(task); v != 3 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		return nil
	}, quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFunctionDroppedOrForgottenWhileSuspendedRunsToItsEndBeforeItsTaskEnds(t *testing.T) {
	for _, drop := range []bool{true, false} {
		onAll(t, func(t *testing.T, opt edo.RunOption) {
			var cleaned atomic.Bool
			err := edo.Run(func(task *edo.Task) error {
				h := edo.Go(task, func(task *edo.Task) error {
					inner := edo.Async(func(task *edo.Task) (int, error) {
						defer cleaned.Store(true)
						return edo.Await(task, forever{})
					})
					_, err := edo.Await(task, pollOnce(inner))
					if drop {
						edo.Drop(inner)
						edo.Drop(inner)
					}
					return err
				})
				if _, err := h.Await(task); err != nil {
					t.Error(err)
				}
				if !cleaned.Load() {
					t.Error("the task ended before the function inside it")
				}
				return nil
			}, opt)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// pollOnce polls f once, and is ready.
func pollOnce(f edo.Future[int]) edo.Future[int] {
	return pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
		_, _, err := f.Poll(cx)
		return 0, edo.Ready, err
	})
}

func TestAbortReachesAFunctionInsideAStacklessFuture(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		var started, cleaned atomic.Bool
		err := edo.Run(func(task *edo.Task) error {
			h := edo.Spawn(task, edo.Async(func(task *edo.Task) (int, error) {
				defer cleaned.Store(true)
				started.Store(true)
				return edo.Await(task, forever{})
			}))
			for !started.Load() {
				edo.Yield(task)
			}
			h.Abort()
			if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || !cleaned.Load() {
				t.Errorf("err %v, cleaned %v", err, cleaned.Load())
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAbortCancelsTheContextOfABlockingTask(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		started := make(chan struct{})
		h := edo.Blocking(task, func(task *edo.Task) (int, error) {
			ctx := task.Context()
			close(started)
			<-ctx.Done()
			_, err := edo.Await(task, forever{})
			return 1, err
		})
		<-started
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		return nil
	}, quiet(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestPanicWhileDroppingIsTheErrorOfTheTaskAndGoesNoFurther(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var owned dropped
			h := edo.Spawn(task, panicsInDrop{}, edo.Owns(panicsInDrop{}, &owned))
			edo.Yield(task)
			h.Abort()
			_, err := h.Await(task)
			var p *edo.PanicError
			if !errors.As(err, &p) || p.Value != "in drop" {
				t.Errorf("got %v", err)
			}
			if owned.n.Load() != 1 {
				t.Errorf("what was owned was dropped %d times", owned.n.Load())
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

type panicsInDrop struct{ forever }

func (panicsInDrop) Drop() { panic("in drop") }

func TestATaskUsedByItsChildIsAnErrorThatNamesBoth(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
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
			t.Errorf("the refused spawn, which nobody joined, gave %v", err)
		}
	})
}

func TestATaskUsedByAForeignGoroutineOrAfterItsEndIsAnError(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			errs := make(chan error, 1)
			go func() { errs <- edo.Yield(task) }()
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

func TestAFunctionIsResumedOnOtherWorkers(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var sum atomic.Int64
		for i := range 50 {
			edo.Go(task, func(task *edo.Task) error {
				local := i
				for range 200 {
					if err := edo.Yield(task); err != nil {
						return err
					}
					local++
				}
				sum.Add(int64(local - i))
				return nil
			})
		}
		for sum.Load() != 50*200 {
			edo.Yield(task)
		}
		return nil
	}, quiet(edo.Config{Workers: 4}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAbortedBlockingTaskIsNoFailure(t *testing.T) {
	var told error
	err := edo.Run(func(task *edo.Task) error {
		h := edo.Blocking(task, func(task *edo.Task) (int, error) {
			<-task.Context().Done()
			return 0, task.Err()
		})
		h.Abort()
		return nil
	}, edo.WithConfig(edo.Config{Workers: 1, OnError: func(err error) { told = err }}))
	if err != nil || told != nil {
		t.Errorf("Run returned %v, OnError was told %v", err, told)
	}
}

func TestPanicInDropOfAnAbortedFutureIsNotSwallowed(t *testing.T) {
	var told error
	err := edo.Run(func(task *edo.Task) error {
		h := edo.Spawn(task, panicsInDrop{})
		edo.Yield(task)
		h.Abort()
		return nil
	}, edo.WithConfig(edo.Config{Workers: 1, OnError: func(err error) { told = err }}))
	var p *edo.PanicError
	if !errors.As(err, &p) || told == nil {
		t.Errorf("Run returned %v, OnError was told %v", err, told)
	}
}
