package edo

import (
	"context"
	"runtime/debug"
	"sync/atomic"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Call calls fn, which may block (a database, net/http, cgo), and waits for it without
// holding up other tasks: fn runs on a goroutine of its own, with [Local.Current] of the
// task. The call is a part of the caller:
//
//   - Its result and its error are the caller's alone. Neither a scope nor [Run] is told
//     of the error.
//   - ctx is the [Task.Context] of the caller. When the caller is cancelled, or a scope
//     around it, ctx ends, and so should fn. Call returns when fn has, whatever fn
//     returns then, so that nothing goes on behind the caller's back.
//   - A panic of fn is a [*PanicError].
//
// A task that was cancelled before gets [ErrCancelled], and fn is not called. What is to
// run beside the caller, or needs a Task, is spawned with [Blocking]. Call costs a
// goroutine, one to two microseconds.
//
//edo:step CallStep
func Call[T any](task *Task, fn func(ctx context.Context) (T, error)) (T, error) {
	var zero T
	if err := task.Proceed(nil); err != nil {
		return zero, err
	}
	c := &call[T]{fn: fn}
	ctx := task.Context()
	if task.in().Coro() == nil { // a goroutine of its own already
		c.run(task.Name(), ctx)
		return c.value, c.err
	}
	c.start = func() { c.begin(task.in(), ctx) }
	if err := task.in().Await(c, core.GoOn); err != nil {
		return zero, err
	}
	return c.value, c.err
}

// call is a call of fn, as the leaf that waits for it.
type call[T any] struct {
	fn    func(ctx context.Context) (T, error)
	start func() // begins it, at the first poll; then nil
	value T
	err   error
	waker atomic.Pointer[Waker] // of the poll; nil: fn has returned
}

// begin calls fn on a goroutine of its own, which the runtime counts like that of a
// blocking task.
func (c *call[T]) begin(task *core.Task, ctx context.Context) {
	name, rt, x := task.Name(), task.Rt, core.ExtraOf(task.Head())
	if rt != nil {
		rt.Sched.CountExternal(1)
	}
	go func() {
		if rt != nil {
			defer rt.Sched.CountExternal(-1)
		}
		defer c.end() // also when fn calls Goexit
		defer x.EnterValues(gid.Get())()
		c.run(name, ctx)
	}()
}

// run calls fn on the goroutine of the call.
func (c *call[T]) run(task string, ctx context.Context) {
	returned := false
	defer func() {
		if !returned {
			c.err = core.PanicOrGoexit(task, recover(), debug.Stack())
		}
	}()
	c.value, c.err = c.fn(ctx)
	returned = true
}

// end makes the result known.
func (c *call[T]) end() { c.waker.Swap(nil).Wake() }

// PollReady begins the call, and then reports whether fn has returned.
func (c *call[T]) PollReady(cx *sched.Context) (isReady bool) {
	if !(*Context)(cx).Proceed(c) {
		return false
	}
	me := (*Context)(cx).Waker()
	if start := c.start; start != nil {
		c.start = nil
		c.waker.Store(&me)
		start()
		return false
	}
	for {
		w := c.waker.Load()
		if w == nil {
			return true
		}
		if *w == me || c.waker.CompareAndSwap(w, &me) {
			return false
		}
	}
}

// Waits says which function was called.
func (c *call[T]) Waits(*Context) Wait {
	return Wait{On: "edo: a call of " + core.FuncName(c.fn), Outside: true}
}
