package edo

import (
	"context"
	"math/rand/v2"
	"unsafe"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// Task is what a function in direct style is given: with it the function waits,
// and spawns. It belongs to that function: used by another goroutine, by the
// function of a child (which has a Task of its own), or after the function has
// returned, every operation returns an error that says so, and does nothing. A Task
// is a [Spawner].
//
// Once the task has been asked to end, the operation that the function is suspended
// in, and every later one, returns [ErrCancelled]: the function cleans up as after
// any other error, and returns. A loop that takes ErrCancelled for an error like others
// and tries again is slowed down from its thousandth try on, and Config.OnError is told
// once, with the name of the task.
type Task struct {
	inner core.Task // the only field, see package inside
}

func (t *Task) in() *core.Task { return &t.inner }

// publicTask returns the Task whose inside t is.
func publicTask(t *core.Task) *Task { return (*Task)(unsafe.Pointer(t)) }

// cx returns the context of the current poll.
func (t *Task) cx() *Context { return (*Context)(t.inner.Cx) }

func (t *Task) spawner() (*sched.Context, *core.Runtime, core.Group, error) {
	if t == nil {
		panic(errNilSpawner)
	}
	return t.inner.Source()
}

// Err returns nil while the function may go on, [ErrCancelled] once the task has
// been asked to end, and an error that says so when t is not the caller's.
func (t *Task) Err() error { return t.inner.Err() }

// Name returns the name of the task.
func (t *Task) Name() string { return t.inner.Name() }

// Runtime returns the runtime that the task runs on, or nil under a mock task. It may
// be called from any goroutine.
func (t *Task) Runtime() *Runtime { return publicRuntime(t.inner.Rt) }

// Context returns a [context.Context] that is cancelled when the task is asked to
// end, and when its function has returned: for calls to other libraries. It derives from
// the context that [Block] or, with [WithContext], [Run] was given: it has its values,
// its deadline and its cause. Values of [ValuesOf] come before those. Inside a scope (package scope) it ends with the scope as
// well, at its deadline too, which it knows. It is made when first asked for.
func (t *Task) Context() context.Context { return t.inner.Context() }

// Proceed is [Context.Proceed] in direct style, for an operation that may go on at once:
// it takes one leaf operation off the budget, and when that is used up lets the other
// tasks run first. leaf may be nil. The error is that of an [Await]: then the operation
// must do nothing. It costs a few nanoseconds.
//
//edo:step ProceedStep
func (t *Task) Proceed(leaf Leaf) error { return t.inner.Proceed(leaf) }

// Cancelled waits until the task is asked to end, and returns [ErrCancelled] then: a
// main function that has nothing to do but to keep its servers running calls it. Inside
// a scope it waits for the cancellation of that as well, and inside of [Shielded] for
// none.
//
//edo:step CancelledStep
func (t *Task) Cancelled() error {
	_, err := Await[Unit](t, (*ownCancellation)(t))
	return err
}

// ownCancellation is a Task as a future that only its cancellation ends.
type ownCancellation Task

// Poll is always pending.
func (c *ownCancellation) Poll(cx *Context) (Unit, Poll, error) {
	cx.Proceed(c)
	return Unit{}, Pending, nil
}

// Waits says so.
func (c *ownCancellation) Waits(*Context) Wait {
	return Wait{On: "edo: the cancellation of the task itself"}
}

// Rand returns a source of random numbers for the function of task. In a simulation they
// are drawn from the seed, so that a run with the same seed draws the same; otherwise
// they are as those of package math/rand/v2, and not for secrets. It is used by that
// function alone, while it runs, and costs one allocation; keep it.
//
//edo:nowait
func Rand(task *Task) *rand.Rand { return rand.New((*taskRand)(task)) }

// taskRand is a Task as a source of random numbers.
type taskRand Task

// Uint64 returns the next number. It panics when the Task is not the caller's.
func (r *taskRand) Uint64() uint64 {
	t := (*Task)(r).in()
	if err := t.Check(); err != nil {
		panic(err)
	}
	switch {
	case t.Rt == nil || !t.Rt.Driver.Seeded():
		return rand.Uint64()
	case t.Cx.External(): // a blocking task must not perturb the run
		return uint64(t.Cx.Rand())<<32 | uint64(t.Cx.Rand())
	}
	return t.Rt.Driver.Rand()
}
