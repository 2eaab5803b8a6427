package scope_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

type traceKey struct{}

// The function waits for the context itself, in a call that is not edo's.
func TestDeadlineOfAScopeEndsTheContextWhereverTheFunctionIs(t *testing.T) {
	within := func(task *edo.Task) error {
		var outer context.Context
		err := scope.Run(task, func(s *scope.Scope) error {
			outer = task.Context()
			member := edo.Go(s, func(task *edo.Task) error {
				if _, ok := task.Context().Deadline(); !ok {
					t.Error("the context of a member knows no deadline")
				}
				_, err := edo.Await(task, tasktest.Forever{})
				return err
			})
			return scope.Run(task, func(*scope.Scope) error {
				at, ok := task.Context().Deadline()
				if want, _ := outer.Deadline(); !ok || !at.Equal(want) {
					t.Errorf("the context of the inner scope ends at %v, that of the outer one at %v", at, want)
				}
				derived, stop := context.WithCancel(task.Context())
				defer stop()
				<-derived.Done()
				if derived.Err() != context.DeadlineExceeded || !errors.Is(context.Cause(derived), context.DeadlineExceeded) {
					t.Errorf("it ended with %v, cause %v", derived.Err(), context.Cause(derived))
				}
				_, err := member.Await(task)
				if !errors.Is(err, edo.ErrCancelled) {
					t.Error("the wait after the deadline gave", err)
				}
				return nil
			})
		}, scope.Timeout(20*time.Millisecond))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error("the scope ended with", err)
		}
		if outer.Err() == nil {
			t.Error("the context of the scope goes on")
		}
		return task.Err()
	}
	for name, run := range map[string]func() error{
		"a task": func() error { return edo.Run(within) },
		"a task of one worker": func() error {
			return edo.Run(func(task *edo.Task) error { return within(task) }, edo.WithConfig(edo.Config{Workers: 1}))
		},
		"a blocking task": func() error {
			return edo.Run(func(task *edo.Task) error {
				_, err := edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, within(task) }).Await(task)
				return err
			})
		},
		"a block": func() error {
			rt, err := edo.New(edo.Config{})
			if err != nil {
				return err
			}
			return errors.Join(edo.Block(rt, context.Background(), within), rt.Shutdown(context.Background()))
		},
	} {
		if err := run(); err != nil {
			t.Errorf("in %s: %v", name, err)
		}
	}
}

func TestFunctionThatOverrunsTheDeadlineOfItsScopeHasTimedOut(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		late := scope.Run(task, func(*scope.Scope) error {
			return edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, 2*time.Second) })
		}, scope.Timeout(time.Second))
		if !errors.Is(late, context.DeadlineExceeded) {
			t.Error("it ended with", late)
		}
		return scope.Run(task, func(*scope.Scope) error { return timer.Sleep(task, time.Second) }, scope.Timeout(2*time.Second))
	})
	if err != nil {
		t.Error(err)
	}
}

func TestZeroTimeIsNoDeadline(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		return scope.Run(task, func(*scope.Scope) error {
			if at, ok := task.Context().Deadline(); ok {
				t.Error("it has the deadline", at)
			}
			return timer.Sleep(task, time.Hour)
		}, scope.Deadline(time.Time{}))
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDeadlineOfAScopeInTheSimulatorIsOnItsClock(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		begin := timer.Now(task)
		err := scope.Run(task, func(*scope.Scope) error {
			ctx := task.Context()
			if at, ok := ctx.Deadline(); !ok || at.Sub(begin) != time.Hour {
				t.Error("the deadline is", at)
			}
			err := timer.Sleep(task, 2*time.Hour)
			if ctx.Err() != context.DeadlineExceeded {
				t.Error("the context says", ctx.Err())
			}
			return err
		}, scope.Timeout(time.Hour))
		if !errors.Is(err, context.DeadlineExceeded) || timer.Now(task).Sub(begin) != time.Hour {
			t.Error(err, timer.Now(task).Sub(begin))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// The function waits for the end of a member in a call that is not edo's.
func TestCancellationReachesTheMembersOfInnerScopesWhereverTheFunctionIs(t *testing.T) {
	inner := func(task *edo.Task, depth int) error {
		told := make(chan struct{})
		var nest func(depth int) error
		nest = func(depth int) error {
			return scope.Run(task, func(s *scope.Scope) error {
				if depth > 0 {
					return nest(depth - 1)
				}
				edo.Go(s, func(task *edo.Task) error { return task.Cancelled() }, edo.OnEnd(func() { close(told) }))
				<-told
				return nil
			})
		}
		return nest(depth)
	}
	for name, run := range map[string]func(task *edo.Task, depth int) error{
		"the deadline of the outer scope": func(task *edo.Task, depth int) error {
			err := scope.Run(task, func(*scope.Scope) error { return inner(task, depth) }, scope.Timeout(time.Millisecond))
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Error("the outer scope ended with", err)
			}
			return nil
		},
		"a member of the outer scope that fails": func(task *edo.Task, depth int) error {
			broken := errors.New("broken")
			err := scope.Run(task, func(s *scope.Scope) error {
				edo.Go(s, func(*edo.Task) error { return broken })
				return inner(task, depth)
			})
			if !errors.Is(err, broken) {
				t.Error("the outer scope ended with", err)
			}
			return nil
		},
		"an abort of the task": func(task *edo.Task, depth int) error {
			h := edo.Go(task, func(task *edo.Task) error { return inner(task, depth) })
			b := edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, inner(task, depth) })
			if err := timer.Sleep(task, time.Millisecond); err != nil {
				return err
			}
			h.Abort()
			b.Abort()
			_, err := h.Await(task)
			_, err2 := b.Await(task)
			if !errors.Is(err, edo.ErrCancelled) || !errors.Is(err2, edo.ErrCancelled) {
				t.Errorf("they ended with %v and %v", err, err2)
			}
			return nil
		},
	} {
		for _, depth := range []int{0, 2} {
			err := edo.Run(func(task *edo.Task) error { return run(task, depth) }, edo.WithConfig(edo.Config{Workers: 2}))
			if err != nil {
				t.Errorf("%s, %d deep: %v", name, depth, err)
			}
		}
	}
}

