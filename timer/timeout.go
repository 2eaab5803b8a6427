package timer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Timeout calls fn, on the caller and with its task, and returns what fn does, if that
// comes before d is over. At that instant the waits of fn fail, with an error that matches
// [edo.ErrCancelled], and task.Context() ends: fn cleans up and returns, and Timeout
// returns a [*TimeoutError]. The task itself is not cancelled: it goes on.
//
//	line, err := timer.Timeout(task, time.Second, func(task *edo.Task) (string, error) {
//		return lines.Recv(task)
//	})
//
// It is as with [edo.WithScope] and [edo.ScopeTimeout], of which it is made. Timeout
// waits for fn: a function that computes, or is in a call of another library, is not
// interrupted, and one that returns after d has timed out, also without an error.
// The value that comes too late is returned with the error, for it may be all that there
// is of a message; one that is an [edo.Dropper] is dropped instead. With a d of zero or
// less fn has until the next millisecond of the clock: what is ready it gets, as from a future
// under future.Timeout, and what it must wait for times out. A panic of fn goes on. What fn spawns is the task's, and not
// ended. To wait for a future rather than to call a function there is future.Timeout.
//
// When the task is cancelled, fn sees that as everywhere, and its error is returned. The
// time-outs of several calls within each other are independent: each call returns a
// TimeoutError for its own d alone.
//
// It costs what a scope with a deadline does: some 260 bytes in three allocations, and as
// much time as ten locks.
func Timeout[T any](task *edo.Task, d time.Duration, fn func(task *edo.Task) (T, error)) (v T, err error) {
	if err := task.Proceed(ended{}); err != nil {
		return v, err
	}
	in := task.Internal(internal.Key{}).Internal(internal.Key{})
	if in.Runtime() == nil {
		return v, sched.ErrNoClock
	}
	now := in.Now()
	d, given := time.Duration(wholeTick(after(now, max(d, 1)))-now), d
	var failed error
	all := edo.WithScope(task, func(*edo.Scope) error {
		v, failed = fn(task)
		return failed
	}, edo.ScopeTimeout(d))
	if !expired(all, failed) {
		return v, all
	}
	if failed == nil {
		v = tooLate(v)
	}
	if isCancellation(failed) {
		failed = nil // it says no more than that the time was over
	}
	return v, &TimeoutError{After: given, Err: errors.Join(failed, task.Err())}
}

// wholeTick rounds an instant up to the millisecond at which its timer fires.
func wholeTick(at int64) int64 {
	if rest := at % clockTick; rest != 0 {
		at = after(at, time.Duration(clockTick-rest))
	}
	return at
}

// expired says whether all, the error of a scope, says that its deadline has come. What
// its function has returned may say so too, of a scope of its own.
func expired(all, failed error) bool {
	var late, inner *edo.ScopeTimeoutError
	return errors.As(all, &late) && !(errors.As(failed, &inner) && late == inner)
}

// isCancellation says whether err says no more than that a wait was cancelled: every error
// in it does.
func isCancellation(err error) bool {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			if !isCancellation(one) {
				return false
			}
		}
		return true
	case interface{ Unwrap() error }:
		return isCancellation(e.Unwrap())
	}
	return err == edo.ErrCancelled
}

// tooLate drops v if it can be dropped, and returns it otherwise.
func tooLate[T any](v T) T {
	if _, ok := any(v).(edo.Dropper); !ok {
		return v
	}
	own.Discard(v)
	var zero T
	return zero
}

// TimeoutError says that the function of a [Timeout] had not returned in time. It matches
// [context.DeadlineExceeded] and [os.ErrDeadlineExceeded], and is a net.Error.
type TimeoutError struct {
	After time.Duration // how long the function had
	Err   error         // what it has failed with besides, or nil
}

// Error says how long it took, and what failed besides.
func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("timer: timed out after %v", e.After)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns what e matches.
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
