package scope_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
)

// act is a part of a function in a scope, in both styles.
type act struct {
	direct func(task *edo.Task, s *scope.Scope) error
	step   func(task *edo.Task, st *edo.Step, s *scope.Scope) (done bool, err error)
}

// do is an act that does not wait.
func do(fn func(task *edo.Task, s *scope.Scope) error) act {
	return act{fn, func(task *edo.Task, _ *edo.Step, s *scope.Scope) (bool, error) { return true, fn(task, s) }}
}

// yields is an act that yields n times, and ignores errors if it is to.
func yields(n int, ignores bool) act {
	i := 0
	return act{
		func(task *edo.Task, _ *scope.Scope) error {
			for range n {
				if err := edo.Yield(task); err != nil && !ignores {
					return err
				}
			}
			return nil
		},
		func(task *edo.Task, _ *edo.Step, _ *scope.Scope) (bool, error) {
			for ; i < n; i++ {
				if done, err := edo.YieldStep(task); !done || err != nil && !ignores {
					return done, err
				}
			}
			i = 0
			return true, nil
		},
	}
}

// waits is an act that waits for ever.
var waits = act{
	func(task *edo.Task, _ *scope.Scope) error {
		_, err := edo.Await(task, edo.Future[int](tasktest.Forever{}))
		return err
	},
	func(task *edo.Task, _ *edo.Step, _ *scope.Scope) (bool, error) {
		done, _, err := edo.AwaitStep(task, edo.Future[int](tasktest.Forever{}))
		return done, err
	},
}

// run is an act that runs acts one after the other in a scope, and logs its result.
func run(stage *tasktest.Stage, name string, acts []act, opts ...scope.Option) act {
	i := 0
	return act{
		func(task *edo.Task, _ *scope.Scope) error {
			err := scope.Run(task, func(s *scope.Scope) error {
				for _, a := range acts {
					if err := a.direct(task, s); err != nil {
						return err
					}
				}
				return nil
			}, opts...)
			stage.Log("%s: %v; budget %d", name, err, inside.Task(task).Cx.Budget())
			return err
		},
		func(task *edo.Task, st *edo.Step, _ *scope.Scope) (bool, error) {
			done, err := scope.RunStep(task, st, func(task *edo.Task, st *edo.Step, s *scope.Scope) (bool, error) {
				for ; i < len(acts); i++ {
					if done, err := acts[i].step(task, st, s); !done || err != nil {
						return done, err
					}
				}
				return true, nil
			}, opts...)
			if done {
				i = 0
				stage.Log("%s: %v; budget %d", name, err, inside.Task(task).Cx.Budget())
			}
			return done, err
		},
	}
}

func TestAScopeInStepsDoesWhatItDoesInDirectStyle(t *testing.T) {
	boom := errors.New("boom")
	member := func(stage *tasktest.Stage, name string, n int, end func() error) act {
		return do(func(_ *edo.Task, s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error {
				for i := range n {
					if err := edo.Yield(task); err != nil {
						stage.Log("%s: %v after %d", name, err, i)
						return err
					}
				}
				stage.Log("%s ends", name)
				return end()
			}, edo.Name(name))
			return nil
		})
	}
	fine := func() error { return nil }
	fails := func() error { return boom }
	for name, program := range map[string]func(s *tasktest.Stage) act{
		"nothing": func(s *tasktest.Stage) act { return run(s, "run", nil) },
		"its function fails": func(s *tasktest.Stage) act {
			return run(s, "run", []act{do(func(*edo.Task, *scope.Scope) error { return boom })})
		},
		"waits for a member": func(s *tasktest.Stage) act { return run(s, "run", []act{member(s, "m", 3, fine), yields(1, false)}) },
		"a member fails": func(s *tasktest.Stage) act {
			return run(s, "run", []act{member(s, "m", 2, fails), member(s, "n", 9, fine), waits})
		},
		"a member panics": func(s *tasktest.Stage) act {
			return run(s, "run", []act{member(s, "m", 1, func() error { panic("of a member") }), yields(5, true)})
		},
		"cancelled by itself": func(s *tasktest.Stage) act {
			return run(s, "run", []act{member(s, "m", 4, fine), do(func(_ *edo.Task, s *scope.Scope) error { s.Cancel(); return nil }), waits})
		},
		"a deadline": func(s *tasktest.Stage) act {
			return run(s, "run", []act{member(s, "m", 2, fine), waits}, scope.Timeout(time.Second))
		},
		"a deadline that has passed": func(s *tasktest.Stage) act { return run(s, "run", []act{yields(1, false)}, scope.Timeout(-1)) },
		"one in another": func(s *tasktest.Stage) act {
			return run(s, "outer", []act{member(s, "m", 3, fails), run(s, "inner", []act{member(s, "n", 9, fine), waits})})
		},
		"the inner one fails": func(s *tasktest.Stage) act {
			return run(s, "outer", []act{member(s, "m", 7, fine), run(s, "inner", []act{member(s, "n", 2, fails), waits})})
		},
		"one after the other": func(s *tasktest.Stage) act {
			return run(s, "outer", []act{run(s, "a", []act{member(s, "m", 2, fine)}), run(s, "b", []act{member(s, "n", 2, fine)})})
		},
		"its function panics": func(s *tasktest.Stage) act {
			return run(s, "run", []act{member(s, "m", 3, fine), yields(1, false), do(func(*edo.Task, *scope.Scope) error { panic("of the function") })})
		},
		"its function panics, and no member is left": func(s *tasktest.Stage) act {
			return run(s, "run", []act{yields(1, false), do(func(*edo.Task, *scope.Scope) error { panic("of the function") })})
		},
		"a panic in two scopes": func(s *tasktest.Stage) act {
			return run(s, "outer", []act{member(s, "m", 3, fails), run(s, "inner", []act{
				member(s, "n", 3, fails), do(func(*edo.Task, *scope.Scope) error { panic("of the function") })})})
		},
		"the budget is used up": func(s *tasktest.Stage) act {
			return run(s, "run", []act{member(s, "m", 1, fine), do(func(task *edo.Task, _ *scope.Scope) error {
				for range 127 {
					task.Context()
				}
				return nil
			}), yields(130, false)})
		},
		"refuses again and again": func(s *tasktest.Stage) act {
			return run(s, "run", []act{do(func(_ *edo.Task, s *scope.Scope) error { s.Cancel(); return nil }), yields(1100, true)})
		},
	} {
		for _, isAborted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, aborted %v", name, isAborted), func(t *testing.T) {
				tasktest.RequireSameInBothStyles(t, 20, func(stage *tasktest.Stage, task *edo.Task) error {
					a := program(stage)
					h := stage.Go(task, "f", func(task *edo.Task) error { return a.direct(task, nil) },
						func(task *edo.Task, st *edo.Step) (bool, error) { return a.step(task, st, nil) })
					if isAborted {
						edo.Yield(task)
						edo.Yield(task)
						h.Abort()
					}
					_, err := h.Await(task)
					stage.Log("ended: %v", err)
					return nil
				})
			})
		}
	}
}

