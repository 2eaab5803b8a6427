package core_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

// listError is an error of a program that wraps what unwrap returns.
type listError struct{ unwrap func() []error }

func (*listError) Error() string     { return "a list" }
func (e *listError) Unwrap() []error { return e.unwrap() }

// chainError is the same, of one error.
type chainError struct{ unwrap func() error }

func (*chainError) Error() string   { return "a chain" }
func (e *chainError) Unwrap() error { return e.unwrap() }

// endings are tasks, and parts of tasks, that end with err when they are cancelled.
func endings(err error) map[string]func(task *edo.Task) error {
	fails := func(task *edo.Task) error { task.Cancelled(); return err }
	aborted := func(spawn func(task *edo.Task, begun func()) *edo.JoinHandle[int]) func(task *edo.Task) error {
		return func(task *edo.Task) error {
			var begun tasktest.Gate
			h := spawn(task, begun.Open)
			if _, err := edo.Await[int](task, &begun); err != nil {
				return err
			}
			h.Abort()
			_, err := h.Await(task)
			return err
		}
	}
	return map[string]func(task *edo.Task) error{
		"a task": aborted(func(task *edo.Task, begun func()) *edo.JoinHandle[int] {
			return edo.GoValue(task, func(task *edo.Task) (int, error) { begun(); return 0, fails(task) })
		}),
		"a blocking task": aborted(func(task *edo.Task, begun func()) *edo.JoinHandle[int] {
			return edo.Blocking(task, func(task *edo.Task) (int, error) { begun(); return 0, fails(task) })
		}),
		"a task of a scope": func(task *edo.Task) error {
			return scope.Run(task, func(s *scope.Scope) error {
				var begun tasktest.Gate
				edo.Go(s, fails)
				edo.Go(s, func(task *edo.Task) error { begun.Open(); return fails(task) })
				_, waited := edo.Await[int](task, &begun)
				s.Cancel()
				return waited
			})
		},
		"a scope": func(task *edo.Task) error {
			return scope.Run(task, func(s *scope.Scope) error {
				edo.Go(s, (*edo.Task).Cancelled) // the scope waits for it
				s.Cancel()
				return err
			})
		},
		"a time-out": func(task *edo.Task) error {
			_, err := timer.Timeout(task, time.Millisecond, func(task *edo.Task) (int, error) { return 0, fails(task) })
			return err
		},
	}
}

func TestAnErrorThatWrapsNothingIsNoCancellation(t *testing.T) {
	failure := &listError{func() []error { return nil }}
	for name, fn := range endings(failure) {
		t.Run(name, func(t *testing.T) {
			tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
				edo.Run(func(task *edo.Task) error {
					if err := fn(task); !errors.Is(err, failure) {
						t.Errorf("got %v", err)
					}
					return nil
				}, opt)
			})
		})
	}
	err := edo.Run(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error { task.Cancelled(); return failure })
		edo.Yield(task)
		h.Abort()
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if !errors.Is(err, failure) {
		t.Errorf("a task that is not joined: Run returned %v", err)
	}
}

// An error of a program is asked whether it is a cancellation. Then its Unwrap may panic: the task has failed,
// and is not asked again.
func TestAnErrorWhoseUnwrapDoesNotReturnEndsItsTaskAsAFailure(t *testing.T) {
	boom := errors.New("boom")
	for name, failure := range map[string]error{
		"panic of a chain": &chainError{func() error { panic(boom) }},
		"panic of a list":  &listError{func() []error { panic(boom) }},
		"Goexit":           &chainError{func() error { runtime.Goexit(); return nil }},
	} {
		for where, fn := range endings(failure) {
			t.Run(name+"/"+where, func(t *testing.T) {
				tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
					edo.Run(func(task *edo.Task) error {
						_, err := edo.Go(task, fn).Await(task)
						if err == nil || err == edo.ErrCancelled {
							t.Errorf("got %v", err)
						}
						return nil
					}, opt)
				})
			})
		}
	}
}

// OnError is told when the handle has resolved. What does not return there is over, and the task ends all the same.
func TestATaskWhoseOnErrorDoesNotReturnEnds(t *testing.T) {
	for name, leave := range map[string]func(){"panic": func() { panic("on purpose") }, "Goexit": runtime.Goexit} {
		for kind, spawn := range map[string]func(task *edo.Task, opts ...edo.SpawnOption){
			"a task": func(task *edo.Task, opts ...edo.SpawnOption) {
				edo.Go(task, func(*edo.Task) error { return errors.New("failed") }, opts...)
			},
			"a blocking task": func(task *edo.Task, opts ...edo.SpawnOption) {
				edo.Blocking(task, func(*edo.Task) (int, error) { return 0, errors.New("failed") }, opts...)
			},
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				told := 0
				var ended tasktest.Dropped
				err := edo.Run(func(task *edo.Task) error {
					spawn(task, edo.Owns(&ended))
					return nil
				}, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(error) { told++; leave() }}))
				if err == nil || err.Error() == "" || told != 1 || ended.Drops.Load() != 1 {
					t.Errorf("got %v; told %d times, dropped %d times", err, told, ended.Drops.Load())
				}
			})
		}
	}
}
