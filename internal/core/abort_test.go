package core_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestAbortDropsAWaitingFutureOnceWithoutPollingIt(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
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
			if d.Drops.Load() != 1 || d.polls.Load() != 1 {
				t.Errorf("dropped %d times, polled %d times", d.Drops.Load(), d.polls.Load())
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

type countedPolls struct {
	tasktest.Dropped
	polls atomic.Int64
}

func (c *countedPolls) Poll(*edo.Context) (int, edo.Poll, error) {
	c.polls.Add(1)
	return 0, edo.Pending, nil
}

func TestAbortBeforeTheFirstPollNeverRunsTheFunctionAndDropsWhatItOwns(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var owned tasktest.Dropped
		h := edo.Go(task, func(*edo.Task) error { t.Error("the function ran"); return nil }, edo.Owns(&owned))
		f := &tasktest.Dropped{}
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
		if owned.Drops.Load() != 2 || f.Drops.Load() != 1 {
			t.Errorf("owned handle dropped %d times, future %d times", owned.Drops.Load(), f.Drops.Load())
		}
		return nil
	}, tasktest.Quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAbortWhileSuspendedResumesTheFunctionWithErrCancelled(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var started atomic.Bool
			var deferred bool
			var first, second error
			h := edo.Go(task, func(task *edo.Task) error {
				defer func() { deferred = true }()
				ctx := task.Context()
				started.Store(true)
				_, first = edo.Await(task, tasktest.Forever{})
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
		h := edo.Spawn(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
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
	}, tasktest.Quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAbortReachesAFunctionInsideAStacklessFuture(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		var started, cleaned atomic.Bool
		err := edo.Run(func(task *edo.Task) error {
			h := edo.Spawn(task, edo.Async(func(task *edo.Task) (int, error) {
				defer cleaned.Store(true)
				started.Store(true)
				return edo.Await(task, tasktest.Forever{})
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
			_, err := edo.Await(task, tasktest.Forever{})
			return 1, err
		})
		<-started
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		return nil
	}, tasktest.Quiet(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestPanicWhileDroppingIsTheErrorOfTheTaskAndGoesNoFurther(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var owned tasktest.Dropped
			h := edo.Spawn(task, tasktest.PanicsInDrop{}, edo.Owns(tasktest.PanicsInDrop{}, &owned))
			edo.Yield(task)
			h.Abort()
			_, err := h.Await(task)
			var p *edo.PanicError
			if !errors.As(err, &p) || p.Value != "in drop" {
				t.Errorf("got %v", err)
			}
			if owned.Drops.Load() != 1 {
				t.Errorf("what was owned was dropped %d times", owned.Drops.Load())
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
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
		h := edo.Spawn(task, tasktest.PanicsInDrop{})
		edo.Yield(task)
		h.Abort()
		return nil
	}, edo.WithConfig(edo.Config{Workers: 1, OnError: func(err error) { told = err }}))
	var p *edo.PanicError
	if !errors.As(err, &p) || told == nil {
		t.Errorf("Run returned %v, OnError was told %v", err, told)
	}
}

func TestAbortOfARunningTaskIsSeenAtItsNextSuspension(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		started, release := make(chan struct{}), make(chan struct{})
		d := &tasktest.Dropped{}
		polls := 0
		h := edo.Spawn(task, struct {
			tasktest.PollFunc[int]
			edo.Dropper
		}{func(*edo.Context) (int, edo.Poll, error) {
			polls++
			close(started)
			<-release
			if d.Drops.Load() != 0 {
				t.Error("dropped while it was polled")
			}
			return 0, edo.Pending, nil
		}, d})
		<-started
		h.Abort()
		close(release)
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || d.Drops.Load() != 1 || polls != 1 {
			t.Errorf("%v; dropped %d times, polled %d times", err, d.Drops.Load(), polls)
		}
		return nil
	}, tasktest.Quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

// A function that suspends switches to that of the next task. It first checks whether that
// task was aborted, and then the poll begins: an abort may come in between.
func TestAbortDuringTheSwitchFromOneFunctionToTheNextIsSeen(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("needs -tags invariants, or -race")
	}
	const n = 4
	for _, begun := range []bool{false, true} {
		for at := range n + 1 { // the functions that suspend, and the one that awaits them
			var handles []*edo.JoinHandle[edo.Unit]
			var wakers []edo.Waker
			steps := -1
			invariant.SetStep(func(point string) {
				if point != "task.suspend: before the CAS" || steps < 0 {
					return
				}
				if steps++; steps == at+1 {
					for _, h := range handles {
						h.Abort()
					}
				}
			})
			done := make(chan error, 1)
			go func() {
				done <- edo.Run(func(task *edo.Task) error {
					for range n {
						handles = append(handles, edo.Go(task, func(task *edo.Task) error {
							_, err := edo.Await(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
								wakers = append(wakers, cx.Waker())
								return 0, edo.Pending, nil
							}))
							return err
						}))
					}
					if begun {
						for range 3 {
							edo.Yield(task)
						}
						for _, w := range wakers {
							w.Wake()
						}
					}
					steps = 0
					for _, h := range handles {
						if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
							t.Error(err)
						}
					}
					return nil
				}, tasktest.Quiet(tasktest.CurrentThread))
			}()
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(time.Minute):
				t.Fatalf("functions had begun: %v; aborted as the one suspended that is number %d: hung", begun, at)
			}
			invariant.SetStep(nil)
		}
	}
}

func TestSpawnedAsyncThatItsSpawnerPollsEndsWithTheSpawner(t *testing.T) {
	ended := false
	err := edo.Run(func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			f := edo.Async(func(task *edo.Task) (int, error) {
				defer func() { ended = true }()
				return edo.Await(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }))
			})
			edo.Spawn(task, f)
			_, err := edo.Await(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
				f.Poll(cx) // and does not poll it again
				return 0, edo.Ready, nil
			}))
			return err
		})
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if !ended {
		t.Error("the function has not ended, and Run has: ", err)
	}
}
