package core

import (
	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/coro"
)

// Borrowed is a call that waits, of a function that was not compiled, by one that was: it runs
// on a coroutine, which is borrowed for the call.
type Borrowed struct {
	t   *Task
	run func()
}

// NewBorrowed returns a call of run, for a frame of t.
func NewBorrowed(t *Task, run func()) *Borrowed { return &Borrowed{t, run} }

// Step runs the function on. A panic of the function is one of Step.
func (b *Borrowed) Step() (done bool) {
	t := b.t
	cx, g := t.Cx, t.gid.Load()
	t.TakeResumed()
	var r coro.Runner
	if t.Coro() == nil {
		t.SetCoro(t.Pool().Get())
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
	t.SetCoro(nil)
	t.Pool().Put(c)
	if res.State == coro.Panicked {
		t.Rethrow(&Panic{Value: res.Value, Stack: res.Stack})
	}
	return true
}

// Run runs the function on c.
func (b *Borrowed) Run(c *coro.Coro) {
	b.t.EnterOn(c)
	b.run()
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
