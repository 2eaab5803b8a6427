package edo

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo/internal/sched"
)

// JoinHandle is the handle to the result of a task: a [Future] of it, for one task
// at a time to wait for; the one that polled last is woken. The result stays: a
// handle that has resolved may be asked again. A handle resolves only after the
// task's future has been dropped, and everything that the task owns.
//
// Letting go of a handle detaches the task, which goes on. Its methods may be called
// from any goroutine.
//
// The handle is the task: one allocation. Who may write what:
//
//	f, value, extra  the worker that polls the task, until joiner is &resolved
//	joiner           nil:        nobody waits
//	                 a task:     wants to be woken; written by CAS, by who joins
//	                 &resolved:  the result is there; written by the worker, last
//
// The error is in extra, which a task that succeeds can do without.
type JoinHandle[T any] struct {
	task   sched.Task
	f      Future[T]
	extra  *extra
	value  T // before joiner: a last field without a size would cost a word
	joiner atomic.Pointer[sched.Task]
}

// resolved is the joiner of a handle that has its result.
var resolved sched.Task

// Poll returns the result of the task: its value or its error, a [*PanicError] if
// it panicked, [ErrCancelled] if it was aborted. Asking counts as joining: [Run]
// does not return that error then.
func (h *JoinHandle[T]) Poll(cx *Context) (T, Poll, error) {
	var zero T
	if !cx.Proceed() {
		return zero, Pending, nil
	}
	for {
		j := h.joiner.Load()
		if j == &resolved {
			err := h.err()
			if err != nil {
				h.joined()
			}
			return h.value, Ready, err
		}
		if me := cx.in().Task(); j == me || h.joiner.CompareAndSwap(j, me) {
			return zero, Pending, nil
		}
	}
}

// Await waits for the result: [Await] of the handle.
func (h *JoinHandle[T]) Await(task *Task) (T, error) { return Await(task, h) }

// Finished says whether the task has ended and the handle has resolved.
func (h *JoinHandle[T]) Finished() bool { return h.joiner.Load() == &resolved }

// Abort asks the task to end. One that waits is dropped without being polled
// again; one that runs, at its next suspension; one that never suspends ends
// normally. A function in direct style that has started is resumed, and gets
// [ErrCancelled] from the call that it waits in and from every later one; what it
// returns then is the result. After the end, or the second time, Abort does
// nothing. It does not wait.
func (h *JoinHandle[T]) Abort() { h.task.Cancel() }

// Drop lets go of the handle. The task goes on.
func (h *JoinHandle[T]) Drop() {}

// Name returns the name of the task: the one it was given, or that of its function
// or the type of its future.
func (h *JoinHandle[T]) Name() string { return taskName(&h.task) }

// runner is the side of a JoinHandle that the scheduler sees.
type runner[T any] JoinHandle[T]

// started is what has begun and must be polled to its end, even when its task has
// been cancelled.
type started interface{ cancel() (goOn bool) }

// Poll runs the task. It ends in steps, of which each is taken once even if the one
// before it panicked: the future returns (f is nil from then on), it is dropped,
// the owned handles are dropped, bodies that were left suspended are run to their
// ends, the handle resolves.
func (r *runner[T]) Poll(sc *sched.Context) (ended bool) {
	h, cx := (*JoinHandle[T])(r), (*Context)(sc)
	if h.extra != nil {
		h.extra.nested.clean(cx)
	}
	if f := h.f; f != nil {
		if h.extra == nil || !h.extra.failed {
			if h.task.IsCancelled() && !goesOn(f) {
				h.fail(ErrCancelled, f)
			} else {
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
			}
		}
		h.f = nil
		Drop(f)
	}
	if x := h.extra; x != nil {
		for len(x.owned) != 0 {
			d := x.owned[0]
			x.owned = x.owned[1:]
			d.Drop()
		}
		if !x.nested.finish(cx) {
			return false
		}
	}
	h.resolve(sc)
	return true
}

// err returns what the task has failed with.
func (h *JoinHandle[T]) err() error {
	if h.extra == nil {
		return nil
	}
	return h.extra.err
}

// fail makes err the result, of a task that runs f.
func (h *JoinHandle[T]) fail(err error, f any) {
	x := h.more()
	x.keepName(f)
	x.err = err
}

// goesOn tells f that its task was cancelled, and says whether it must still be
// polled.
func goesOn(f any) bool {
	s, ok := f.(started)
	return ok && s.cancel()
}

// Fail keeps the first failure as the result.
func (r *runner[T]) Fail(value any, stack []byte) {
	h := (*JoinHandle[T])(r)
	x := h.more()
	x.keepName(h.f)
	err := failError(taskName(&h.task), value, stack)
	if x.failed || h.f == nil && x.err != nil {
		err = errors.Join(x.err, err)
	}
	x.failed = true
	var zero T
	h.value, x.err = zero, err
}

// Cancelled cancels the contexts of the task's functions.
func (r *runner[T]) Cancelled() { r.extra.contexts.cancel() }

// more returns what few tasks need, and makes it.
func (r *runner[T]) more() *extra { return (*JoinHandle[T])(r).more() }

func (r *runner[T]) taskName() string {
	if x := r.extra; x != nil && x.name.known() {
		return x.name.String()
	}
	return nameOf(r.f).String()
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
	if h.err() != nil {
		h.resolveFailed(runtimeOf(cx))
	} else if j := h.joiner.Swap(&resolved); j != nil {
		j.Wake()
	}
}

// resolveFailed is resolve of a task that has failed; rt is nil when it never ran.
func (h *JoinHandle[T]) resolveFailed(rt *Runtime) {
	x := h.extra
	if !h.expected() && rt != nil {
		x.failure = &failure{err: x.err, rt: rt}
		rt.failures.add(x.failure)
	}
	if j := h.joiner.Swap(&resolved); j != nil {
		j.Wake()
	} else if x.failure != nil {
		rt.onError(fmt.Errorf("edo: task %s failed: %w", taskName(&h.task), x.err))
	}
}

// expected says whether the error of the task is nobody's concern but of who joins:
// it is main's, or what the task was asked for.
func (h *JoinHandle[T]) expected() bool {
	return h.extra.main || h.task.IsCancelled() && isCancellation(h.extra.err)
}

// isCancellation says whether err says no more than that a task was cancelled.
func isCancellation(err error) bool {
	var p *PanicError
	return errors.Is(err, ErrCancelled) && !errors.As(err, &p)
}

// joined takes the error of the task off those that nobody joined.
func (h *JoinHandle[T]) joined() {
	if h.extra == nil || h.extra.failure == nil {
		return
	}
	h.extra.failure.rt.failures.remove(h.extra.failure)
}