// A Goexit cannot be held back: the deferred functions of the caller do not wait for the members,
// but the task does.
func TestAGoexitInAScopeInStepsEndsTheTaskWhenTheMembersHaveEnded(t *testing.T) {
	for _, members := range []int{0, 1, 3} {
		tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
			var begun, ended atomic.Int32
			areSpawned := false
			err := edo.Run(func(task *edo.Task) error {
				_, err := edo.GoStep(task, tasktest.Frame{Steps: []tasktest.StepFunc{func(task *edo.Task, st *edo.Step) (bool, error) {
					return scope.RunStep(task, st, func(task *edo.Task, st *edo.Step, outer *scope.Scope) (bool, error) {
						return scope.RunStep(task, st, func(task *edo.Task, _ *edo.Step, inner *scope.Scope) (bool, error) {
							for i := 0; i < members && !areSpawned; i++ {
								edo.Go([]edo.Spawner{outer, inner}[i%2], func(task *edo.Task) error {
									begun.Add(1)
									defer ended.Add(1)
									for edo.Yield(task) == nil {
									}
									return edo.Shielded(task, edo.Yield)
								})
							}
							areSpawned = true
							for int(begun.Load()) < members {
								if done, err := edo.YieldStep(task); !done || err != nil {
									return done, err
								}
							}
							runtime.Goexit()
							return true, nil
						})
					})
				}}}).Await(task)
				if n := ended.Load(); int(n) != members {
					t.Errorf("%d of %d members have ended", n, members)
				}
				return err
			}, opt)
			if err == nil || !strings.Contains(err.Error(), "runtime.Goexit") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The error of a panic that was held back has the stack where it began.
func TestAPanicThatAScopeHoldsBackKeepsItsStack(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.GoStep(task, tasktest.Frame{Steps: []tasktest.StepFunc{func(task *edo.Task, st *edo.Step) (bool, error) {
			return scope.RunStep(task, st, func(task *edo.Task, _ *edo.Step, s *scope.Scope) (bool, error) {
				edo.Go(s, func(task *edo.Task) error { return edo.Yield(task) })
				tasktest.PanicOnPurpose("of the function")
				return true, nil
			})
		}}}).Await(task)
		return err
	}, tasktest.Quiet(tasktest.CurrentThread))
	requirePanicAt(t, err, "tasktest.PanicOnPurpose")
}

// requirePanicAt requires that err is a panic whose stack names the function.
func requirePanicAt(t *testing.T, err error, function string) {
	t.Helper()
	var p *edo.PanicError
	if !errors.As(err, &p) || !strings.Contains(string(p.Stack), function) {
		t.Errorf("got %v, want a panic in %s", err, function)
	}
}
