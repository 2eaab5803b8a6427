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
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestFirstErrorOfAScopeCancelsTheSiblingsAndTheWaitsOfItsFunction(t *testing.T) {
	broken := errors.New("broken")
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var started, cleaned atomic.Int64
		var seen, later error
		err := scope.Run(task, func(s *scope.Scope) error {
			for range 5 {
				edo.Go(s, func(task *edo.Task) error {
					edo.Go(task, func(task *edo.Task) error {
						started.Add(1)
						defer cleaned.Add(1)
						_, err := edo.Await(task, tasktest.Forever{})
						return err
					})
					defer cleaned.Add(1)
					_, err := edo.Await(task, tasktest.Forever{})
					return err
				})
			}
			edo.Spawn(s, tasktest.Forever{})
			edo.Go(s, func(task *edo.Task) error {
				for started.Load() < 5 {
					edo.Yield(task)
				}
				return broken
			})
			_, seen = edo.Await(task, tasktest.Forever{})
			later = edo.Yield(task)
			return seen
		})
		if err != broken {
			t.Errorf("the scope returned %v", err)
		}
		for _, err := range []error{seen, later} {
			if !errors.Is(err, edo.ErrCancelled) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "broken") {
				t.Errorf("its function got %v", err)
			}
		}
		if n := cleaned.Load(); n != 10 {
			t.Errorf("%d of 10 functions have cleaned up", n)
		}
		if err := edo.Yield(task); err != nil {
			t.Errorf("after the scope: %v", err)
		}
		return task.Err()
	})
}

func TestErrorOfTheFunctionOfAScopeCancelsItsTasks(t *testing.T) {
	broken := errors.New("broken")
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var h *edo.JoinHandle[int]
		err := scope.Run(task, func(s *scope.Scope) error {
			h = edo.Spawn(s, tasktest.Forever{})
			return broken
		})
		if err != broken || !h.Finished() {
			t.Errorf("%v; finished: %v", err, h.Finished())
		}
		return nil
	})
}

func TestCancelledScopeWaitsForItsTasksAndReturnsErrCancelled(t *testing.T) {
	kinds := map[string]func(task *edo.Task, fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit]{
		"direct": func(task *edo.Task, fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit] { return edo.Go(task, fn) },
		"nested": func(task *edo.Task, fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit] {
			return edo.Spawn(task, edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) }))
		},
		"blocking": func(task *edo.Task, fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit] {
			return edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) })
		},
	}
	for name, spawn := range kinds {
		for _, returned := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " whose function has returned: ", returned), func(t *testing.T) {
				tasktest.RunOnAll(t, func(task *edo.Task) error {
					var started, ended atomic.Bool
					h := spawn(task, func(task *edo.Task) error {
						err := scope.Run(task, func(s *scope.Scope) error {
							edo.Go(s, func(task *edo.Task) error {
								started.Store(true)
								_, err := edo.Await(task, tasktest.Forever{})
								edo.Shielded(task, func(task *edo.Task) error { tasktest.YieldTimes(task, 20); return nil })
								ended.Store(true)
								return err
							})
							if returned {
								return nil
							}
							_, err := edo.Await(task, tasktest.Forever{})
							return err
						})
						if err != edo.ErrCancelled || !ended.Load() {
							t.Errorf("got %v; the task had ended: %v", err, ended.Load())
						}
						return err
					})
					for !started.Load() {
						edo.Yield(task)
					}
					tasktest.YieldTimes(task, 5)
					h.Abort()
					if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
						t.Errorf("the task gave %v", err)
					}
					return nil
				})
			})
		}
	}
}

func TestScopeOfACancelledTaskDoesNotBegin(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Await(task, tasktest.Forever{})
			return scope.Run(task, func(*scope.Scope) error { t.Error("it began"); return nil })
		})
		tasktest.YieldTimes(task, 5)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Error(err)
		}
		return nil
	})
}