func TestContextOfAMemberEndsAsThatOfItsScope(t *testing.T) {
	type ended struct{ err, cause error }
	var at [2]time.Time
	var known [2]bool
	var got [2]ended
	err := sim.Run(1, func(task *edo.Task) error {
		begin := timer.Now(task)
		err := scope.Run(task, func(s *scope.Scope) error {
			member := func(i int) func(task *edo.Task) error {
				return func(task *edo.Task) error {
					ctx := task.Context()
					at[i], known[i] = ctx.Deadline()
					derived, stop := context.WithCancel(ctx)
					defer stop()
					err := task.Cancelled()
					got[i] = ended{derived.Err(), context.Cause(derived)}
					return err
				}
			}
			edo.Go(s, member(0))
			return scope.Run(task, func(s *scope.Scope) error { // without a deadline of its own
				edo.Go(s, member(1))
				return task.Cancelled()
			})
		}, scope.Timeout(time.Hour))
		for i := range got {
			var late *scope.TimeoutError
			if !known[i] || at[i].Sub(begin) != time.Hour || got[i].err != context.DeadlineExceeded || !errors.As(got[i].cause, &late) {
				t.Errorf("member %d: deadline %v, ended with %v because of %v", i, at[i], got[i].err, got[i].cause)
			}
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error("the scope ended with", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTasksOfAScopeInABlockHaveTheValuesAndTheCauseOfItsContext(t *testing.T) {
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Shutdown(context.Background())
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), traceKey{}, 7))
	err = edo.Block(rt, ctx, func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error {
				ctx := task.Context()
				if v := ctx.Value(traceKey{}); v != 7 {
					t.Error("the value is", v)
				}
				cancel(why)
				err := task.Cancelled()
				if context.Cause(ctx) != why {
					t.Error("the cause is", context.Cause(ctx))
				}
				return err
			})
			return nil
		})
	})
	if !errors.Is(err, why) {
		t.Error("Block returned", err)
	}
}

func TestContextOfATaskOfAScopeInAShieldDoesNotEndWithTheTaskOutside(t *testing.T) {
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Shutdown(context.Background())
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), traceKey{}, 7), time.Hour)
	err = edo.Block(rt, ctx, func(task *edo.Task) error {
		return edo.Shielded(task, func(task *edo.Task) error {
			return scope.Run(task, func(s *scope.Scope) error {
				_, err := edo.Go(s, func(task *edo.Task) error {
					c := task.Context()
					if _, ok := c.Deadline(); ok || c.Value(traceKey{}) != 7 {
						t.Error("a deadline:", ok, "the value:", c.Value(traceKey{}))
					}
					cancel()
					if c.Err() != nil {
						t.Error("it has ended:", c.Err())
					}
					return nil
				}).Await(task)
				return err
			})
		})
	})
	if err != nil {
		t.Error("Block returned", err)
	}
}

func TestTasksOfAScopeInAShieldDoNotHaveTheDeadlineOutside(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		shielded := func(task *edo.Task) error {
			return scope.Run(task, func(s *scope.Scope) error {
				_, err := edo.Go(s, func(task *edo.Task) error {
					c := task.Context()
					if at, ok := c.Deadline(); !ok || at.Sub(timer.Now(task)) != time.Hour {
						t.Error("the deadline is", at, ok)
					}
					return timer.Sleep(task, time.Minute)
				}).Await(task)
				return err
			}, scope.Timeout(time.Hour))
		}
		return scope.Run(task, func(s *scope.Scope) error {
			_, err := edo.Go(s, func(task *edo.Task) error { return edo.Shielded(task, shielded) }).Await(task)
			return err
		}, scope.Timeout(time.Second))
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestContextDerivedWhileItsScopeIsCancelledEnds(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		for range 200 {
			err := scope.Run(task, func(s *scope.Scope) error {
				ctx := task.Context()
				var wg sync.WaitGroup
				var n atomic.Int32
				for range 3 {
					wg.Go(func() {
						for {
							derived, cancel := context.WithCancel(ctx)
							if ctx.Err() != nil {
								<-derived.Done()
								cancel()
								return
							}
							cancel()
							n.Add(1)
							runtime.Gosched() // on one processor the others would wait until Go takes it away
						}
					})
				}
				for n.Load() < 100 {
					runtime.Gosched()
				}
				s.Cancel()
				wg.Wait()
				return nil
			}, scope.Timeout(time.Hour))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
