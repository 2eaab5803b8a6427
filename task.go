package edo

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/gid"
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
	cx        *Context       // of the poll under way; the function's alone, as is the rest unless it says otherwise
	coro      *coro.Coro     // what the function runs on; nil: a goroutine of its own
	region    *region        // the innermost that the function is in
	gid       atomic.Uintptr // the function's goroutine; 0 before it starts, returned afterwards; for all
	whole     bool           // the function is the whole of its task
	polls     bool           // the function polls a future, in Await or Next
	chains    bool           // who resumed the function takes whatever task comes back
	cancelled bool           // every operation fails from now on, with ErrCancelled
	refused   uint32         // how many operations have failed for that

	head  *sched.Task         // the task that polls; set before the function starts
	rt    *Runtime            // nil under a mock task
	ctx   *taskContext        // made when first asked for
	fn    any                 // the function
	await func(*Context) Poll // one poll of what a goroutine of its own waits for, while it does
}

// returned is the gid of a Task whose function has returned: no goroutine's.
const returned = ^uintptr(0)

// over says whether the function has ended.
func (t *Task) over() bool { return t.gid.Load() == returned }

func (t *Task) spawner() (*sched.Context, *Runtime, error) {
	if err := t.check(); err != nil {
		return nil, t.rt, err // the runtime that is told when nobody asks the handle
	}
	if t.rt == nil {
		return nil, nil, errNoRuntime
	}
	return t.cx.in(), t.rt, nil
}

// check says whether the caller is the function that t belongs to.
func (t *Task) check() error {
	if t.gid.Load() == gid.Get() {
		return nil
	}
	return t.misused()
}

// misused says how t is used wrongly.
func (t *Task) misused() error {
	if t.over() {
		return fmt.Errorf("edo: Task of %s used after its function has returned", t.Name())
	}
	if t.rt != nil {
		if other := t.rt.sched.PollingOn(gid.Get()); other != nil {
			return fmt.Errorf("edo: Task of %s used by task %s: use the Task that its own function was given", t.Name(), taskName(other))
		}
	}
	return fmt.Errorf("edo: Task of %s used by a goroutine that is no task: it spawns from Task.Runtime, and waits in Block", t.Name())
}

// enter begins an operation that may wait.
func (t *Task) enter() error {
	if err := t.check(); err != nil {
		return err
	}
	if t.polls {
		return fmt.Errorf("edo: Task of %s used to wait inside a future that it awaits: in a poll nothing can wait", t.Name())
	}
	if err := t.interrupted(); err != nil {
		return t.refuse(err)
	}
	return nil
}

// suspend waits until the task is woken.
func (t *Task) suspend() error { return t.pause(true) }

// wait is suspend for who waits on although the task, or a scope, was cancelled.
func (t *Task) wait() { t.pause(false) }

// pause is suspend or wait. It calls what changes stacks itself: after that the
// processor predicts every return wrongly, and the collector looks at every frame of
// each function that waits.
func (t *Task) pause(heeds bool) error {
	if t.region != nil {
		if err := t.region.watch(t); heeds && err != nil {
			return err
		}
	}
	if c := t.coro; c == nil {
		t.park(ownerOf(t.head))
	} else {
		var p *coro.Coro
		if d := t.successor(); d != nil {
			p = c.LeaveTo(d)
		} else {
			p = c.Leave()
		}
		if next, yield := p.Turn(); next != nil {
			next()
		} else {
			yield(struct{}{})
		}
		t.cx.in().Arrive()
	}
	if !heeds || t.cx.in().Inspecting() { // to go on would be to do something
		return nil
	}
	return t.interrupted()
}

// leaveInspection suspends a function that a report would otherwise drive on: what it
// awaits did not wait when it was only asked. It goes on when a worker polls it.
func (t *Task) leaveInspection() {
	for t.cx.in().Inspecting() {
		t.cx.in().Task().Wake() // the part of the task that is polled, as any leaf would
		t.coro.Yield()
		t.cx.in().Arrive()
	}
}

// finish marks the function as ended: its Task is of no more use.
func (t *Task) finish() {
	t.gid.Store(returned)
	if t.ctx != nil {
		if x := ownerOf(t.head); x != nil {
			x.contexts.remove(t.ctx)
		}
		t.ctx.end(context.Canceled)
	}
}

// Err returns nil while the function may go on, [ErrCancelled] once the task has
// been asked to end, and an error that says so when t is not the caller's.
func (t *Task) Err() error {
	if err := t.check(); err != nil {
		return err
	}
	return t.region.through(t, cancellation(t.cancelled || t.head.IsCancelled()))
}

// Name returns the name of the task.
func (t *Task) Name() string {
	if t.whole && t.head != nil {
		if x := t.head.Body().(named).peek(); x != nil && x.given != "" {
			return x.given
		}
	}
	return funcName(t.fn)
}

