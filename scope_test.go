package edo_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// runs runs main on all kinds of runtimes, and requires that it succeeds.
func runs(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		if err := edo.Run(main, opt); err != nil {
			t.Error(err)
		}
	})
}

// pass yields n times, and ignores that it was cancelled.
func pass(task *edo.Task, n int) {
	for range n {
		edo.Yield(task)
	}
}

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

func TestFirstErrorOfAScopeCancelsTheSiblingsAndTheWaitsOfItsFunction(t *testing.T) {
	broken := errors.New("broken")
	runs(t, func(task *edo.Task) error {
		var started, cleaned atomic.Int64
		var seen, later error
		err := edo.WithScope(task, func(s *edo.Scope) error {
			for range 5 {
				edo.Go(s, func(task *edo.Task) error {
					edo.Go(task, func(task *edo.Task) error {
						started.Add(1)
						defer cleaned.Add(1)
						_, err := edo.Await(task, forever{})
						return err
					})
					defer cleaned.Add(1)
					_, err := edo.Await(task, forever{})
					return err
				})
			}
			edo.Spawn(s, forever{})
			edo.Go(s, func(task *edo.Task) error {
				for started.Load() < 5 {
					edo.Yield(task)
				}
				return broken
			})
			_, seen = edo.Await(task, forever{})
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
	runs(t, func(task *edo.Task) error {
		var h *edo.JoinHandle[int]
		err := edo.WithScope(task, func(s *edo.Scope) error {
			h = edo.Spawn(s, forever{})
			return broken
		})
		if err != broken || !h.Finished() {
			t.Errorf("%v; finished: %v", err, h.Finished())
		}
		return nil
	})
}

func TestErrorsOfAScopeAreJoinedAndCountAsJoined(t *testing.T) {
	var told atomic.Int64
	first, second := errors.New("first"), errors.New("second")
	err := edo.Run(func(task *edo.Task) error {
		err := edo.WithScope(task, func(s *edo.Scope) error {
			edo.Go(s, func(task *edo.Task) error { pass(task, 5); return first })
			edo.Go(s, func(task *edo.Task) error {
				edo.Await(task, forever{})
				return second
			})
			edo.Go(s, func(task *edo.Task) error {
				edo.Await(task, forever{})
				panic("third")
			}, edo.Name("the third"))
			edo.Go(s, func(task *edo.Task) error {
				_, err := edo.Await(task, forever{})
				return fmt.Errorf("reading: %w", err)
			})
			_, err := edo.Await(task, forever{})
			return err
		})
		var p *edo.PanicError
		if !errors.Is(err, first) || !errors.Is(err, second) || !errors.As(err, &p) || p.Task != "the third" || len(p.Stack) == 0 {
			t.Errorf("the scope returned %v", err)
		}
		if errors.Is(err, edo.ErrCancelled) || !strings.HasPrefix(err.Error(), "first") {
			t.Errorf("the scope returned %v", err)
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(error) { told.Add(1) }}))
	if err != nil || told.Load() != 0 {
		t.Errorf("Run returned %v; OnError was told %d times", err, told.Load())
	}
}

func TestScopeKeepsTheFirst32ErrorsAndCountsTheRest(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		err := edo.WithScope(task, func(s *edo.Scope) error {
			for i := range 40 {
				edo.Blocking(s, func(*edo.Task) (int, error) { return 0, fmt.Errorf("failure %d", i) })
			}
			for range 40 {
				edo.Spawn(s, panicsInDrop{})
			}
			return nil
		})
		if n := strings.Count(err.Error(), "failure") + strings.Count(err.Error(), "panicked: in drop"); n != 32 {
			t.Errorf("%d are named", n)
		}
		if !strings.Contains(err.Error(), "more tasks of the scope failed") {
			t.Error(err)
		}
		return nil
	})
}

func TestAbortedTaskOfAScopeHasNotFailed(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		return edo.WithScope(task, func(s *edo.Scope) error {
			one := edo.Spawn(s, forever{})
			two := edo.Go(s, func(task *edo.Task) error {
				_, err := one.Await(task) // a sibling
				if !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("its sibling got %v", err)
				}
				return nil
			})
			one.Abort()
			_, err := two.Await(task)
			return err
		})
	})
}

func TestTaskOfAScopeThatAbortsItselfHasNotFailed(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		return edo.WithScope(task, func(s *edo.Scope) error {
			var self atomic.Pointer[edo.JoinHandle[edo.Unit]]
			h := edo.Go(s, func(task *edo.Task) error {
				for self.Load() == nil {
					edo.Yield(task)
				}
				self.Load().Abort()
				return edo.Yield(task)
			})
			self.Store(h)
			return nil
		})
	})
}