func TestCancellationReachesInnerScopesAndNotOuterOnes(t *testing.T) {
	broken := errors.New("broken")
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var inner error
		var begun, depth atomic.Int64
		err := scope.Run(task, func(out *scope.Scope) error {
			edo.Go(out, func(task *edo.Task) error { // a scope in a task of a scope
				return scope.Run(task, func(in *scope.Scope) error {
					edo.Go(in, func(task *edo.Task) error {
						begun.Add(1)
						defer depth.Add(1)
						_, err := edo.Await(task, tasktest.Forever{})
						return err
					})
					return nil
				})
			})
			edo.Go(out, func(task *edo.Task) error {
				for begun.Load() < 2 {
					edo.Yield(task)
				}
				return broken
			})
			inner = scope.Run(task, func(in *scope.Scope) error { // a scope in the function of a scope
				edo.Go(in, func(task *edo.Task) error {
					begun.Add(1)
					defer depth.Add(1)
					_, err := edo.Await(task, tasktest.Forever{})
					return err
				})
				return nil
			})
			return inner
		})
		if err != broken || !errors.Is(inner, edo.ErrCancelled) || depth.Load() != 2 {
			t.Errorf("outer %v, inner %v, %d cancelled", err, inner, depth.Load())
		}
		return nil
	})
}

func TestErrorOfAnInnerScopeDoesNotReachTheOuterOne(t *testing.T) {
	broken := errors.New("broken")
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		return scope.Run(task, func(out *scope.Scope) error {
			h := edo.Spawn(out, tasktest.Forever{})
			err := scope.Run(task, func(in *scope.Scope) error {
				edo.Go(in, func(task *edo.Task) error { return broken })
				_, err := edo.Await(task, tasktest.Forever{})
				return err
			})
			if err != broken || h.Finished() || edo.Yield(task) != nil {
				t.Errorf("got %v; sibling ended: %v", err, h.Finished())
			}
			h.Abort()
			return nil
		})
	})
}

func TestScopeCancelIsNoError(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			edo.Spawn(s, tasktest.Forever{})
			edo.Go(s, func(*edo.Task) error { s.Cancel(); s.Cancel(); return nil })
			_, err := edo.Await(task, tasktest.Forever{})
			if !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("its function got %v", err)
			}
			late := edo.Spawn(s, tasktest.Forever{})
			edo.Shielded(task, func(task *edo.Task) error {
				if _, err := late.Await(task); !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("a task that was spawned afterwards got %v", err)
				}
				return nil
			})
			return err
		})
	})
}

func TestScopeCancelsTheContextOfItsFunction(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		outer := task.Context()
		var inner context.Context
		_, err := edo.Blocking(task, func(task *edo.Task) (int, error) {
			return 0, scope.Run(task, func(s *scope.Scope) error {
				inner = task.Context()
				if inner != task.Context() || inner.Err() != nil {
					t.Error("another context, or one that has ended")
				}
				edo.Go(s, func(*edo.Task) error { s.Cancel(); return nil })
				<-inner.Done()
				if !errors.Is(task.Err(), edo.ErrCancelled) {
					t.Errorf("Err is %v", task.Err())
				}
				return nil
			})
		}).Await(task)
		if task.Context() != outer || outer.Err() != nil {
			t.Error("the scope has ended the context around it")
		}
		scope.Run(task, func(*scope.Scope) error { inner = task.Context(); return nil })
		if inner.Err() == nil {
			t.Error("the context of a scope that has ended goes on")
		}
		return err
	})
}