// Runtime returns the runtime that the task runs on, or nil under a mock task. It may
// be called from any goroutine.
func (t *Task) Runtime() *Runtime { return t.rt }

// Context returns a [context.Context] that is cancelled when the task is asked to
// end, and when its function has returned: for calls to other libraries. It derives from
// the context that [Block] or, with [WithContext], [Run] was given: it has its values,
// its deadline and its cause. Inside a [WithScope] it ends with the scope as well, at
// its deadline too, which it knows. It is made when first asked for.
func (t *Task) Context() context.Context {
	if err := t.check(); err != nil {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(err)
		return ctx
	}
	return t.context(t.region)
}

func (t *Task) polled() { t.polls = false }

// Proceed is [Context.Proceed] in direct style, for an operation that may go on at once:
// it takes one leaf operation off the budget, and when that is used up lets the other
// tasks run first. leaf may be nil. The error is that of an [Await]: then the operation
// must do nothing. It costs a few nanoseconds.
func (t *Task) Proceed(leaf Leaf) error {
	if err := t.enter(); err != nil {
		return err
	}
	for !t.cx.in().Take() {
		t.cx.in().Defer(leaf)
		if err := t.suspend(); err != nil {
			return err
		}
	}
	return nil
}

// charge takes one operation off the budget, of which left was left before something was
// polled that was ready, unless that has taken some: an [Async] that did not wait, a future
// written by hand. So a loop that awaits what is ready gives way to other tasks.
func (t *Task) charge(left int) {
	if t.cx.in().Budget() == left && !t.cx.in().Take() {
		t.giveWay()
	}
}

// giveWay goes behind the others, cancelled or not: there is a result to return.
//
//go:noinline
func (t *Task) giveWay() {
	t.cx.in().Yield()
	t.wait()
}

// Await waits for f and returns what it gives. It borrows f: it does not drop it,
// also when the task is cancelled meanwhile and Await returns [ErrCancelled]. It
// allocates nothing, but for a wait on a goroutine of its own, in [Blocking] and
// [Block]; otherwise a wait costs two switches of the coroutine, about 200 ns.
func Await[T any](task *Task, f Future[T]) (T, error) {
	var zero T
	if err := task.enter(); err != nil {
		return zero, err
	}
	defer task.polled() // also when the poll panics
	for {
		task.polls = true
		left := task.cx.in().Budget()
		v, p, err := f.Poll(task.cx)
		task.polls = false
		if p != Pending {
			task.leaveInspection()
			task.charge(left)
			return v, err
		}
		if task.coro == nil {
			return awaitParked(task, f)
		}
		if err := task.suspend(); err != nil {
			return zero, err
		}
	}
}

// awaitParked goes on with an Await on a goroutine of its own: while that is parked a
// report may poll f in its place.
func awaitParked[T any](task *Task, f Future[T]) (v T, err error) {
	p := Pending
	task.await = func(cx *Context) Poll {
		if p == Pending {
			v, p, err = f.Poll(cx)
		}
		return p
	}
	defer func() { task.await = nil }()
	for {
		cause := task.suspend()
		if p != Pending {
			return v, err
		}
		if cause != nil {
			return v, cause
		}
		task.polls = true
		task.await(task.cx)
		task.polls = false
		if p != Pending {
			return v, err
		}
	}
}

// Next waits for the next item of s, which it borrows. ok says that there is one,
// which may be an error. Without ok s has ended, or, with an error, the task was
// cancelled. Otherwise it is like [Await].
func Next[T any](task *Task, s Stream[T]) (v T, ok bool, err error) {
	if err := task.enter(); err != nil {
		return v, false, err
	}
	defer task.polled()
	for {
		task.polls = true
		left := task.cx.in().Budget()
		v, p, err := s.PollNext(task.cx)
		task.polls = false
		if p != Pending {
			task.leaveInspection()
			task.charge(left)
			return v, p == Ready, err
		}
		if task.coro == nil {
			return nextParked(task, s)
		}
		if err := task.suspend(); err != nil {
			leaveLine(s)
			return v, false, err
		}
	}
}

// nextParked goes on with a Next on a goroutine of its own.
func nextParked[T any](task *Task, s Stream[T]) (v T, ok bool, err error) {
	v, err = awaitParked(task, Future[T](nextItem[T]{s, &ok}))
	if err != nil && !ok {
		leaveLine(s)
	}
	return v, ok, err
}

// leaveLine has s give up the place in line that it keeps, if it does.
func leaveLine[T any](s Stream[T]) {
	if w, ok := s.(withdrawer); ok {
		w.Withdraw()
	}
}

// nextItem is the next item of s, as a future; ok says that there is one.
type nextItem[T any] struct {
	s  Stream[T]
	ok *bool
}

func (n nextItem[T]) Poll(cx *Context) (T, Poll, error) {
	v, p, err := n.s.PollNext(cx)
	*n.ok = p == Ready
	if p == End {
		p = Ready
	}
	return v, p, err
}
