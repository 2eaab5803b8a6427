package edo_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// cleansUp waits, and when it is cancelled waits for clean-up as well.
func cleansUp(t *testing.T, started, cleaned *atomic.Int64) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		started.Add(1)
		outer := task.Context()
		_, first := edo.Await(task, tasktest.Forever{})
		err := edo.Shielded(task, func(task *edo.Task) error {
			if err := task.Err(); err != nil {
				t.Errorf("inside: Err is %v", err)
			}
			if ctx := task.Context(); ctx.Err() != nil || ctx != task.Context() {
				t.Errorf("inside: the context has ended: %v", ctx.Err())
			}
			if outer.Err() == nil {
				t.Error("the context outside goes on")
			}
			tasktest.YieldTimes(task, 5)
			if err := edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) }); err != nil {
				return err
			}
			_, err := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) }).Await(task)
			return err
		})
		if err != nil {
			t.Errorf("a wait inside gave %v", err)
		}
		if second := edo.Yield(task); first != edo.ErrCancelled || second != edo.ErrCancelled || task.Err() != edo.ErrCancelled {
			t.Errorf("before %v, afterwards %v and %v", first, second, task.Err())
		}
		if task.Context() != outer {
			t.Error("another context afterwards")
		}
		cleaned.Add(1)
		return first
	}
}

func TestShieldedWaitsOnInACancelledTask(t *testing.T) {
	nested := func(fn func(task *edo.Task) error) edo.Future[int] {
		return edo.Async(func(task *edo.Task) (int, error) { return 0, fn(task) })
	}
	// left leaves a function suspended, dropped or not.
	left := func(drop bool, fn func(task *edo.Task) error) func(task *edo.Task) error {
		return func(task *edo.Task) error {
			inner := nested(fn)
			_, err := edo.Await(task, tasktest.PollOnce(inner))
			if drop {
				edo.Drop(inner)
				tasktest.YieldTimes(task, 3)
			}
			return err
		}
	}
	for name, spawn := range map[string]func(task *edo.Task, fn func(task *edo.Task) error) (abort func(), join func() error){
		"whole task": func(task *edo.Task, fn func(task *edo.Task) error) (func(), func() error) {
			h := edo.Go(task, fn)
			return h.Abort, func() error { _, err := h.Await(task); return err }
		},
		"nested": func(task *edo.Task, fn func(task *edo.Task) error) (func(), func() error) {
			h := edo.Spawn(task, tasktest.PollFunc[int](nested(fn).Poll)) // without a Drop
			return h.Abort, func() error { _, err := h.Await(task); return err }
		},
		"blocking": func(task *edo.Task, fn func(task *edo.Task) error) (func(), func() error) {
			h := edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, fn(task) })
			return h.Abort, func() error { _, err := h.Await(task); return err }
		},
		"left suspended": func(task *edo.Task, fn func(task *edo.Task) error) (func(), func() error) {
			h := edo.Go(task, left(false, fn))
			return func() {}, func() error { _, err := h.Await(task); return err }
		},
		"dropped suspended": func(task *edo.Task, fn func(task *edo.Task) error) (func(), func() error) {
			h := edo.Go(task, left(true, fn))
			return func() {}, func() error { _, err := h.Await(task); return err }
		},
		"left suspended in a blocking task": func(task *edo.Task, fn func(task *edo.Task) error) (func(), func() error) {
			h := edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, left(false, fn)(task) })
			return func() {}, func() error { _, err := h.Await(task); return err }
		},
		"dropped suspended in a blocking task": func(task *edo.Task, fn func(task *edo.Task) error) (func(), func() error) {
			h := edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, left(true, fn)(task) })
			return func() {}, func() error { _, err := h.Await(task); return err }
		},
	} {
		t.Run(name, func(t *testing.T) {
			tasktest.RunOnAll(t, func(task *edo.Task) error {
				var started, cleaned atomic.Int64
				abort, join := spawn(task, cleansUp(t, &started, &cleaned))
				for started.Load() == 0 {
					edo.Yield(task)
				}
				tasktest.YieldTimes(task, 5)
				abort()
				if err := join(); err != nil && !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("got %v", err)
				}
				if cleaned.Load() != 1 {
					t.Error("the task ended before its function")
				}
				return nil
			})
		})
	}
}

