package timer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/scope"
)

// Timeout calls fn in the caller's goroutine, with its task, and returns the results of fn
// if fn returns within d. After d the waits of fn fail, with an error that matches
// [edo.ErrCancelled], and task.Context() ends: fn cleans up and returns, and Timeout
// returns a [*TimeoutError]. The task itself is not cancelled: it continues.
//
//	line, err := timer.Timeout(task, time.Second, func(task *edo.Task) (string, error) {
//		return lines.Recv(task)
//	})
//
// Timeout is made of [scope.Run] and [scope.Timeout], and behaves like them. It
// waits for fn: a function that computes, or that calls another library, is not
// interrupted, and a function that returns after d has timed out, even without an error.
// The late value is returned with the error, because it may be the only copy of a message;
// a late value that is an [edo.Dropper] is dropped instead. With a d of zero or less fn has
// until the next millisecond of the clock: it gets values that are ready, as a future under
// future.Timeout does, and waits time out. A panic of fn reaches the caller of Timeout.
// Tasks that fn spawns belong to the task, and are not ended. To wait for a future instead
// of calling a function, use future.Timeout.
//
// When the task is cancelled, the waits of fn fail as they do elsewhere, and the error of fn
// is returned. Nested calls of Timeout are independent: each call returns a TimeoutError
// for its own d alone.
//
// It costs as much as a scope with a deadline: some 260 bytes in three allocations, and as
// much time as ten locks.
//
//edo:step TimeoutStep
func Timeout[T any](task *edo.Task, d time.Duration, fn func(task *edo.Task) (T, error)) (v T, err error) {
	if err := task.Proceed(emptySleep{}); err != nil {
		return v, err
	}
	limit, err := limitOf(inside.Task(task).Cx, d)
	if err != nil {
		return v, err
	}
	var fnErr error
	scopeErr := scope.Run(task, func(*scope.Scope) error {
		v, fnErr = fn(task)
		return fnErr
	}, limit)
	return timeoutResult(task, d, v, fnErr, scopeErr)
}

// TimeoutStep is the step form of [Timeout]; fn is a step form too. The step keeps the scope,
// and the step of fn.
func TimeoutStep[T any](task *edo.Task, st *edo.Step, d time.Duration, fn func(task *edo.Task, st *edo.Step) (done bool, v T, err error)) (done bool, v T, err error) {
	s := edo.StepState[timeoutStep[T]](st)
	if s == nil {
		if done, err = task.ProceedStep(emptySleep{}); !done || err != nil {
			return done, v, err
		}
		limit, err := limitOf(inside.Task(task).Cx, d)
		if err != nil {
			return true, v, err
		}
		s = &timeoutStep[T]{limit: limit}
		st.Set(s)
	}
	hasReturned := false
	defer func() {
		if done || !hasReturned {
			st.Set(nil)
		}
	}()
	done, err = scope.RunStep(task, &s.scope, func(task *edo.Task, st *edo.Step, _ *scope.Scope) (done bool, err error) {
		done, s.v, s.fnErr = fn(task, st)
		return done, s.fnErr
	}, s.limit)
	hasReturned = true
	if !done {
		return false, v, nil
	}
	v, err = timeoutResult(task, d, s.v, s.fnErr, err)
	return true, v, err
}

// timeoutStep is a call of Timeout, as a step.
type timeoutStep[T any] struct {
	scope edo.Step
	limit scope.Option
	v     T     // what fn has returned
	fnErr error // likewise
}

// limitOf returns the time limit of a scope that is to end after d.
func limitOf(in *sched.Context, d time.Duration) (limit scope.Option, err error) {
	if in.Runtime() == nil {
		return limit, sched.ErrNoClock
	}
	now := in.Now()
	return scope.Timeout(time.Duration(roundUp(sched.After(now, max(d, 1))) - now)), nil
}

// timeoutResult returns what a Timeout of d does whose function has returned v and fnErr, and
// its scope scopeErr.
func timeoutResult[T any](task *edo.Task, d time.Duration, v T, fnErr, scopeErr error) (T, error) {
	if !isOwnTimeout(scopeErr, fnErr) {
		return v, scopeErr
	}
	if fnErr == nil {
		v = dropLate(v)
	}
	if isCancellation(fnErr) {
		fnErr = nil // the TimeoutError says the same
	}
	return v, &TimeoutError{After: d, Err: errors.Join(fnErr, task.Err())}
}

// roundUp rounds an instant up to the millisecond at which its timer fires.
func roundUp(at int64) int64 {
	if rest := at % clockTick; rest != 0 {
		at = sched.After(at, time.Duration(clockTick-rest))
	}
	return at
}

// isOwnTimeout reports whether scopeErr, the error of a scope, contains the time-out of that
// scope. A time-out that is in fnErr too, the error of its function, belongs to another
// scope, which the function has opened.
func isOwnTimeout(scopeErr, fnErr error) bool {
	var late, inner *scope.TimeoutError
	return errors.As(scopeErr, &late) && !(errors.As(fnErr, &inner) && late == inner)
}

// isCancellation reports whether err contains ErrCancelled, wrappers of it, and no other error.
// A panic with the value ErrCancelled is a panic.
func isCancellation(err error) bool {
	switch e := err.(type) {
	case *edo.PanicError:
		return false
	case interface{ Unwrap() []error }:
		all := e.Unwrap()
		for _, one := range all {
			if !isCancellation(one) {
				return false
			}
		}
		return len(all) != 0
	case interface{ Unwrap() error }:
		return isCancellation(e.Unwrap())
	}
	return err == edo.ErrCancelled
}

// dropLate drops v and returns the zero value if v is an [edo.Dropper], and returns v
// otherwise.
func dropLate[T any](v T) T {
	if _, ok := any(v).(edo.Dropper); !ok {
		return v
	}
	own.Discard(v)
	var zero T
	return zero
}

// TimeoutError says that the function of a [Timeout] did not return in time. It matches
// [context.DeadlineExceeded] and [os.ErrDeadlineExceeded], and is a net.Error.
type TimeoutError struct {
	After time.Duration // the time limit of the function
	Err   error         // another error of the function, or nil
}

// Error states the time limit, and the other error.
func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("timer: timed out after %v", e.After)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the errors that e matches.
func (e *TimeoutError) Unwrap() []error {
	all := []error{context.DeadlineExceeded, os.ErrDeadlineExceeded}
	if e.Err != nil {
		all = append(all, e.Err)
	}
	return all
}

// Timeout returns true.
func (e *TimeoutError) Timeout() bool { return true }

// Temporary returns true.
func (e *TimeoutError) Temporary() bool { return true }