func TestPanicInTheFunctionOfAScopeCancelsAwaitsAndGoesOnUp(t *testing.T) {
	for name, end := range map[string]func(){
		"panic":  func() { panicOnPurpose("on purpose") },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			onAll(t, func(t *testing.T, opt edo.RunOption) {
				var started, cleaned atomic.Int64
				clean := func(task *edo.Task) error {
					started.Add(1)
					defer cleaned.Add(1)
					_, err := edo.Await(task, forever{})
					edo.Shielded(task, func(task *edo.Task) error { pass(task, 5); return nil })
					return err
				}
				fn := func(task *edo.Task) error {
					return edo.WithScope(task, func(s *edo.Scope) error {
						started.Store(0)
						for range 3 {
							edo.Go(s, clean)
						}
						for started.Load() < 3 {
							edo.Yield(task)
						}
						end()
						return nil
					})
				}
				err := edo.Run(func(task *edo.Task) error {
					_, err := edo.Go(task, fn).Await(task)
					if cleaned.Load() != 3 {
						t.Errorf("%d of 3 tasks had ended", cleaned.Load())
					}
					_, err2 := edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, fn(task) }).Await(task)
					if cleaned.Load() != 6 {
						t.Errorf("blocking: %d of 3 tasks had ended", cleaned.Load()-3)
					}
					for _, err := range []error{err, err2} {
						var p *edo.PanicError
						if name == "panic" && (!errors.As(err, &p) || !strings.Contains(string(p.Stack), "panicOnPurpose")) {
							t.Errorf("got %v", err)
						}
						if name == "Goexit" && (err == nil || !strings.Contains(err.Error(), "Goexit")) {
							t.Errorf("got %v", err)
						}
					}
					return nil
				}, opt)
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestErrorsOfAScopeWhoseFunctionPanickedAreReported(t *testing.T) {
	broken := errors.New("broken")
	var told error
	err := edo.Run(func(task *edo.Task) error {
		defer func() { recover() }()
		return edo.WithScope(task, func(s *edo.Scope) error {
			edo.Go(s, func(task *edo.Task) error { return broken })
			pass(task, 5)
			panic("on purpose")
		})
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(err error) { told = err }}))
	if !errors.Is(err, broken) || !errors.Is(told, broken) {
		t.Errorf("Run returned %v, OnError was told %v", err, told)
	}
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
				runs(t, func(task *edo.Task) error {
					var started, ended atomic.Bool
					h := spawn(task, func(task *edo.Task) error {
						err := edo.WithScope(task, func(s *edo.Scope) error {
							edo.Go(s, func(task *edo.Task) error {
								started.Store(true)
								_, err := edo.Await(task, forever{})
								edo.Shielded(task, func(task *edo.Task) error { pass(task, 20); return nil })
								ended.Store(true)
								return err
							})
							if returned {
								return nil
							}
							_, err := edo.Await(task, forever{})
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
					pass(task, 5)
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
	runs(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Await(task, forever{})
			return edo.WithScope(task, func(*edo.Scope) error { t.Error("it began"); return nil })
		})
		pass(task, 5)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Error(err)
		}
		return nil
	})
}

func TestScopesInScopes(t *testing.T) {
	broken := errors.New("broken")
	runs(t, func(task *edo.Task) error {
		var inner error
		var begun, depth atomic.Int64
		err := edo.WithScope(task, func(out *edo.Scope) error {
			edo.Go(out, func(task *edo.Task) error { // a scope inside a task of a scope
				return edo.WithScope(task, func(in *edo.Scope) error {
					edo.Go(in, func(task *edo.Task) error {
						begun.Add(1)
						defer depth.Add(1)
						_, err := edo.Await(task, forever{})
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
			inner = edo.WithScope(task, func(in *edo.Scope) error { // and inside the function of one
				edo.Go(in, func(task *edo.Task) error {
					begun.Add(1)
					defer depth.Add(1)
					_, err := edo.Await(task, forever{})
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
	runs(t, func(task *edo.Task) error {
		return edo.WithScope(task, func(out *edo.Scope) error {
			h := edo.Spawn(out, forever{})
			err := edo.WithScope(task, func(in *edo.Scope) error {
				edo.Go(in, func(task *edo.Task) error { return broken })
				_, err := edo.Await(task, forever{})
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
			edo.Go(task, again(20)) // not of the scope
			done := make(chan struct{})
			go func() { edo.Go(s, again(20)); close(done) }() // no task at all
			edo.Blocking(task, func(*edo.Task) (int, error) { <-done; return 0, nil }).Await(task)
			return nil
		})
		if ran.Load() != 42 {
			t.Errorf("%d ran", ran.Load())
		}
		return err
	})
}

func TestScopeCancelIsNoError(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		return edo.WithScope(task, func(s *edo.Scope) error {
			edo.Spawn(s, forever{})
			edo.Go(s, func(*edo.Task) error { s.Cancel(); s.Cancel(); return nil })
			_, err := edo.Await(task, forever{})
			if !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("its function got %v", err)
			}
			late := edo.Spawn(s, forever{})
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
	runs(t, func(task *edo.Task) error {
		outer := task.Context()
		var inner context.Context
		_, err := edo.Blocking(task, func(task *edo.Task) (int, error) {
			return 0, edo.WithScope(task, func(s *edo.Scope) error {
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
		edo.WithScope(task, func(*edo.Scope) error { inner = task.Context(); return nil })
		if inner.Err() == nil {
			t.Error("the context of a scope that has ended goes on")
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

func TestScopeDeadlineCancelsAndNamesTheTasksThatHadNotEnded(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  edo.ScopeOption
	}{
		{"timeout", edo.ScopeTimeout(time.Hour)},
		{"deadline", edo.ScopeDeadline(time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC))},
	} {
		for _, returned := range []bool{false, true} {
			err := sim.Run(1, func(task *edo.Task) error {
				begin := timer.Now(task)
				err := edo.WithScope(task, func(s *edo.Scope) error {
					edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) }, edo.Name("quick"))
					edo.Go(s, func(task *edo.Task) error {
						err := timer.Sleep(task, 2*time.Hour)
						return errors.Join(err, edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Second) }))
					}, edo.Name("slow"))
					edo.Spawn(s, forever{}, edo.Name("stuck"))
					if returned {
						return nil
					}
					return timer.Sleep(task, 3*time.Hour)
				}, c.opt)
				var late *edo.ScopeTimeoutError
				if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &late) || errors.Is(err, edo.ErrCancelled) {
					return fmt.Errorf("got %w", err)
				}
				slices.Sort(late.Tasks)
				if !slices.Equal(late.Tasks, []string{"slow", "stuck"}) || late.More != 0 {
					return fmt.Errorf("named %q and %d more", late.Tasks, late.More)
				}
				if d := timer.Now(task).Sub(begin); d != time.Hour+time.Second {
					return fmt.Errorf("it took %v", d)
				}
				return edo.Yield(task)
			})
			if err != nil {
				t.Errorf("%s, function returned: %v: %v", c.name, returned, err)
			}
		}
	}
}

func TestScopeThatIsOverBeforeItsDeadlineDoesNotWaitForIt(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		begin := timer.Now(task)
		err := edo.WithScope(task, func(s *edo.Scope) error {
			edo.Go(s, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) })
			return nil
		}, edo.ScopeTimeout(time.Hour))
		if err != nil {
			return err
		}
		if d := timer.Now(task).Sub(begin); d != time.Minute {
			return fmt.Errorf("it took %v", d)
		}
		return timer.Sleep(task, 2*time.Hour) // nothing comes of the deadline
	})
	if err != nil {
		t.Error(err)
	}
}

func TestScopeNamesSixteenTasksAndCountsTheRest(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		err := edo.WithScope(task, func(s *edo.Scope) error {
			for i := range 20 {
				edo.Spawn(s, forever{}, edo.Name(fmt.Sprint("task ", i)))
			}
			return nil
		}, edo.ScopeTimeout(time.Second))
		var late *edo.ScopeTimeoutError
		if !errors.As(err, &late) || len(late.Tasks) != 16 || late.More != 4 || !strings.HasSuffix(err.Error(), ", and 4 more") {
			return fmt.Errorf("got %w", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
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

// A panic in the poll of what the function awaits goes through the scope.
func TestScopeAndAPanicInAPoll(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			return edo.WithScope(task, func(s *edo.Scope) error {
				edo.Spawn(s, forever{})
				_, err := edo.Await(task, pollFunc[int](func(*edo.Context) (int, edo.Poll, error) { panic("in a poll") }))
				return err
			})
		}).Await(task)
		var p *edo.PanicError
		if !errors.As(err, &p) || p.Value != "in a poll" {
			t.Errorf("got %v", err)
		}
		return nil
	})
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
