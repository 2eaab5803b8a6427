package edo

import (
	"errors"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/sched"
)

// direct is a task made by [Go]: handle, future and Task in one allocation. A Task is
// never used again, so it may lie in the object that the collector frees with it.
//
// The worker that polls it switches to its coroutine itself, and not through a
// future: after a switch of stacks the processor predicts every return wrongly. What
// is rare goes through the future that it is as well: see directFuture.
//
// # Who comes back
//
// A function that has returned need not switch back to the worker. The coroutine that
// it ran on ends the task and asks the worker which task it would poll next; if that
// is another function that has not begun, the coroutine runs it at once. So what
// comes back to directBody.Poll is the task that the worker polls by then, not
// always the one that it went to.
type direct struct {
	JoinHandle[Unit]
	self Task
	gone bool // the task has let go of the function; the worker's
}

// newDirect returns a task that runs fn, which may not be spawned yet.
func newDirect(fn func(*Task) error, opts []SpawnOption) *JoinHandle[Unit] {
	d := &direct{}
	d.self.fn, d.self.whole = fn, true
	d.task.Init((*directBody)(d))
	d.labelled()
	d.take(opts)
	return &d.JoinHandle
}

// directBody is the side of a direct that the scheduler sees.
type directBody direct

func (b *directBody) handle() *JoinHandle[Unit] { return &b.JoinHandle }
func (b *directBody) letGo()                    { b.gone = true }

func (b *directBody) held() Future[Unit] {
	if b.gone {
		return nil
	}
	return (*directFuture)(b)
}

// Poll goes to the function, and says whether the task that came back has ended.
func (b *directBody) Poll(sc *sched.Context) (ended bool) {
	d := (*direct)(b)
	if !d.plain(sc) {
		return step[Unit](b, sc)
	}
	t := &d.self
	t.cx, t.chains = (*Context)(sc), true
	var r coro.Result
	var before uintptr
	if c := t.coro; c != nil {
		before = sc.SetGoroutine(c.Gid())
		r = c.Resume()
	} else {
		before = sc.Goroutine()
		t.start(t.cx)
		r = t.coro.StartRunner((*directRunner)(d))
	}
	sc.SetGoroutine(before)
	d = (*direct)(sc.Root().Body().(*directBody))
	t = &d.self
	t.cx = nil
	if r.State == coro.Suspended {
		return false
	}
	return d.ended(sc, r)
}

// plain says whether the worker may go to the function itself: there is one, and
// nothing else to do for the task.
func (d *direct) plain(sc *sched.Context) bool {
	return !d.gone && !sc.External() && !d.task.IsCancelled() && d.extra.Load().ordinary()
}

// ended takes in that the function has.
func (d *direct) ended(sc *sched.Context, r coro.Result) bool {
	t := &d.self
	c := t.coro
	t.coro = nil
	d.takeIn(r)
	t.pool().Put(c)
	if d.gone { // the coroutine has seen to it
		return true
	}
	t.finish()
	d.gone = true
	return step[Unit]((*directBody)(d), sc) // the other steps of the end
}

// takeIn takes in that the function has panicked, if it has.
func (d *direct) takeIn(r coro.Result) {
	if r.State == coro.Panicked {
		d.fail(&PanicError{Value: r.Value, Stack: r.Stack, Task: d.self.Name()}, (*directFuture)(d))
	}
}

func (b *directBody) Fail(value any, stack []byte) { fail[Unit](b, value, stack) }
func (b *directBody) Cancelled()                   { b.extra.Load().contexts.cancel() }
func (b *directBody) more() *extra                 { return b.JoinHandle.more() }
func (b *directBody) peek() *extra                 { return b.extra.Load() }
func (b *directBody) ownName() name                { return ownName[Unit](b) }
func (b *directBody) inspect(cx *Context)          { inspect[Unit](b, cx) }
func (b *directBody) finished() bool               { return b.task.IsResolved() }

// directFuture is a direct as a future: for its worker when there is more to do than
// to go to the function, and for reports. It always comes back to whom it left.
type directFuture direct

// Poll runs the function until it suspends or returns.
func (f *directFuture) Poll(cx *Context) (Unit, Poll, error) {
	d := (*direct)(f)
	t := &d.self
	if d.died() || t.over() {
		return Unit{}, Ready, errPolledAgain
	}
	var r coro.Runner
	if t.coro == nil {
		t.start(cx)
		r = (*directRunner)(d)
	}
	t.hear(cx, false)
	t.chains = false
	ended, err := t.drive(cx, r)
	if !ended {
		return Unit{}, Pending, nil
	}
	t.coro = nil
	t.finish()
	return Unit{}, Ready, err
}

// died says whether the function has called runtime.Goexit, and its coroutine is
// gone.
func (d *direct) died() bool {
	t := &d.self
	if t.coro == nil || !t.coro.Dead() {
		return false
	}
	t.coro = nil
	t.finish()
	return true
}

// cancel says whether the function has started, and must be polled to its end.
func (f *directFuture) cancel() bool { return f.self.coro != nil }

// Drop lets go of a function that has not started, or is gone.
func (f *directFuture) Drop() {
	if !(*direct)(f).died() {
		f.self.gid.Store(returned)
	}
}

func (f *directFuture) function() any { return f.self.fn }

// directRunner is the side of a direct that the coroutine sees.
type directRunner direct

// Run runs the function on the coroutine, and after it those that the worker would
// come to next.
func (r *directRunner) Run(c *coro.Coro) {
	d := (*direct)(r)
	d.self.enterOn(c)
	for {
		err := d.self.fn.(func(*Task) error)(&d.self)
		d = d.next(c, err)
		if d == nil {
			return
		}
	}
}

// next ends the task, whose function has returned err, if there is nothing more to it,
// and returns the next one that may run on c.
func (d *direct) next(c *coro.Coro, err error) *direct {
	t := &d.self
	if carried.Any() {
		err = errors.Join(err, takeOff(t.Name))
	}
	t.gid.Store(returned)
	if err != nil {
		d.fail(err, (*directFuture)(d))
		return nil
	}
	if !t.chains || d.extra.Load() != nil {
		return nil
	}
	sc := t.cx.in()
	d.gone = true
	d.resolve(sc)
	n := sc.Next(true)
	if n == nil {
		return nil
	}
	b, ok := n.Body().(*directBody)
	if !ok {
		return nil
	}
	next := (*direct)(b)
	u := &next.self
	if u.coro != nil || !next.plain(sc) {
		return nil
	}
	t.cx, t.coro = nil, nil
	sc.Turn(true)
	u.cx, u.coro, u.head, u.rt, u.chains = (*Context)(sc), c, &next.task, t.rt, true
	u.gid.Store(c.Gid())
	c.Become((*directRunner)(next))
	return next
}

// successor returns the coroutine of the task that the worker would poll next, when
// that is one of a function which waits, and t may go there instead of to the worker.
func (t *Task) successor() *coro.Coro {
	if !t.chains {
		return nil
	}
	sc := t.cx.in()
	n := sc.Next(false)
	if n == nil {
		return nil
	}
	b, ok := n.Body().(*directBody)
	if !ok {
		return nil
	}
	d := (*direct)(b)
	u := &d.self
	if u.coro == nil || !d.plain(sc) {
		return nil
	}
	u.cx, u.chains = t.cx, true
	t.cx = nil
	sc.SetGoroutine(u.coro.Gid())
	return u.coro
}

// Unwound lets go of the goroutine, whose descriptor will be used again.
func (r *directRunner) Unwound(*coro.Coro) { r.self.unwound() }
