package core

import (
	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/coro"
)

// Borrowed is a call that waits, of a function that was not compiled, by one that was: it runs
// on a coroutine, which is borrowed for the call.
type Borrowed struct {
	t        *Task
	run      func()
	hasBegun bool           // on the coroutine
	late     *Panic         // that the function has ended with, if it has ended
	labels   carried.Labels // of the profiler, that the function has left on the coroutine
}

// NewBorrowed returns a call of run, for a frame of t.
func NewBorrowed(t *Task, run func()) *Borrowed { return &Borrowed{t: t, run: run} }

// Step runs the function on. A panic of the function is one of Step.
func (b *Borrowed) Step() (done bool) {
	b.t.TakeResumed()
	return b.resume() && b.end()
}

// end passes the panic on that the function has ended with, if it has.
func (b *Borrowed) end() (done bool) {
	if b.late != nil {
		b.t.Rethrow(b.late)
	}
	return true
}

// resume runs the function on the coroutine until it waits or ends.
func (b *Borrowed) resume() (ended bool) {
	t := b.t
	cx, g := t.Cx, t.gid.Load()
	var r coro.Runner
	if !b.hasBegun {
		t.SetCoro(t.Pool().Get())
		b.hasBegun = true
		r = b
	}
	hasReturned := false
	defer func() {
		if !hasReturned { // the function called Goexit, and so does this goroutine
			t.SetCoro(nil)
		}
		t.Cx = cx
		t.gid.Store(g)
	}()
	if cx.External() {
		if x := ExtraOf(t.Head()); !x.hasValues() {
		} else if r != nil {
			r = &runnerWithValues{r, x}
		} else if cx.Inspecting() {
			defer x.EnterValues(t.Coro().Gid())()
		}
	}
	c := t.Coro()
	if r == nil {
		t.gid.Store(c.Gid())
	}
	var res coro.Result
	before := cx.SetGoroutine(c.Gid())
	if r != nil {
		res = c.StartRunner(r)
	} else {
		res = c.Resume()
	}
	cx.SetGoroutine(before)
	hasReturned = true
	if res.State == coro.Suspended {
		return false
	}
	b.hasBegun = false
	t.SetCoro(nil)
	t.Pool().Put(c)
	b.late = nil
	if res.State == coro.Panicked {
		b.late = &Panic{Value: res.Value, Stack: res.Stack}
	} else if b.labels != carried.LabelsHere() { // in direct style the caller has them too
		carried.SetLabels(b.labels)
	}
	return true
}

// Run runs the function on c.
func (b *Borrowed) Run(c *coro.Coro) {
	b.t.EnterOn(c)
	b.run()
	b.labels = carried.LabelsHere()
	if carried.Any() {
		if err := clearLeftovers(b.t.Name); err != nil {
			b.t.Rt.OnError(err)
		}
	}
}

// Unwound forgets the goroutine.
func (b *Borrowed) Unwound(*coro.Coro) {
	b.t.gid.Store(0)
	b.t.Cx.SetGoroutine(0)
}
