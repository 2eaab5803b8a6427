package future

import (
	"context"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Timeout returns a future of what f comes to within d of the first poll. After that it
// fails, with an error that matches [context.DeadlineExceeded], and f has been dropped by
// then. The time is the clock's of the runtime, in milliseconds and never early; with a d
// of zero or less f is polled once.
//
// Each poll asks f first: a value that is there is not lost because the time is up. The
// time is up also for a future that uses up the budget of each poll. A function in direct
// style in f gets [edo.ErrCancelled] where it waits, and has ended when the task ends.
//
// It is one allocation. A poll that waits costs a look at the clock, some 40 ns. Dropped,
// it drops f and the timer.
func Timeout[T any](d time.Duration, f edo.Future[T]) Fut[T] {
	o := &timeout[T]{src: source(f), d: d}
	o.timer.Delay(int64(d))
	o.self = o
	return Fut[T]{&o.node}
}

type timeout[T any] struct {
	node[T]
	src   own.Future[T]
	timer sched.Timer // delayed until the first poll that waits
	d     time.Duration
}

func (o *timeout[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := o.src.Poll(cx)
	switch {
	case p != edo.Pending:
		o.timer.Stop()
		return passValue(v, p, err)
	case o.src.Held() && hasNoClock(cx):
		o.Drop()
		return pass[T](edo.Ready, sched.ErrNoClock)
	case !o.src.Held() || !o.isOver(cx):
		return v, edo.Pending, nil
	}
	o.Drop()
	return pass[T](edo.Ready, &timeoutError{o.d})
}

// hasNoClock says whether the poll of f by cx, which was pending, can have no limit.
func hasNoClock(cx *edo.Context) bool {
	in := cx.Internal(internal.Key{})
	return in.Runtime() == nil && !in.Inspecting()
}

// isOver says whether the time is up, and otherwise arms the timer. It takes nothing from
// the budget, of which f may have left nothing.
func (o *timeout[T]) isOver(cx *edo.Context) bool {
	in := cx.Internal(internal.Key{})
	if in.Inspecting() {
		cx.Proceed(o)
		return false
	}
	at, delayed := o.timer.At()
	if !delayed && at <= in.Passed() {
		return true
	}
	now := in.Now()
	if delayed {
		if at = sched.Never; int64(o.d) < sched.Never-now {
			at = now + max(0, int64(o.d))
		}
	}
	if at > now {
		in.Arm(&o.timer, at)
		return false
	}
	return true
}

func (o *timeout[T]) Drop() {
	o.timer.Stop()
	o.src.Drop()
}

// Waits says until when f has time.
func (o *timeout[T]) Waits(cx *edo.Context) edo.Wait {
	w := edo.Wait{On: "future: time-out"}
	at, delayed := o.timer.At()
	if rt := cx.Internal(internal.Key{}).Runtime(); rt != nil && !delayed && at != sched.Never {
		w.Until = rt.Driver().(driver.Driver).Time(at)
	}
	return w
}

// timeoutError says that a future was not ready in time.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return "future: not ready after " + e.after.String() }
func (e *timeoutError) Unwrap() error { return context.DeadlineExceeded }

// Timeout says that it is one, as for the errors of package net.
func (e *timeoutError) Timeout() bool { return true }