// The functions see the cancellation, and wait again to clean up. These waits must not keep
// the worker from the tasks that end them.
func TestFunctionsOfAJoinTaskInACancelledScopeCleanUp(t *testing.T) {
	for name, cancel := range map[string]func(s *scope.Scope, h *edo.JoinHandle[edo.Unit]){
		"scope": func(s *scope.Scope, h *edo.JoinHandle[edo.Unit]) { s.Cancel() },
		"task":  func(s *scope.Scope, h *edo.JoinHandle[edo.Unit]) { h.Abort() },
	} {
		t.Run(name, func(t *testing.T) {
			tasktest.RunOnAll(t, func(task *edo.Task) error {
				var opened atomic.Pointer[scope.Scope]
				var started, cleaned atomic.Int64
				fn := func(task *edo.Task) (int, error) {
					started.Add(1)
					_, err := edo.Await(task, tasktest.Forever{})
					edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) })
					cleaned.Add(1)
					return 0, err
				}
				h := edo.Go(task, func(task *edo.Task) error {
					return scope.Run(task, func(s *scope.Scope) error {
						opened.Store(s)
						_, err := future.JoinTask(task, fn, fn)
						return err
					})
				})
				for started.Load() < 2 {
					edo.Yield(task)
				}
				cancel(opened.Load(), h)
				if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) || cleaned.Load() != 2 {
					t.Errorf("got %v; %d of 2 have cleaned up", err, cleaned.Load())
				}
				return nil
			})
		})
	}
}

func TestFunctionOfAScopeThatFailsWithErrCancelledHasFailed(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		var sibling *edo.JoinHandle[int]
		err := scope.Run(task, func(s *scope.Scope) error {
			sibling = edo.Spawn(s, tasktest.Forever{})
			aborted := edo.Spawn(s, tasktest.Forever{})
			aborted.Abort()
			_, err := aborted.Await(task)
			return err // the scope was not cancelled
		})
		if err != edo.ErrCancelled || !sibling.Finished() {
			t.Errorf("got %v; sibling ended: %v", err, sibling.Finished())
		}
		return nil
	})
}

func TestContextThatIsMadeInACancelledScopeHasEnded(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			s.Cancel()
			if cause := context.Cause(task.Context()); !errors.Is(cause, edo.ErrCancelled) {
				t.Errorf("it ended with %v", cause)
			}
			return nil
		})
	})
}

// The function is first polled as a branch of the race. After the race has dropped it, the
// task polls it, and a cancellation must wake the task.
func TestScopeWakesAFunctionThatHasLostARace(t *testing.T) {
	ends := func(err error) func(task *edo.Task) error {
		return func(task *edo.Task) error {
			timer.Sleep(task, time.Minute)
			return err
		}
	}
	waits := func(task *edo.Task) error {
		_, err := edo.Await(task, tasktest.Forever{})
		return err
	}
	for _, c := range []struct {
		name  string
		opts  []scope.Option
		spawn func(task *edo.Task) error
		fn    func(task *edo.Task) error
		want  error
	}{
		{"error", nil, ends(edo.ErrEmpty), waits, edo.ErrEmpty},
		{"deadline", []scope.Option{scope.Timeout(time.Minute)}, ends(nil), waits, context.DeadlineExceeded},
		{"end", nil, ends(nil), func(*edo.Task) error { return nil }, nil},
	} {
		err := sim.Run(1, func(task *edo.Task) error {
			begin := timer.Now(task)
			got, took := errors.New("nothing"), time.Duration(0)
			cleaning := edo.Async(func(task *edo.Task) (int, error) {
				return 0, edo.Shielded(task, func(task *edo.Task) error {
					got = scope.Run(task, func(s *scope.Scope) error {
						edo.Go(s, c.spawn)
						return c.fn(task)
					}, c.opts...)
					took = timer.Now(task).Sub(begin)
					return nil
				})
			})
			_, err := edo.Await(task, future.Race(cleaning, edo.Async(func(task *edo.Task) (int, error) {
				return 0, timer.Sleep(task, time.Second)
			})))
			timer.Sleep(task, time.Hour)
			if !errors.Is(got, c.want) || took != time.Minute {
				return fmt.Errorf("the scope gave %v after %v", got, took)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
