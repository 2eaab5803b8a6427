package edo

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/internal/sched"
)

// runner is the side of a JoinHandle that the scheduler sees.
type runner[T any] JoinHandle[T]

// started is what has begun and must be polled to its end, even when its task has
// been cancelled.
type started interface{ cancel() (goOn bool) }

// Poll runs the task. It ends in steps, of which each is taken once even if the one
// before it panicked: the future returns (f is nil from then on), it is dropped,
// the owned handles are dropped, functions that were left suspended are run to their
// ends, the handle resolves.
func (r *runner[T]) Poll(sc *sched.Context) (ended bool) {
	h, cx := (*JoinHandle[T])(r), (*Context)(sc)
	x := h.extra.Load()
	if x != nil {
		x.nested.clean(cx, x)
	}
	if f := h.f; f != nil {
		if x == nil || !x.failed {
			if h.task.IsCancelled() && !goesOn(f) {
				h.fail(ErrCancelled, f)
			} else {
				if !h.poll(cx, f) {
					return false
				}
				f = nil
			}
		}
		if f != nil {
			h.f = nil
			Drop(f)
		}
	}
	if x := h.extra.Load(); x != nil {
		for len(x.owned) != 0 {
			x.takeOwned().Drop()
		}
		if !x.nested.finish(cx, x) {
			return false
		}
	}
	h.resolve(sc)
	return true
}

// poll polls f, keeps what it comes to, and drops it then.
func (h *JoinHandle[T]) poll(cx *Context, f Future[T]) (ready bool) {
	v, p, err := f.Poll(cx)
	if p == Pending {
		return false
	}
	if p == End {
		err = fmt.Errorf("edo: a future returned End: %T", f)
	}
	h.value = v
	if err != nil {
		h.fail(err, f)
	}
	h.f = nil
	Drop(f)
	return true
}

// goesOn tells f that its task was cancelled, and says whether it must still be
// polled.
func goesOn(f any) bool {
	s, ok := f.(started)
	return ok && s.cancel()
}

// fail makes err the result, of a task that runs f.
func (h *JoinHandle[T]) fail(err error, f any) {
	x := h.more()
	x.keepName(f)
	x.fail(err)
}

// Fail takes in that a poll did not return. A handle that has resolved stays as it
// is: it was Config.OnError that failed.
func (r *runner[T]) Fail(value any, stack []byte) {
	h := (*JoinHandle[T])(r)
	if h.Finished() {
		return
	}
	x := h.more()
	x.keepName(h.f)
	x.failed = true
	x.fail(failError(taskName(&h.task), value, stack))
	var zero T
	h.value = zero
}

// Cancelled cancels the contexts of the task's functions.
func (r *runner[T]) Cancelled() { r.extra.Load().contexts.cancel() }

func (r *runner[T]) more() *extra { return (*JoinHandle[T])(r).more() }

func (r *runner[T]) peek() *extra { return r.extra.Load() }

func (r *runner[T]) ownName() name {
	if x := r.extra.Load(); x != nil && x.name.known() {
		return x.name
	}
	return nameOf(r.f)
}

// failError returns the error of a poll that did not return.
func failError(name string, value any, stack []byte) error {
	if value == nil {
		return fmt.Errorf("%w: task %s", errGoexit, name)
	}
	return &PanicError{Value: value, Stack: stack, Task: name}
}

// errGoexit says what became of a task that called runtime.Goexit.
var errGoexit = errors.New("edo: runtime.Goexit (as by testing.T.FailNow) in a task: return an error instead")

// resolve publishes the result, as the last thing that happens to a task.
func (h *JoinHandle[T]) resolve(cx *sched.Context) {
	x := h.extra.Load()
	if x != nil && x.err != nil {
		h.resolveFailed(runtimeOf(cx))
	} else if j := h.joiner.Swap(&resolved); j != nil {
		j.Wake()
	}
	if x != nil {
		x.untie(&h.task)
	}
}

// resolveFailed is resolve of a task that has failed; rt is nil when it never ran.
// A scope learns of it before anybody who waits for the handle does. It tells OnError
// last, and comes back to no purpose when that fails.
func (h *JoinHandle[T]) resolveFailed(rt *Runtime) {
	if h.Finished() {
		return
	}
	x := h.extra.Load()
	x.asked = h.task.IsCancelled() && isCancellation(x.err)
	if rt != nil && rt.onPanic != nil && !x.told {
		x.told = true
		guard(taskName(&h.task), x, func() { rt.tellOfPanics(x.err) })
	}
	if !x.asked && !x.main && rt != nil {
		if s := x.takenBy(); s != nil {
			s.fail(x.err)
		} else {
			x.failure = &failure{err: x.err, rt: rt}
			rt.failures.add(x.failure)
		}
	}
	if j := h.joiner.Swap(&resolved); j != nil {
		j.Wake()
	} else if x.failure != nil && !x.inSet() {
		rt.onError(fmt.Errorf("edo: task %s failed: %w", taskName(&h.task), x.err))
	}
}

// isCancellation says whether err says no more than that a task was cancelled: every
// error in it does.
func isCancellation(err error) bool {
	switch e := err.(type) {
	case *PanicError:
		return false
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
	return err == ErrCancelled || err == context.Canceled
}
