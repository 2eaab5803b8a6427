package core

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/sched"
)

// Head is the part of a handle that does not depend on the type of its result. It lies in
// the one object that a task is.
//
//	field     written by
//	Task      the scheduler
//	extra     the spawner, then the worker that polls the task; once made it is not replaced
//	joiner    a waiter, before it joins the task: the waiter itself, or a list, see joiners;
//	          the worker, when it has resolved the task, takes out the waiter to wake
//
// A task that succeeds, and was given nothing, has no extra.
type Head struct {
	Task   sched.Task
	extra  atomic.Pointer[Extra]
	joiner atomic.Pointer[sched.Task]
}

// Body is the object of a task, as the scheduler and the end of a task see it. It hides
// which layout the task has: its future boxed, inlined, or a function in direct style.
type Body interface {
	sched.Body
	sched.Watcher

	Head() *Head
	// Future returns the future of the task, or nil after Release.
	Future() any
	// Release makes the task give up its future, before that is dropped.
	Release()
	// PollFuture polls the future, and keeps the value when that is not pending.
	PollFuture(cx *sched.Context) (ended bool, err error)
	// ClearValue makes the result the zero value.
	ClearValue()
	// DropValue drops the result, which no task will ask for.
	DropValue()
	// Inspect polls what the task waits for, by an inspection.
	Inspect(cx *sched.Context)
}

// HeadOf returns the head of t, or nil: a mock task has none.
func HeadOf(t *sched.Task) *Head {
	if b, ok := t.Body().(Body); ok {
		return b.Head()
	}
	return nil
}

// Extra returns what the task has that few tasks have, or nil.
func (h *Head) Extra() *Extra { return h.extra.Load() }

// MakeExtra returns what the task has that few tasks have, and makes it.
func (h *Head) MakeExtra() *Extra {
	x := h.extra.Load()
	if x == nil {
		x = &Extra{}
		h.extra.Store(x)
	}
	return x
}

// ExtraOf returns the extra of t if it has one, and makes none.
func ExtraOf(t *sched.Task) *Extra {
	if h := HeadOf(t); h != nil {
		return h.extra.Load()
	}
	return nil
}

// makeExtraOf returns the extra of t, or nil for a mock task.
func makeExtraOf(t *sched.Task) *Extra {
	if h := HeadOf(t); h != nil {
		return h.MakeExtra()
	}
	return nil
}

// Finished reports whether the task has ended and its handle has resolved.
func (h *Head) Finished() bool { return h.Task.IsResolved() }

// Joined returns the error of the task, if it has one, and takes it off those that no task
// has joined.
func (h *Head) Joined() error {
	x := h.extra.Load()
	if x == nil {
		return nil
	}
	if x.failure != nil {
		x.failure.rt.Failures.remove(x.failure)
	}
	return x.Err
}
