package future

import (
	"context"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Timeout returns a future of the result of f, if f is ready within d of the first poll.
// Otherwise it drops f, and fails with an error that matches [context.DeadlineExceeded]. The
// time is that of the clock of the runtime, in milliseconds, and the time-out is never early.
// With a d of zero or less, f is polled once.
//
// Each poll polls f first, so a value that is there is not lost when the time is over. The
// time-out also ends a future that uses up the budget in each poll. A function in direct
// style in f gets [edo.ErrCancelled] from the call that it waits in, and returns before the
// task ends.
//
// Timeout is one allocation. A poll that waits reads the clock, some 40 ns. Drop drops f and
// stops the timer.
func Timeout[T any](d time.Duration, f edo.Future[T]) Fut[T] {
	t := &timeout[T]{src: source(f), d: d}
	t.timer.Delay(int64(d))
	t.self = t
	return Fut[T]{&t.node}
}

type timeout[T any] struct {
	node[T]
	src   own.Future[T]
	timer sched.Timer // delayed until the first poll that waits
	d     time.Duration
}

func (t *timeout[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := t.src.Poll(cx)
	switch {
	case p != edo.Pending:
		t.timer.Stop()
		return passWithValue(v, p, err)
	case t.src.Held() && hasNoClock((*sched.Context)(cx)):
		t.Drop()
		return passWithoutValue[T](edo.Ready, sched.ErrNoClock)
	case !t.src.Held() || !t.isOver(cx):
		return v, edo.Pending, nil
	}
	t.Drop()
	return passWithoutValue[T](edo.Ready, &timeoutError{t.d})
}

// hasNoClock reports whether the runtime of cx cannot end a wait after some time.
func hasNoClock(cx *sched.Context) bool { return cx.Runtime() == nil && !cx.Inspecting() }

// isOver reports whether the time is over. Otherwise it sets the timer. It takes nothing off
// the budget, which f may have used up.
func (t *timeout[T]) isOver(cx *edo.Context) bool {
	in := (*sched.Context)(cx)
	if in.Inspecting() {
		cx.Proceed(t)
		return false
	}
	deadline, delayed := t.timer.At()
	if !delayed && deadline <= in.Passed() {
		return true
	}
	now := in.Now()
	if delayed { // this is the first poll that waits
		deadline = sched.After(now, max(0, t.d))
	}
	if deadline > now {
		in.Arm(&t.timer, deadline)
		return false
	}
	return true
}

func (t *timeout[T]) Drop() {
	t.timer.Stop()
	t.src.Drop()
}

// Waits says how long f may still take.
func (t *timeout[T]) Waits(cx *edo.Context) edo.Wait {
	w := edo.Wait{On: "future: time-out"}
	deadline, delayed := t.timer.At()
	if rt := (*sched.Context)(cx).Runtime(); rt != nil && !delayed && deadline != sched.Never {
		w.Until = rt.Driver().(driver.Driver).Time(deadline)
	}
	return w
}

// timeoutError is the error of a future that was not ready in time.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return "future: not ready after " + e.after.String() }
func (e *timeoutError) Unwrap() error { return context.DeadlineExceeded }

// Timeout reports true, as for the errors of package net.
func (e *timeoutError) Timeout() bool { return true }
