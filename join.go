package edo

import (
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
)

// JoinHandle is the handle to the result of a task: a [Future] of it. Any number of
// tasks may wait for it, and all get the same value and the same error. The result
// stays: a handle that has resolved may be asked again. A handle resolves only after
// the task's future has been dropped, and everything that the task owns.
//
// The value belongs to the tasks that ask for it. edo does not drop a value that was never
// asked for, also when it is a [Dropper]: a task that is detached drops such a value
// itself, and a join set (package joinset) drops those that were not joined.
//
// A handle need not be kept: without it the task is detached, and goes on. The methods of
// a handle may be called from any goroutine. The second task that waits costs one
// allocation, of some 150 bytes; each one after it, some 50 bytes.
type JoinHandle[T any] struct {
	value T // written by the worker that polls the task, until the task is resolved; first: a last field without a size would cost a word
	head  core.Head
}

// Poll returns the result of the task: its value or its error, a [*PanicError] if
// it panicked, [ErrCancelled] if it was aborted. Asking counts as joining: [Run]
// does not return that error then. A scope (package scope) that the task belongs to is
// cancelled by the error all the same.
func (h *JoinHandle[T]) Poll(cx *Context) (T, Poll, error) {
	var zero T
	if !cx.Proceed((*joining[T])(h)) {
		return zero, Pending, nil
	}
	if !h.head.Task.IsResolved() && !h.head.Wait(cx.in().Task()) {
		return zero, Pending, nil
	}
	if h.head.Extra() == nil {
		return h.value, Ready, nil
	}
	return h.value, Ready, h.head.Joined()
}

// joining is a handle as the leaf of a join.
type joining[T any] JoinHandle[T]

// Waits is that of the handle.
func (h *joining[T]) Waits(cx *Context) Wait { return (*JoinHandle[T])(h).Waits(cx) }

// Object returns the task, see package schedule: each step of the task is on it.
func (h *joining[T]) Object() any { return &h.head.Task }

// Waits says that a joining task waits for the end of the task, or that this has ended.
func (h *JoinHandle[T]) Waits(cx *Context) Wait {
	by := core.LabelIn(cx.in(), &h.head.Task)
	if h.Finished() {
		return Wait{On: "edo: the end of a task, which has ended", By: []string{by}}
	}
	if cx.in().Root() == &h.head.Task {
		by = core.NameOf(&h.head.Task) + ", which is this one"
	}
	w := Wait{On: "edo: the end of a task", By: []string{by}}
	w.SetHeld(survey.HeldBy(false, &h.head.Task))
	return w
}

// Await waits for the result: [Await] of the handle.
//
//edo:step AwaitStep
func (h *JoinHandle[T]) Await(task *Task) (T, error) { return Await(task, h) }

// TryJoin returns the result of the task without waiting: Pending, the task has not ended;
// Ready, here it is. Then the task counts as joined, as after [JoinHandle.Poll].
func (h *JoinHandle[T]) TryJoin() (v T, p Poll, err error) {
	if !h.Finished() {
		return v, Pending, nil
	}
	return h.value, Ready, h.head.Joined()
}

// Finished reports whether the task has ended and the handle has resolved.
func (h *JoinHandle[T]) Finished() bool { return h.head.Finished() }

// Abort asks the task to end. One that waits is dropped without being polled
// again; one that runs, at its next suspension; one that never suspends ends
// normally. A function in direct style that has started is resumed, and gets
// [ErrCancelled] from the call that it waits in and from every later one; what it
// returns then is the result. After the end, or the second time, Abort does
// nothing. It does not wait.
func (h *JoinHandle[T]) Abort() { h.head.Task.Cancel() }

// Drop detaches the task, which goes on.
func (h *JoinHandle[T]) Drop() {}

// Name returns the name of the task: the one it was given, or that of its function
// or the type of its future. While the task runs only a given one is known.
func (h *JoinHandle[T]) Name() string { return h.AbortHandle().Name() }

// AbortHandle returns the handle to abort the task with.
func (h *JoinHandle[T]) AbortHandle() AbortHandle { return AbortHandle{&h.head.Task} }

// AbortHandle aborts one task, and says how it is. It is a small value: copy it, and
// compare it; two are equal when they are of the same task. It works when the
// [JoinHandle] is no longer kept, and from any goroutine. It keeps the memory of the
// task, with its result. The zero AbortHandle is of a task that has ended.
type AbortHandle struct{ t *sched.Task }

// Abort asks the task to end, as [JoinHandle.Abort] does.
func (a AbortHandle) Abort() {
	if a.t != nil {
		a.t.Cancel()
	}
}

// Finished reports whether the task has ended and its handle has resolved.
func (a AbortHandle) Finished() bool { return a.t == nil || core.HeadOf(a.t).Finished() }

// Name returns what [JoinHandle.Name] does.
func (a AbortHandle) Name() string {
	switch {
	case a.t == nil:
		return "(none)"
	case a.Finished():
		return core.NameOf(a.t)
	}
	return core.Describe(a.t)
}
