// Package edo stands for edo in the plain build of a program: nothing waits. A task is a
// call, which its handle makes when it is awaited. What a cancelled task sees is the same.
package edo

import (
	"context"
	"errors"
	"fmt"
)

// ErrCancelled is what waits of a cancelled task return.
var ErrCancelled = fmt.Errorf("edo: cancelled (%w)", context.Canceled)

// A Task is cancelled, or not.
type Task struct {
	aborted   bool // it was asked to end
	cancelled bool // and has noticed it, at the first wait after that
	shields   int
}

// Err is the error of an operation that does not suspend.
func (t *Task) Err() error {
	if t.cancelled && t.shields == 0 {
		return ErrCancelled
	}
	return nil
}

// A Spawner is a Task here.
type Spawner interface{ Err() error }

// A Unit is no value.
type Unit struct{}

// Yield is a wait that is over at once.
func Yield(task *Task) error {
	task.cancelled = task.aborted
	return task.Err()
}

// Shielded calls fn.
func Shielded(task *Task, fn func(task *Task) error) error {
	task.shields++
	defer func() { task.shields-- }()
	return fn(task)
}

// A JoinHandle is a call that has not been made, or its result.
type JoinHandle[T any] struct {
	task Task
	fn   func(task *Task) (T, error)
	v    T
	err  error
}

// A PanicError is the error of a task that panicked.
type PanicError struct{ Value any }

func (e *PanicError) Error() string { return fmt.Sprint("panic: ", e.Value) }

// Abort cancels the task.
func (h *JoinHandle[T]) Abort() { h.task.aborted = true }

// Await makes the call.
func (h *JoinHandle[T]) Await(task *Task) (T, error) {
	if h.fn != nil {
		func() {
			defer func() {
				if r := recover(); r != nil {
					h.err = &PanicError{r}
				}
			}()
			h.v, h.err = h.fn(&h.task)
		}()
		h.fn = nil
	}
	return h.v, h.err
}

// Go is a call that is not made yet.
func Go(s Spawner, fn func(task *Task) error) *JoinHandle[Unit] {
	return GoValue(s, func(task *Task) (Unit, error) { return Unit{}, fn(task) })
}

// GoValue is a call that is not made yet.
func GoValue[T any](s Spawner, fn func(task *Task) (T, error)) *JoinHandle[T] {
	return &JoinHandle[T]{fn: fn}
}

// Run calls main.
func Run(main func(task *Task) error) error {
	return errors.Join(main(new(Task)))
}