func TestShieldedInBlock(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	for _, nested := range []bool{false, true} {
		var started, cleaned atomic.Int64
		fn := cleansUp(t, &started, &cleaned)
		ctx, cancel := context.WithCancel(context.Background())
		err = edo.Block(rt, ctx, func(task *edo.Task) error {
			if nested {
				_, err := edo.Await(task, tasktest.PollOnce(edo.Async(func(task *edo.Task) (int, error) { return 0, fn(task) })))
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				for started.Load() == 0 {
					edo.Yield(task)
				}
				cancel()
				return nil
			})
			return fn(task)
		})
		cancel()
		if err != nil && !errors.Is(err, edo.ErrCancelled) || cleaned.Load() != 1 {
			t.Errorf("nested %v: got %v; cleaned %d times", nested, err, cleaned.Load())
		}
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestShieldEndsWithAPanic(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Await(task, tasktest.Forever{})
			func() {
				defer func() { recover() }()
				edo.Shielded(task, func(*edo.Task) error { panic("inside") })
			}()
			return edo.Yield(task)
		})
		tasktest.YieldTimes(task, 5)
		h.Abort()
		if _, err := h.Await(task); err != edo.ErrCancelled {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestShieldIsOfTheCallersTaskAlone(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		_, err := edo.Go(task, func(*edo.Task) error {
			return edo.Shielded(task, func(*edo.Task) error { t.Error("it began"); return nil }) //edo:allow taskuse the error is what is tested
		}).Await(task)
		if err == nil || !strings.Contains(err.Error(), "used by") {
			t.Errorf("by a child: %v", err)
		}
		_, err = edo.Await(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
			return 0, edo.Ready, edo.Shielded(task, func(*edo.Task) error { t.Error("it began"); return nil })
		}))
		if err == nil || !strings.Contains(err.Error(), "in a poll nothing can wait") {
			t.Errorf("in a poll: %v", err)
		}
		return nil
	})
}

func TestScopeInsideAShieldIsNotCancelledWithTheTask(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var started atomic.Bool
		h := edo.Go(task, func(task *edo.Task) error {
			return edo.Shielded(task, func(task *edo.Task) error {
				return scope.Run(task, func(s *scope.Scope) error {
					edo.Go(s, func(task *edo.Task) error {
						started.Store(true)
						return timer.Sleep(task, 2*time.Millisecond)
					})
					return nil
				})
			})
		})
		for !started.Load() {
			edo.Yield(task)
		}
		h.Abort()
		_, err := h.Await(task)
		return err
	})
}

func TestShieldInsideAScopeHoldsBackItsCancellation(t *testing.T) {
	broken := errors.New("broken")
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		err := scope.Run(task, func(s *scope.Scope) error {
			h := edo.Go(s, func(*edo.Task) error { return broken })
			err := edo.Shielded(task, func(task *edo.Task) error {
				h.Await(task)
				return timer.Sleep(task, time.Millisecond)
			})
			if err != nil || !errors.Is(edo.Yield(task), edo.ErrCancelled) {
				t.Errorf("inside: %v", err)
			}
			return nil
		})
		if err != broken {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

// A shielded wait that cannot end stalls the simulator a second time, after it has cancelled
// all tasks. Then shields no longer hold back the cancellation.
func TestShieldsGiveWayToASecondStall(t *testing.T) {
	_, never := oneshot.New[int]()
	var got [3]error
	err := sim.Run(1, func(task *edo.Task) error {
		wait := func(i int) func(task *edo.Task) error {
			return func(task *edo.Task) error {
				edo.Await(task, tasktest.Forever{})
				got[i] = edo.Shielded(task, func(task *edo.Task) error {
					_, err := edo.Await(task, tasktest.Forever{})
					return err
				})
				return got[i]
			}
		}
		edo.Go(task, wait(0), edo.Name("shielded"))
		edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, wait(1)(task) })
		return scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, wait(2))
			_, err := never.Recv(task)
			return err
		})
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) {}}}))
	if err == nil || !strings.Contains(err.Error(), "nothing can happen any more") || !strings.Contains(err.Error(), "shielded") {
		t.Errorf("Run returned %v", err)
	}
	for i, err := range got {
		if !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("wait %d got %v", i, err)
		}
	}
}

func TestShieldedOnAMockTask(t *testing.T) {
	task := edotest.NewTask()
	g := &tasktest.Valve{}
	f := edo.Async(func(task *edo.Task) (int, error) {
		_, err := edo.Await(task, tasktest.Forever{})
		return 0, errors.Join(err, edo.Shielded(task, func(task *edo.Task) error {
			_, err := edo.Await(task, g)
			return err
		}))
	})
	edotest.RequirePending(t, task, f)
	edo.Drop(f)
	edotest.RequireWoken(t, task, 1)
	edotest.RequirePending(t, task, f) // it cleans up
	g.End(1, nil)
	edotest.RequireError(t, task, f, edo.ErrCancelled)
}

// The runtime does not wait for a Block. So the clean-up of a Block may wait for an event that
// cannot come any more.
func TestShieldsOfABlockGiveWayWhenItsRuntimeHasEnded(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	err = edo.Block(rt, context.Background(), func(task *edo.Task) error {
		return edo.Shielded(task, func(task *edo.Task) error {
			go rt.Shutdown(context.Background())
			return timer.Sleep(task, 300*time.Hour)
		})
	})
	if !errors.Is(err, edo.ErrCancelled) {
		t.Errorf("got %v", err)
	}
}

func TestShieldsHoldWhenAStallCancelsAllTasks(t *testing.T) {
	var cleaned bool
	sim.Run(1, func(task *edo.Task) error {
		_, err := edo.Await(task, tasktest.Forever{}) // until the stall
		cleaned = edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Second) }) == nil
		return err
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) {}}}))
	if !cleaned {
		t.Error("the first stall has broken the shield")
	}
}
