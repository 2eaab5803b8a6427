package edo

import (
	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/sched"
)

// direct is a task made by [Go]: handle, future and Task in one allocation. A Task is
// never used again, so it may lie in the object that the collector frees with it.
//
// The worker that polls it switches to its coroutine itself, and not through a
// future: after a switch of stacks the processor predicts every return wrongly. The rare
// cases go through a future, which the task is as well: see directFuture.
//
// # The task that comes back
//
// A function that has returned need not switch back to the worker. The coroutine that
// it ran on ends the task and asks the worker which task it would poll next; if that
// is another function that has not begun, the coroutine runs it at once (relay). A function
// that waits hands over to another one that waited, in the same way (successor). So the
// task that comes back to directBody.Poll is the one that the worker polls by then, not
// always the one that the worker switched to.
type direct struct {
	JoinHandle[Unit]
	self core.StackTask
	fn   func(*Task) error
	gone bool // the function was released; the worker's
}

// newDirect returns a task that runs fn, which may not be spawned yet.
func newDirect(fn func(*Task) error, opts []SpawnOption) *JoinHandle[Unit] {
	d := &direct{fn: fn}
	d.self.Init()
	d.head.Task.Init((*directBody)(d))
	if labels := carried.LabelsHere(); labels != nil || len(opts) != 0 {
		prepare(&d.head, labels, opts)
	}
	return &d.JoinHandle
}

// directBody is the side of a direct that the scheduler sees.
type directBody direct

var _ core.Body = (*directBody)(nil)

// Release makes the task give up its function.
func (b *directBody) Release() { b.gone = true }

// Future returns the task as a future.
func (b *directBody) Future() any {
	if b.gone {
		return nil
	}
	return (*directFuture)(b)
}

// PollFuture runs the function on.
func (b *directBody) PollFuture(sc *sched.Context) (ended bool, err error) {
	return (*directFuture)(b).poll(sc)
}

// Poll switches to the function, and reports whether the task that came back has ended.
func (b *directBody) Poll(sc *sched.Context) (ended bool) {
	d := (*direct)(b)
	if !d.isPlain(sc) {
		return core.Poll(b, sc, true)
	}
	t := &d.self
	t.Cx, t.MayRelay = sc, true
	var r coro.Result
	var before uintptr
	if c := t.Coro(); c != nil {
		before = sc.SetGoroutine(c.Gid())
		r = c.Resume()
	} else {
		before = sc.Goroutine()
		t.Start(sc)
		r = t.Coro().StartRunner((*directRunner)(d))
	}
	sc.SetGoroutine(before)
	d = (*direct)(sc.Root().Body().(*directBody))
	t = &d.self
	t.Cx = nil
	if r.State == coro.Suspended {
		return false
	}
	return d.ended(sc, r)
}

// isPlain reports whether the worker may switch to the function itself: there is one, and
// nothing else to do for the task.
func (d *direct) isPlain(sc *sched.Context) bool {
	return !d.gone && !sc.External() && !d.head.Task.IsCancelled() && d.head.Extra().IsOrdinary()
}

// ended ends the task, whose function has ended with r.
func (d *direct) ended(sc *sched.Context, r coro.Result) bool {
	t := &d.self
	c := t.Coro()
	t.SetCoro(nil)
	if r.State == coro.Panicked {
		d.head.Fail(&PanicError{Value: r.Value, Stack: r.Stack, Task: t.Name()}, (*directFuture)(d))
	}
	t.Pool().Put(c)
	if d.gone { // the coroutine has ended the task
		return true
	}
	t.Finish()
	d.gone = true
	return core.Poll((*directBody)(d), sc, true) // the other steps of the end
}

// directFuture is a direct as a future: for its worker when there is more to do than
// to switch to the function, and for reports. It always switches back to its caller.
type directFuture direct

// poll runs the function until it suspends or returns.
func (f *directFuture) poll(sc *sched.Context) (ended bool, err error) {
	d := (*direct)(f)
	t := &d.self
	if t.Died() || t.HasReturned() {
		return true, core.ErrPolledAgain
	}
	var r coro.Runner
	if t.Coro() == nil {
		t.Start(sc)
		r = (*directRunner)(d)
	}
	t.SeeCancelled(sc, false)
	t.MayRelay = false
	ended, err = t.Drive(sc, r)
	if ended {
		t.SetCoro(nil)
		t.Finish()
	}
	return ended, err
}

// TellCancelled reports whether the function has started, and must be polled to its end.
func (f *directFuture) TellCancelled() (goesOn bool) { return f.self.Coro() != nil }

// Drop drops a function that has not started, or whose coroutine is gone.
func (f *directFuture) Drop() {
	if !f.self.Died() {
		f.self.MarkReturned()
	}
}

// Function is what the task is named after.
func (f *directFuture) Function() any { return f.fn }

// Function is what the task is named after, also after it has ended.
func (b *directBody) Function() any { return b.fn }

// directRunner is the side of a direct that the coroutine sees.
type directRunner direct

// Run runs the function on the coroutine, and after it those that the worker would
// come to next.
func (r *directRunner) Run(c *coro.Coro) {
	d := (*direct)(r)
	d.self.EnterOn(c)
	for {
		err := d.fn(publicTask(&d.self.Task))
		d = d.relay(c, err)
		if d == nil {
			return
		}
	}
}

// relay ends the task, whose function has returned err, if there is nothing more to it,
// and returns the next one that may run on c.
func (d *direct) relay(c *coro.Coro, err error) *direct {
	t := &d.self
	if carried.Any() {
		err = t.ClearLeftovers(err)
	}
	t.MarkReturned()
	if err != nil {
		d.head.Fail(err, (*directFuture)(d))
		return nil
	}
	if !t.MayRelay || d.head.Extra() != nil {
		return nil
	}
	sc := t.Cx
	d.gone = true
	d.head.Resolve(sc)
	n := sc.TakeNext(true)
	if n == nil {
		return nil
	}
	b, ok := n.Body().(*directBody)
	if !ok {
		return nil
	}
	next := (*direct)(b)
	if next.self.Coro() != nil || !next.isPlain(sc) {
		return nil
	}
	rt := t.Rt
	t.Cx = nil
	t.SetCoro(nil)
	sc.HandOver(true)
	next.self.StartOn(c, sc, &next.head.Task, rt)
	c.Become((*directRunner)(next))
	return next
}

func init() { core.Successor = successor }

// successor returns the coroutine of the task that the worker would poll next, when that
// is one of a function which waits. The function of t, which may relay, hands over to it.
func successor(t *core.Task) *coro.Coro {
	sc := t.Cx
	n := sc.TakeNext(false)
	if n == nil {
		return nil
	}
	b, ok := n.Body().(*directBody)
	if !ok {
		return nil
	}
	d := (*direct)(b)
	u := &d.self
	if u.Coro() == nil || !d.isPlain(sc) {
		return nil
	}
	t.Cx = nil
	u.Cx, u.MayRelay = sc, true // in a simulation u may be t
	sc.SetGoroutine(u.Coro().Gid())
	return u.Coro()
}

// Condemn makes the function exit when it is resumed.
func (r *directRunner) Condemn(c *coro.Coro) { r.self.Condemn(c) }

// Unwound forgets the goroutine: its descriptor will be used again.
func (r *directRunner) Unwound(*coro.Coro) { r.self.Unwound() }
