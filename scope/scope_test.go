package scope_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/scope"
)

func TestScopeReturnsWhenAllItsTasksAndTheirsHaveEnded(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var ended atomic.Int64
		var handles []*edo.JoinHandle[edo.Unit]
		err := scope.Run(task, func(s *scope.Scope) error {
			for range 10 {
				handles = append(handles, edo.Go(s, func(task *edo.Task) error {
					tasktest.YieldTimes(task, 3)
					edo.Go(task, func(task *edo.Task) error { // a child of a child
						tasktest.YieldTimes(task, 3)
						edo.Spawn(task, edo.Async(func(task *edo.Task) (int, error) {
							tasktest.YieldTimes(task, 3)
							edo.Blocking(task, func(task *edo.Task) (int, error) {
								tasktest.YieldTimes(task, 3)
								ended.Add(1)
								return 0, nil
							})
							ended.Add(1)
							return 0, nil
						}))
						ended.Add(1)
						return nil
					})
					ended.Add(1)
					return nil
				}))
			}
			return nil
		})
		if err != nil || ended.Load() != 40 {
			t.Errorf("err %v, %d tasks ended, want 40", err, ended.Load())
		}
		for _, h := range handles {
			if !h.Finished() {
				t.Error("a handle that has not resolved")
			}
		}
		return nil
	})
}

func TestTaskThatIsSpawnedOutsideOfAScopeDoesNotBelongToIt(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var outside *edo.JoinHandle[int]
		err := scope.Run(task, func(s *scope.Scope) error {
			outside = edo.Spawn(task, tasktest.Forever{}) // by the Task of its function, not by the scope
			edo.Go(s, func(task *edo.Task) error { return edo.Yield(task) })
			return nil
		})
		if err != nil || outside.Finished() {
			t.Errorf("err %v; finished: %v", err, outside.Finished())
		}
		outside.Abort()
		return nil
	})
}

func TestScopeThatHasEndedSpawnsNoMore(t *testing.T) {
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var s *scope.Scope
			scope.Run(task, func(scope *scope.Scope) error { s = scope; return nil })
			d := &tasktest.Dropped{}
			h := edo.Spawn(s, d)
			_, err := h.Await(task)
			if !errors.Is(err, edo.ErrClosed) || !strings.HasPrefix(err.Error(), "scope: spawn in a scope that has ended") || d.Drops.Load() != 1 {
				t.Errorf("%v; dropped %d times", err, d.Drops.Load())
			}
			s.Cancel()
			return edo.Yield(task)
		}, opt)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestOtherTasksAndGoroutinesSpawnInAScopeWhileItIsOpen(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var ran atomic.Int64
		err := scope.Run(task, func(s *scope.Scope) error {
			var again func(left int) func(task *edo.Task) error
			again = func(left int) func(task *edo.Task) error {
				return func(*edo.Task) error {
					ran.Add(1)
					if left > 0 {
						edo.Go(s, again(left-1))
					}
					return nil
				}
			}
			outside := edo.Go(task, again(20)) // no task of the scope, which may end before this one runs
			done := make(chan struct{})
			go func() { edo.Go(s, again(20)); close(done) }() // a goroutine that is no task
			edo.Blocking(task, func(*edo.Task) (int, error) { <-done; return 0, nil }).Await(task)
			_, err := outside.Await(task)
			return err
		})
		if ran.Load() != 42 {
			t.Errorf("%d ran", ran.Load())
		}
		return err
	})
}

func TestScopeInBlock(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err = edo.Block(rt, context.Background(), func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error { tasktest.YieldTimes(task, 10); return broken })
			_, err := edo.Await(task, tasktest.Forever{})
			return err
		})
	})
	if err != broken {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended atomic.Bool
	err = edo.Block(rt, ctx, func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error {
				cancel()
				_, err := edo.Await(task, tasktest.Forever{})
				edo.Shielded(task, func(task *edo.Task) error { tasktest.YieldTimes(task, 10); return nil })
				ended.Store(true)
				return err
			})
			return nil
		})
	})
	if !errors.Is(err, edo.ErrCancelled) || !ended.Load() {
		t.Errorf("got %v; ended %v", err, ended.Load())
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

// A scope in a branch that has a waker of its own must wake that branch.
func TestScopeWorksOnAMockTask(t *testing.T) {
	task := edotest.NewTask()
	var s *scope.Scope
	broken := errors.New("broken")
	f := edo.Async(func(task *edo.Task) (int, error) {
		return 1, scope.Run(task, func(scope *scope.Scope) error {
			s = scope
			_, err := edo.Await(task, tasktest.Forever{})
			return errors.Join(broken, err)
		})
	})
	edotest.RequirePending(t, task, f)
	s.Cancel()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireError(t, task, f, broken)
	timed := edo.Async(func(task *edo.Task) (int, error) {
		return 1, scope.Run(task, func(*scope.Scope) error { return nil }, scope.Timeout(time.Second))
	})
	if _, p, err := edotest.Poll(task, timed); p != edo.Ready || err == nil || !strings.Contains(err.Error(), "needs a runtime") {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestAHundredThousandTasksInAScope(t *testing.T) {
	n := 100_000
	if invariant.Enabled {
		n = 20_000
	}
	broken := errors.New("broken")
	for _, workers := range []int{1, 4} {
		err := edo.Run(func(task *edo.Task) error {
			d := &tasktest.Dropped{}
			err := scope.Run(task, func(s *scope.Scope) error {
				for i := range n {
					if i%2 == 0 {
						edo.Spawn(s, d)
					} else {
						edo.Spawn(s, tasktest.ReadyUnit{})
					}
				}
				return broken
			})
			if err != broken || d.Drops.Load() != int64(n/2) {
				t.Errorf("%v; %d dropped", err, d.Drops.Load())
			}
			return nil
		}, tasktest.Quiet(edo.Config{Workers: workers}))
		if err != nil {
			t.Error(err)
		}
	}
}

// The runtime has stopped while the scope, in a Block, is still open.
func TestScopeWhoseTaskIsRefusedEnds(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	err = edo.Block(rt, context.Background(), func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			go rt.Wait()
			edo.Await(task, tasktest.Forever{})
			for _, h := range []*edo.JoinHandle[int]{
				edo.Spawn(s, tasktest.Forever{}),
				edo.Blocking(s, func(*edo.Task) (int, error) { return 0, nil }),
			} {
				if !h.Finished() {
					t.Error("a task on a runtime that has stopped")
				}
			}
			return nil
		})
	})
	if !errors.Is(err, edo.ErrCancelled) || !errors.Is(err, edo.ErrShutdown) {
		t.Errorf("got %v", err)
	}
}

// When a scope has ended, the join sets of its tasks have their results.
func TestJoinSetHasTheResultsOfAScopeThatHasEnded(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		for range 500 {
			var set joinset.Set[int]
			err := scope.Run(task, func(s *scope.Scope) error {
				for range 3 {
					set.TrySpawn(s, tasktest.Seven{})
				}
				return nil
			})
			for range 3 {
				if _, p, _ := set.TryJoin(); p != edo.Ready {
					return fmt.Errorf("the set says %v: %w", p, errors.Join(err, edo.ErrEmpty))
				}
			}
		}
		return nil
	})
}
