package edo

import (
	"context"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// Context is what a poll is given: the waker of the task, its worker, its budget.
// It must not outlive the poll, nor leave its goroutine. A Context is a [Spawner].
type Context sched.Context

func (cx *Context) in() *sched.Context { return (*sched.Context)(cx) }

// Waker returns the waker of the task that is being polled.
func (cx *Context) Waker() Waker { return Waker{cx.in().Task()} }

// Proceed takes one leaf operation off the budget of this poll and reports whether
// leaf may go on: it is the first thing that the poll of a [Leaf] calls. When Proceed
// returns false, the leaf returns [Pending] without doing anything. Either the task has been
// put behind the others already, so that one whose inputs are always ready cannot
// starve the rest; or a report asks what the task waits for, and leaf is the answer.
// nil is a leaf that has nothing to say.
func (cx *Context) Proceed(leaf Leaf) bool {
	return cx.in().TakeBudget() || cx.deferLeaf(leaf)
}

// deferLeaf notes that leaf may not go on, unless a simulation lets it.
//
//go:noinline
func (cx *Context) deferLeaf(leaf Leaf) (goesOn bool) {
	if cx.in().GoesOn(leaf) {
		return true
	}
	cx.in().Defer(leaf)
	return false
}

// Yield puts the task that is being polled behind the other runnable tasks, and
// behind one look at timers and I/O. The poll must return [Pending] then.
func (cx *Context) Yield() { cx.in().Yield() }

// Values returns a context that has the values of the task that is being polled, as
// [Task.Context] does in direct style: those of [ValuesOf], or of the context that [Run] or [Block]
// was given. It never ends. It may be kept.
func (cx *Context) Values() context.Context {
	return core.ValuesOf(cx.in().Root(), core.RuntimeOf(cx.in()))
}

func (cx *Context) spawner() (*sched.Context, *core.Runtime, core.Group, error) {
	if cx == nil {
		panic(errNilSpawner)
	}
	rt := core.RuntimeOf(cx.in())
	if rt == nil {
		return nil, nil, nil, core.ErrNoRuntime
	}
	return cx.in(), rt, nil, nil
}

// Waker wakes one task, from any goroutine. It is a pointer: copy it, compare it, keep
// it. A waker that is kept keeps the memory of its task. The zero Waker wakes no task.
type Waker struct{ t *sched.Task }

// Wake makes the task run again, some time after the call. It never waits and may
// be called from any goroutine, on a task that runs, and on one that has ended.
// Several wakes before the next poll are one. What was done before Wake is seen by
// the poll that follows. It costs 10 to 100 ns.
func (w Waker) Wake() {
	if w.t != nil {
		w.t.Wake()
	}
}

// WakeBy is [Waker.Wake] from inside the poll that cx belongs to, and faster: the first
// task that a poll wakes runs next on this worker, most of the time, and the others
// behind it, in order. Without a poll, when cx is nil, it is Wake.
func (w Waker) WakeBy(cx *Context) {
	if w.t != nil {
		w.t.WakeBy(cx.in())
	}
}

// IsZero reports whether w is the zero Waker.
func (w Waker) IsZero() bool { return w.t == nil }
