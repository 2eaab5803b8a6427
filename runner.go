package edo

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/internal/sched"
)

// started is what has begun and must be polled to its end, even when its task has
// been cancelled.
type started interface{ cancel() (goOn bool) }

// step is a poll of a task out of the ordinary. It ends in steps, of which each is
// taken once even if the one before it panicked: the future returns, and is let go of,
// it is dropped, the owned handles are dropped, functions that were left suspended are
// run to their ends, the handle resolves.
func step[T any](b body[T], sc *sched.Context) (ended bool) {
	h, cx := b.handle(), (*Context)(sc)
	x := h.extra.Load()
	if x != nil {
		x.nested.clean(cx, x)
	}
	if f := b.held(); f != nil {
		switch {
		case x != nil && x.failed:
			discard(b, f)
		case h.task.IsCancelled() && !goesOn(f):
			h.fail(ErrCancelled, f)
			discard(b, f)
		case !poll(b, cx, f):
			return false
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
func poll[T any](b body[T], cx *Context, f Future[T]) (isReady bool) {
	v, p, err := f.Poll(cx)
	if p == Pending {
		return false
	}
	ready(b, v, p, err)
	return true
}

// ready keeps what the future of b has come to, and drops the future.
func ready[T any](b body[T], v T, p Poll, err error) {
	h, f := b.handle(), b.held()
	if p == End {
		err = fmt.Errorf("edo: a future returned End: %T", f)
	}
	h.value = v
	if err != nil {
		h.fail(err, f)
	}
	discard(b, f)
}

// discard drops f, the future of b.
func discard[T any](b body[T], f Future[T]) {
	b.letGo()
	Drop(f)
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

// fail takes in that a poll did not return. A handle that has resolved stays as it
// is: it was Config.OnError that failed.
func fail[T any](b body[T], value any, stack []byte) {
	h := b.handle()
	if h.Finished() {
		return
	}
	x := h.more()
	x.keepName(b.held())
	x.failed = true
	x.fail(failError(taskName(&h.task), value, stack))
	var zero T
	h.value = zero
}

func ownName[T any](b body[T]) name {
	if x := b.handle().extra.Load(); x != nil && x.name.known() {
		return x.name
	}
	return nameOf(b.held())
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
	if x.isDaemon() {
		x.daemon = false
		cx.Runtime().UnmarkDaemon()
	}
	if x != nil && x.err != nil {
		h.resolveFailed(runtimeOf(cx))
	} else if h.task.Resolve() {
		h.joiner.Swap(nil).Wake()
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
			x.failure = &failure{task: taskName(&h.task), err: x.err, rt: rt}
			rt.failures.add(x.failure)
		}
	}
	if h.task.Resolve() {
		h.joiner.Swap(nil).Wake()
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
