package core

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// The end of a task, in steps. Each is taken once, also when the one before it panicked:
// the worker polls the task again then.
//
//  1. The future returns, or the cancellation takes its place. It is released, then dropped.
//  2. The owned handles are dropped, in order.
//  3. Functions in direct style that the future has left suspended run to their ends.
//  4. OnPanic is told. The error goes to the bond that claims it, or to Run.
//  5. The handle resolves, and the waiters are woken.
//  6. OnError is told when no task waited. The bonds are untied.

// Resumable is a future that, once it has begun, is polled to its end when its task is
// cancelled.
type Resumable interface {
	// TellCancelled tells it, and reports whether it must still be polled.
	TellCancelled() (goesOn bool)
}

// TellCancelled tells f that its task was cancelled, and reports whether f must still be
// polled: only a function in direct style that has begun.
func TellCancelled(f any) (goesOn bool) {
	r, ok := f.(Resumable)
	return ok && r.TellCancelled()
}

// Poll is a poll of a task that is out of the ordinary. It gives the worker the labels of
// the task, if it has any; a function in direct style has them from when it begins, because
// its coroutine keeps them.
func Poll(b Body, cx *sched.Context, keepsLabels bool) (ended bool) {
	h := b.Head()
	if x := h.extra.Load(); x != nil && x.labels != nil {
		carried.SetLabels(x.labels)
		if keepsLabels {
			x.labels = nil
		}
	}
	ended = poll(b, cx)
	if carried.Any() {
		err := clearLeftovers(func() string { return NameOf(&h.Task) })
		if rt := RuntimeOf(cx); err != nil && rt != nil { // of a Drop, and the task has perhaps ended
			rt.OnError(err)
		}
	}
	return ended
}

// poll takes the steps of the end that can be taken, and step 1 by a poll of the future.
func poll(b Body, cx *sched.Context) (ended bool) {
	h := b.Head()
	x := h.extra.Load()
	if x != nil {
		x.nested.driveDropped(cx, x)
	}
	if f := b.Future(); f != nil {
		switch {
		case x != nil && x.failed:
			discard(b, f)
		case h.Task.IsCancelled() && !TellCancelled(f):
			h.Fail(ErrCancelled, f)
			discard(b, f)
		case !pollFuture(b, cx):
			return false
		}
	}
	if x := h.extra.Load(); x != nil {
		for len(x.owned) != 0 { // step 2
			x.takeOwned().Drop()
		}
		if !x.nested.driveToEnd(cx, x) { // step 3
			return false
		}
	}
	h.Resolve(cx)
	return true
}

// pollFuture polls the future, and takes step 1 if that is ready.
func pollFuture(b Body, cx *sched.Context) (isReady bool) {
	ended, err := b.PollFuture(cx)
	if carried.Any() {
		ended, err = b.Head().ClearPolled(ended, err)
	}
	if !ended {
		return false
	}
	FutureEnded(b, err)
	return true
}

// FutureEnded takes step 1 for a future that has returned err.
func FutureEnded(b Body, err error) {
	f := b.Future()
	if err != nil {
		b.Head().Fail(err, f)
	}
	discard(b, f)
}

// discard drops f, the future of b.
func discard(b Body, f any) {
	b.Release()
	drop(f)
}

// Fail makes err the result, of a task that runs f.
func (h *Head) Fail(err error, f any) {
	x := h.MakeExtra()
	x.keepName(f)
	x.Fail(err)
}

// PollFailed keeps the panic of a poll that did not return. A handle that has resolved stays as it
// is: then Config.OnError has failed.
func PollFailed(b Body, value any, stack []byte) {
	h := b.Head()
	if h.Finished() {
		return
	}
	x := h.MakeExtra()
	x.keepName(b.Future())
	x.failed = true
	value, stack = x.original(value, stack)
	x.Fail(PanicOrGoexit(NameOf(&h.Task), value, stack))
	b.ClearValue()
}

// original returns the panic itself, given one that was passed on: that has the value, and the
// stack where it began. Without a value the goroutine has exited: then it is the last panic of a
// frame, in a deferred call, if there was one. x may be nil.
func (x *Extra) original(value any, stack []byte) (any, []byte) {
	if x == nil {
		return value, stack
	}
	late := x.rethrown
	x.rethrown = nil
	if late == nil || value != nil && !isSame(late.Value, value) {
		return value, stack
	}
	return late.Value, late.Stack
}

// isSame reports whether two values are equal, if they can be compared.
func isSame(a, b any) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.ValueOf(a).Comparable() && a == b
}

// PanicOrGoexit returns the error of a function that did not return: it panicked with
// value, or value is nil, and it called runtime.Goexit.
func PanicOrGoexit(task string, value any, stack []byte) error {
	if value == nil {
		return fmt.Errorf("%w: task %s", errGoexit, task)
	}
	value, stack = coro.Reason(value, stack)
	return Hooks.NewPanic(task, value, stack)
}

// errGoexit says that a task called runtime.Goexit.
var errGoexit = errors.New("edo: runtime.Goexit (as by testing.T.FailNow) in a task: return an error instead")

