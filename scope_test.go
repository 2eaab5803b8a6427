package edo_test

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
)

func TestScopeReturnsWhenAllItsTasksAndTheirsHaveEnded(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var ended atomic.Int64
		var handles []*edo.JoinHandle[edo.Unit]
		err := edo.WithScope(task, func(s *edo.Scope) error {
			for range 10 {
				handles = append(handles, edo.Go(s, func(task *edo.Task) error {
					pass(task, 3)
					edo.Go(task, func(task *edo.Task) error { // a child of a child
						pass(task, 3)
						edo.Spawn(task, edo.Async(func(task *edo.Task) (int, error) {
							pass(task, 3)
							edo.Blocking(task, func(task *edo.Task) (int, error) {
								pass(task, 3)
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

func TestScopeOfATaskIsNotThatOfOthersWhoSpawn(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var outside *edo.JoinHandle[int]
		err := edo.WithScope(task, func(s *edo.Scope) error {
			outside = edo.Spawn(task, forever{}) // by the Task of its function, not by the scope
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
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var s *edo.Scope
			edo.WithScope(task, func(scope *edo.Scope) error { s = scope; return nil })
			d := &dropped{}
			h := edo.Spawn(s, d)
			_, err := h.Await(task)
			if !errors.Is(err, edo.ErrClosed) || !strings.HasPrefix(err.Error(), "edo: spawn in a scope that has ended") || d.n.Load() != 1 {
				t.Errorf("%v; dropped %d times", err, d.n.Load())
			}
			s.Cancel()
			return edo.Yield(task)
		}, opt)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestScopeIsHandedToOtherTasksWhileItIsOpen(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		var ran atomic.Int64
		err := edo.WithScope(task, func(s *edo.Scope) error {
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
			outside := edo.Go(task, again(20)) // not of the scope, which may end before it runs
			done := make(chan struct{})
			go func() { edo.Go(s, again(20)); close(done) }() // no task at all
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
		return edo.WithScope(task, func(s *edo.Scope) error {
			edo.Go(s, func(task *edo.Task) error { pass(task, 10); return broken })
			_, err := edo.Await(task, forever{})
			return err
		})
	})
	if err != broken {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended atomic.Bool
	err = edo.Block(rt, ctx, func(task *edo.Task) error {
		return edo.WithScope(task, func(s *edo.Scope) error {
			edo.Go(s, func(task *edo.Task) error {
				cancel()
				_, err := edo.Await(task, forever{})
				edo.Shielded(task, func(task *edo.Task) error { pass(task, 10); return nil })
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
	var s *edo.Scope
	broken := errors.New("broken")
	f := edo.Async(func(task *edo.Task) (int, error) {
		return 1, edo.WithScope(task, func(scope *edo.Scope) error {
			s = scope
			_, err := edo.Await(task, forever{})
			return errors.Join(broken, err)
		})
	})
	edotest.RequirePending(t, task, f)
	s.Cancel()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireError(t, task, f, broken)
	timed := edo.Async(func(task *edo.Task) (int, error) {
		return 1, edo.WithScope(task, func(*edo.Scope) error { return nil }, edo.ScopeTimeout(time.Second))
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
			d := &dropped{}
			err := edo.WithScope(task, func(s *edo.Scope) error {
				for i := range n {
					if i%2 == 0 {
						edo.Spawn(s, d)
					} else {
						edo.Spawn(s, done{})
					}
				}
				return broken
			})
			if err != broken || d.n.Load() != int64(n/2) {
				t.Errorf("%v; %d dropped", err, d.n.Load())
			}
			return nil
		}, quiet(edo.Config{Workers: workers}))
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
		return edo.WithScope(task, func(s *edo.Scope) error {
			go rt.Wait()
			edo.Await(task, forever{})
			for _, h := range []*edo.JoinHandle[int]{
				edo.Spawn(s, forever{}),
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

// When a scope is over, so are the sets that its tasks are joined through.
func TestSetKnowsOfTheTasksOfAScopeThatHasEnded(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		for range 500 {
			var set edo.JoinSet[int]
			err := edo.WithScope(task, func(s *edo.Scope) error {
				for range 3 {
					set.TrySpawn(s, done7{})
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
