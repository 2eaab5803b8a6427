package scope_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
)

func TestErrorsOfAScopeAreJoinedAndCountAsJoined(t *testing.T) {
	var told atomic.Int64
	first, second := errors.New("first"), errors.New("second")
	err := edo.Run(func(task *edo.Task) error {
		err := scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error { tasktest.YieldTimes(task, 5); return first })
			edo.Go(s, func(task *edo.Task) error {
				edo.Await(task, tasktest.Forever{})
				return second
			})
			edo.Go(s, func(task *edo.Task) error {
				edo.Await(task, tasktest.Forever{})
				panic("third")
			}, edo.Name("the third"))
			edo.Go(s, func(task *edo.Task) error {
				_, err := edo.Await(task, tasktest.Forever{})
				return fmt.Errorf("reading: %w", err)
			})
			_, err := edo.Await(task, tasktest.Forever{})
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
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		err := scope.Run(task, func(s *scope.Scope) error {
			for i := range 40 {
				edo.Blocking(s, func(*edo.Task) (int, error) { return 0, fmt.Errorf("failure %d", i) })
			}
			for range 40 {
				edo.Spawn(s, tasktest.PanicsInDrop{})
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
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			one := edo.Spawn(s, tasktest.Forever{})
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
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
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

func TestPanicInTheFunctionOfAScopeCancelsTheTasksAndGoesOnAfterTheirEnd(t *testing.T) {
	for name, end := range map[string]func(){
		"panic":  func() { tasktest.PanicOnPurpose("on purpose") },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
				var started, cleaned atomic.Int64
				clean := func(task *edo.Task) error {
					started.Add(1)
					defer cleaned.Add(1)
					_, err := edo.Await(task, tasktest.Forever{})
					edo.Shielded(task, func(task *edo.Task) error { tasktest.YieldTimes(task, 5); return nil })
					return err
				}
				fn := func(task *edo.Task) error {
					return scope.Run(task, func(s *scope.Scope) error {
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
						if name == "panic" && (!errors.As(err, &p) || !strings.Contains(string(p.Stack), "PanicOnPurpose")) {
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
		return scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error { return broken })
			tasktest.YieldTimes(task, 5)
			panic("on purpose")
		})
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(err error) { told = err }}))
	if !errors.Is(err, broken) || !errors.Is(told, broken) {
		t.Errorf("Run returned %v, OnError was told %v", err, told)
	}
}

// A panic in the poll of a future that the function awaits goes through the scope.
func TestPanicInAPollGoesThroughAScope(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			return scope.Run(task, func(s *scope.Scope) error {
				edo.Spawn(s, tasktest.Forever{})
				_, err := edo.Await(task, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) { panic("in a poll") }))
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

func TestErrorThatTheFunctionOfAScopeHasJoinedIsReturnedOnce(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		for _, c := range []struct {
			name    string
			returns func(a, b error) error
			want    string
		}{
			{"itself", func(a, _ error) error { return a }, "first\nsecond"},
			{"wrapped", func(a, _ error) error { return fmt.Errorf("reading: %w", a) }, "reading: first\nsecond"},
			{"both", func(a, b error) error { return errors.Join(a, b) }, "first\nsecond"},
			{"another", func(a, _ error) error { return errors.New("another") }, "first\nsecond\nanother"},
			{"none", func(a, _ error) error { return nil }, "first\nsecond"},
		} {
			err := scope.Run(task, func(s *scope.Scope) error {
				var started atomic.Bool
				b := edo.Go(s, func(task *edo.Task) error {
					started.Store(true)
					edo.Await(task, tasktest.Forever{})
					return second
				})
				a := edo.Go(s, func(task *edo.Task) error {
					for !started.Load() {
						edo.Yield(task)
					}
					return first
				})
				return edo.Shielded(task, func(task *edo.Task) error {
					_, errA := a.Await(task)
					_, errB := b.Await(task)
					return c.returns(errA, errB)
				})
			})
			if err.Error() != c.want {
				t.Errorf("%s: got %q", c.name, err)
			}
		}
		return nil
	})
}

func TestErrorGotFromAHandleCancelsTheScopeAndThatOfACallDoesNot(t *testing.T) {
	busy := errors.New("busy")
	for name, try := range map[string]func(task *edo.Task) error{
		"Go": func(task *edo.Task) error {
			_, err := edo.Go(task, func(*edo.Task) error { return busy }).Await(task)
			return err
		},
		"Blocking": func(task *edo.Task) error {
			_, err := edo.Blocking(task, func(*edo.Task) (int, error) { return 0, busy }).Await(task)
			return err
		},
		"Call": func(task *edo.Task) error {
			_, err := edo.Call(task, func(context.Context) (int, error) { return 0, busy })
			return err
		},
		"Await of an Async": func(task *edo.Task) error {
			_, err := edo.Await(task, edo.Async(func(*edo.Task) (int, error) { return 0, busy }))
			return err
		},
	} {
		kept := name == "Call" || name == "Await of an Async"
		for where, within := range map[string]func(task *edo.Task, s *scope.Scope, fn func(task *edo.Task) error){
			"a task of the scope": func(_ *edo.Task, s *scope.Scope, fn func(*edo.Task) error) { edo.Go(s, fn) },
			"its tasks' tasks": func(_ *edo.Task, s *scope.Scope, fn func(*edo.Task) error) {
				edo.Go(s, func(task *edo.Task) error { edo.Go(task, fn); return nil })
			},
		} {
			tasktest.RunOnAll(t, func(task *edo.Task) error {
				err := scope.Run(task, func(s *scope.Scope) error {
					within(task, s, func(task *edo.Task) error {
						err := try(task)
						if kept && err != busy {
							t.Errorf("%s in %s: got %v", name, where, err)
						}
						if cancelled := edo.Yield(task) != nil; cancelled == kept {
							t.Errorf("%s in %s: the scope is cancelled: %v", name, where, cancelled)
						}
						return nil // the function has handled the error
					})
					return nil
				})
				if kept && err != nil || !kept && !errors.Is(err, busy) {
					t.Errorf("%s in %s: the scope returned %v", name, where, err)
				}
				return nil
			})
		}
	}
}

func TestCancellationOfAScopeWhoseFunctionPanickedIsNotReported(t *testing.T) {
	var told []error
	err := edo.Run(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			return scope.Run(task, func(*scope.Scope) error {
				edo.Await(task, tasktest.Forever{})
				panic("on purpose")
			})
		})
		tasktest.YieldTimes(task, 3)
		h.Abort()
		var p *edo.PanicError
		if _, err := h.Await(task); !errors.As(err, &p) {
			t.Errorf("got %v", err)
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(err error) { told = append(told, err) }}))
	if err != nil || told != nil {
		t.Errorf("Run returned %v, OnError was told %v", err, told)
	}
}

func TestSpawnInAScopeThatHasEndedIsReportedLikeAnyFailure(t *testing.T) {
	var told atomic.Int64
	err := edo.Run(func(task *edo.Task) error {
		var left *scope.Scope
		if err := scope.Run(task, func(s *scope.Scope) error { left = s; return nil }); err != nil {
			return err
		}
		edo.Go(left, func(*edo.Task) error { return nil })
		if _, err := edo.Await(task, edo.Go(left, func(*edo.Task) error { return nil })); !errors.Is(err, edo.ErrClosed) {
			t.Errorf("the handle has %v", err)
		}
		return nil
	}, edo.WithConfig(edo.Config{OnError: func(error) { told.Add(1) }}))
	if n := told.Load(); !errors.Is(err, edo.ErrClosed) || n != 2 {
		t.Errorf("Run returned %v; OnError was told %d times, want 2", err, n)
	}
}