// EndBy ends the run of a simulation with the error of a function of the program that the simulation calls
// between two polls, or on a way of the network, and that did not return: see PanicOrGoexit. what says which
// one it is. All tasks are cancelled.
func (rt *Runtime) EndBy(what string, value any, stack []byte) error {
	err := fmt.Errorf("%s called runtime.Goexit (as testing.T.FailNow does): it must return", what)
	if value != nil {
		err = fmt.Errorf("%s panicked: %v\n\n%s", what, value, stack)
	}
	rt.EndWith(err)
	return err
}

// EndWith ends the run of a simulation with an error: all tasks are cancelled.
func (rt *Runtime) EndWith(err error) {
	rt.Failures.AddStall(err)
	rt.Shields.Strain()
	rt.Sched.CancelAll()
}

// Guard calls fn, and makes a panic an error of x. runtime.Goexit is one too; it then
// ends the goroutine, after its deferred functions have run.
func Guard(task string, x *Extra, fn func()) {
	returned := false
	defer func() {
		if !returned {
			x.Fail(PanicOrGoexit(task, recover(), debug.Stack()))
		}
	}()
	fn()
	returned = true
}

// Resolve publishes the result: steps 4 to 6.
func (h *Head) Resolve(cx *sched.Context) {
	x := h.extra.Load()
	if x == nil { // step 5 alone
		if h.Task.Resolve() {
			h.joiner.Swap(nil).Wake()
		}
		return
	}
	if x.Daemon {
		x.Daemon = false
		cx.Runtime().UnmarkDaemon()
	}
	h.resolveWith(x, RuntimeOf(cx))
}

// wakeJoiner is step 5. It reports whether a task waits.
func (h *Head) wakeJoiner() (wanted bool) {
	wanted = h.Task.Resolve()
	if wanted {
		h.joiner.Swap(nil).Wake()
	}
	return wanted
}

// resolveWith is Resolve of a task that has an extra; rt is nil when the task never ran.
func (h *Head) resolveWith(x *Extra, rt *Runtime) {
	if x.Err != nil {
		h.resolveFailed(x, rt)
	} else {
		h.wakeJoiner()
	}
	x.endTraced()
	x.untie(&h.Task)
	x.leaveLife()
}

// resolveFailed is steps 4 to 6 of a task that has failed. OnError is called last. If it
// panics, the worker retries, finds the handle resolved, and does nothing.
func (h *Head) resolveFailed(x *Extra, rt *Runtime) {
	if h.Finished() {
		return
	}
	// A panic is no cancellation, and may be one of Unwrap, which is the program's: it is not called again.
	x.ErrorIsAbort = !x.failed && h.Task.IsCancelled() && IsCancellation(x.Err)
	if rt != nil && rt.OnPanic != nil && !x.panicTold {
		x.panicTold = true
		Guard(NameOf(&h.Task), x, func() { rt.OnPanic(x.Err) })
	}
	claim := Taken
	if !x.ErrorIsAbort && !x.IsMain && rt != nil {
		if claim = x.claim(&h.Task, x.Err); claim != Taken {
			x.failure = &failure{task: NameOf(&h.Task), err: x.Err, rt: rt, life: x.excuse()}
			rt.Failures.add(x.failure)
		}
	}
	if !h.wakeJoiner() && claim == Unclaimed {
		rt.OnError(fmt.Errorf("edo: task %s failed: %w", NameOf(&h.Task), x.Err))
	}
}

// Forsake is for a task that has ended and that no task will join, although its error was
// [Joinable]. It drops the value, and tells OnError of a failure; a panic while dropping is
// one.
func Forsake(t *sched.Task, rt *Runtime) {
	b := t.Body().(Body)
	h := b.Head()
	x := h.MakeExtra()
	if x.Err == nil {
		Guard(NameOf(t), x, b.DropValue)
		if x.Err != nil {
			x.failure = &failure{task: NameOf(t), err: x.Err, rt: rt, life: x.excuse()}
			rt.Failures.add(x.failure)
		}
	}
	if f := x.failure; f != nil {
		f.rt.OnError(fmt.Errorf("edo: task %s failed: %w", NameOf(t), x.Err))
	}
}

// Inspect polls what the task of b waits for, by an inspection.
func Inspect(b Body, cx *sched.Context) {
	h := b.Head()
	returned := false
	defer func() {
		if !returned { // a panic, or Goexit, of a future that did not wait
			PollFailed(b, recover(), debug.Stack())
			h.Task.Wake()
		}
	}()
	defer h.extra.Load().EnterValues(gid.Get())()
	f := b.Future()
	if f != nil && pollFuture(b, cx) {
		h.Task.Wake() // a worker takes the other steps of the end
	}
	if x := h.extra.Load(); x != nil {
		x.nested.inspect(cx, x, f == nil)
	}
	returned = true
}

// IsCancellation reports whether err says no more than that a task was cancelled: there are errors in it,
// and every one does. It calls methods of err, which may be the program's: so the caller has no lock.
func IsCancellation(err error) bool {
	if Hooks.IsPanic(err) {
		return false
	}
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		all := e.Unwrap()
		for _, one := range all {
			if !IsCancellation(one) {
				return false
			}
		}
		return len(all) != 0
	case interface{ Unwrap() error }:
		return IsCancellation(e.Unwrap())
	}
	return err == ErrCancelled || err == context.Canceled
}
