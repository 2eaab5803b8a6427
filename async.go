package edo

import (
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/sched"
)

// Async returns a future that runs fn in direct style: straight-line code that
// suspends where it waits. It borrows a coroutine at the first poll, and gives it
// back when fn returns. Never polled, fn never runs.
//
// Once started it belongs to the task that polls it, which is also the one to drop
// it. Dropped while fn is suspended, fn gets [ErrCancelled] from the call it waits in and
// from every later one, and runs to its end before the task ends; so does one that is
// forgotten, and until then its coroutine is kept. A panic in fn is its error, a
// [*PanicError].
//
//edo:spawn AsyncStep
func Async[T any](fn func(task *Task) (T, error)) Future[T] {
	a := &async[T]{}
	a.task.Init(fn)
	return a
}

// async is a function in direct style, as a future.
//
//	task.Coro()  task.HasReturned
//	nil        false             not started
//	set        false             started: running or suspended
//	nil        true              ended, or dropped unstarted
//
// [Go] has a form of its own, direct.
type async[T any] struct {
	task      core.PartTask
	dropped   atomic.Bool // resume with ErrCancelled; the task drives it to its end
	abandoned atomic.Bool // resume with ErrCancelled; its owner keeps polling it
	value     T
	err       error
}

// Poll runs the function until it suspends or returns.
func (a *async[T]) Poll(cx *Context) (T, Poll, error) {
	var zero T
	t := &a.task.Task
	if a.died() || t.HasReturned() {
		return zero, Ready, core.ErrPolledAgain
	}
	starts := t.Coro() == nil
	if starts {
		a.task.Start(cx.in())
		if t.IsWhole { // unless another future polls what was spawned: then it ends with that task
			b, ok := t.Head().Body().(core.Body)
			t.IsWhole = ok && b.Future() == any(a)
		}
		if !t.IsWhole {
			core.AddNested(t.Head(), a)
		}
	} else if t.Head() != cx.in().Root() {
		return zero, Ready, fmt.Errorf("edo: the function %s was started by another task, and ends with it", core.FuncName(a.task.Fn))
	}
	t.SeeCancelled(cx.in(), a.dropped.Load() || a.abandoned.Load())
	var r coro.Runner
	if starts {
		r = (*asyncRunner[T])(a)
	}
	ended, err := t.Drive(cx.in(), r)
	if !ended {
		return zero, Pending, nil
	}
	if err != nil {
		a.err = err
	}
	a.finish()
	v, err := a.value, a.err
	a.value, a.err = zero, nil
	return v, Ready, err
}

// finish ends the function's part in its task.
func (a *async[T]) finish() {
	t := &a.task.Task
	t.SetCoro(nil)
	t.Finish()
	if !t.IsWhole {
		core.RemoveNested(t.Head(), a)
	}
}

// died ends a function that has called runtime.Goexit, so that its coroutine is gone, and
// reports whether it has.
func (a *async[T]) died() bool {
	if c := a.task.Coro(); c == nil || !c.Dead() {
		return false
	}
	a.finish()
	return true
}

// asyncRunner is the side of an async that the coroutine sees.
type asyncRunner[T any] async[T]

// Run runs the function on the coroutine.
func (a *asyncRunner[T]) Run(c *coro.Coro) {
	t := &a.task.Task
	t.EnterOn(c)
	a.value, a.err = a.task.Fn.(func(*Task) (T, error))(publicTask(t))
	if carried.Any() {
		a.err = t.ClearLeftovers(a.err)
	}
	t.MarkReturned()
}

// Condemn makes the function exit when it is resumed.
func (a *asyncRunner[T]) Condemn(c *coro.Coro) { a.task.Condemn(c) }

// Unwound forgets the goroutine: its descriptor will be used again.
func (a *asyncRunner[T]) Unwound(*coro.Coro) { a.task.Unwound() }

// TellCancelled reports whether the function has started and must be polled to its end, now
// that its task has been cancelled.
func (a *async[T]) TellCancelled() (goesOn bool) {
	a.abandoned.Store(true)
	return a.task.Coro() != nil
}

// Drop drops a function that has not started, and makes one that is suspended run to its
// end.
func (a *async[T]) Drop() {
	t := &a.task.Task
	if a.died() || t.HasReturned() {
		return
	}
	if t.Coro() == nil {
		t.MarkReturned()
		return
	}
	if !a.dropped.Swap(true) {
		core.DropNested(t.Head())
	}
}

// spawnsWhole notes that the function is to be the whole of a task: then there is nothing to
// keep a list of.
func (a *async[T]) spawnsWhole() {
	if a.task.Coro() == nil {
		a.task.IsWhole = true
	}
}

// Function is what the future is named after.
func (a *async[T]) Function() any { return a.task.Fn }

// IsDropped reports whether the function was dropped while it was suspended.
func (a *async[T]) IsDropped() bool { return a.dropped.Load() }

// DriveOn runs the function on, cancelled.
func (a *async[T]) DriveOn(cx *sched.Context) (ended bool, err error) {
	a.dropped.Store(true)
	v, p, err := a.Poll((*Context)(cx))
	return p != Pending, endOfDropped(v, p, err)
}
