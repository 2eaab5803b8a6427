package edo

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/sched"
)

// JoinHandle is the handle to the result of a task: a [Future] of it. Any number of
// tasks may wait for it, and all get the same value and the same error. The result
// stays: a handle that has resolved may be asked again. A handle resolves only after
// the task's future has been dropped, and everything that the task owns.
//
// The value belongs to the tasks that ask for it. edo does not drop a value that was never
// asked for, also when it is a [Dropper]: a task that is detached drops such a value
// itself, and a [JoinSet] drops those that were not joined.
//
// Letting go of a handle detaches the task, which goes on. Its methods may be called
// from any goroutine. The second task that waits costs one allocation, of some 150
// bytes; each one after it, some 50 bytes.
type JoinHandle[T any] struct {
	// The handle is part of the task, which is one allocation: see held. Who may write
	// what:
	//
	//	value    the worker that polls the task, until the task is resolved
	//	extra    whoever spawns, then that worker; once made it is not replaced
	//	joiner   a waiter, before it joins the task: itself, or a list, see joiners; the
	//	         worker, when it has resolved the task, takes out whom to wake
	//
	// The error is in extra, which a task that succeeds can do without.

	task   sched.Task
	extra  atomic.Pointer[extra]
	value  T // before joiner: a last field without a size would cost a word
	joiner atomic.Pointer[sched.Task]
}

// Poll returns the result of the task: its value or its error, a [*PanicError] if
// it panicked, [ErrCancelled] if it was aborted. Asking counts as joining: [Run]
// does not return that error then. A scope ([WithScope]) that the task belongs to is
// cancelled by the error all the same.
func (h *JoinHandle[T]) Poll(cx *Context) (T, Poll, error) {
	var zero T
	if !cx.Proceed(h) {
		return zero, Pending, nil
	}
	if !h.Finished() && !h.wait(cx.in().Task()) {
		return zero, Pending, nil
	}
	return h.value, Ready, h.joined()
}

// Waits says that a joining task waits for the end of the task, or that this has ended.
func (h *JoinHandle[T]) Waits(cx *Context) Wait {
	if h.Finished() {
		return Wait{On: "edo: the end of a task, which has ended", By: []string{labelOf(&h.task)}}
	}
	by := labelOf(&h.task)
	if cx.in().Root() == &h.task {
		by = taskName(&h.task) + ", which is this one"
	}
	return Wait{On: "edo: the end of a task", By: []string{by}, Held: heldBy(false, &h.task)}
}

// Await waits for the result: [Await] of the handle.
func (h *JoinHandle[T]) Await(task *Task) (T, error) { return Await(task, h) }

// Finished says whether the task has ended and the handle has resolved.
func (h *JoinHandle[T]) Finished() bool { return h.task.IsResolved() }

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
// or the type of its future. While the task runs only a given one is known.
func (h *JoinHandle[T]) Name() string {
	if h.Finished() {
		return taskName(&h.task)
	}
	return describe(&h.task)
}

// joined returns the error of the task, if it has one, and takes it off those that
// nobody joined.
func (h *JoinHandle[T]) joined() error {
	x := h.extra.Load()
	if x == nil {
		return nil
	}
	if x.failure != nil {
		x.failure.rt.failures.remove(x.failure)
	}
	return x.err
}

// more returns what few tasks need, and makes it.
func (h *JoinHandle[T]) more() *extra {
	x := h.extra.Load()
	if x == nil {
		x = &extra{}
		h.extra.Store(x)
	}
	return x
}
