package core

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/sched"
)

// Task is a function in direct style, as that function sees it: an edo.Task. It runs on a
// coroutine, or on a goroutine of its own (edo.Blocking and edo.Block).
//
// The fields belong to the function's goroutine, and to the worker while the function does
// not run, unless noted.
type Task struct {
	Cx  *sched.Context // context of the current poll
	gid goroutine      // the function's goroutine; 0 before it starts, returned afterwards; read by all

	IsWhole     bool // the function is the whole of its task
	Polls       bool // the function polls a future, in Await or Next
	MayRelay    bool // the worker that resumed the function accepts another task in return
	IsCancelled bool // every operation fails from now on, with ErrCancelled
	IsFrame     bool // the function is polled as a frame, and has no stack of its own, see step.go
	IsResumed   bool // of a frame: the poll has not come to the operation yet that waits
	ignores     bool // of a frame: the wait goes on although it was cancelled
	place       place

	Rt   *Runtime // nil under a mock task
	rare *rare    // what few functions have; nil: nothing
}

// rare is what few functions have.
type rare struct {
	ctx     *taskContext // made when first asked for
	parked  *parkedWait  // what a goroutine of its own waits for in Await, while it does
	kept    *Kept        // of a frame: the result of an operation, which is not returned yet
	aside   *Aside       // of a frame: its polls run on coroutines, see aside.go
	coro    *coro.Coro   // of a FrameTask: that it has borrowed
	region  *Region      // of a FrameTask: the innermost that the function is in
	refused uint32       // how many operations have failed because the function was cancelled
}

// rarely returns what few functions have, and makes it.
func (t *Task) rarely() *rare {
	if t.rare == nil {
		t.rare = &rare{}
	}
	return t.rare
}

// goroutine is the identity of a goroutine, which is stored without waiting for the cache: a
// goroutine asks whether it is its own, and that it has stored itself.
type goroutine struct{ id uintptr }

func (g *goroutine) Load() uintptr    { return atomic.LoadUintptr(&g.id) }
func (g *goroutine) Store(id uintptr) { release.StoreMark(&g.id, id) }

// returned is the gid of a Task whose function has returned: no goroutine's.
const returned = ^uintptr(0)

// Source is that of package edo for a Task that spawns.
func (t *Task) Source() (cx *sched.Context, rt *Runtime, group Group, err error) {
	switch {
	case t.gid.Load() != gid.Get():
		return nil, t.Rt, nil, t.misused()
	case t.Rt == nil:
		return nil, nil, nil, ErrNoRuntime
	}
	return t.Cx, t.Rt, nil, nil
}

// context returns the context that the function has asked for, or nil.
func (t *Task) context() *taskContext {
	if t.rare == nil {
		return nil
	}
	return t.rare.ctx
}

// HasReturned reports whether the function has ended.
func (t *Task) HasReturned() bool { return t.gid.Load() == returned }

// IsHere reports whether the function runs on the calling goroutine.
func (t *Task) IsHere() bool { return t.gid.Load() == gid.Get() }

// Check returns nil when the caller is the function that t belongs to.
func (t *Task) Check() error {
	if t.gid.Load() == gid.Get() {
		return nil
	}
	return t.misused()
}

// misused returns how t is used wrongly.
func (t *Task) misused() error {
	if t.HasReturned() {
		return fmt.Errorf("edo: Task of %s used after its function has returned", t.Name())
	}
	if t.Rt != nil {
		if other := t.Rt.Sched.PollingOn(gid.Get()); other != nil {
			return fmt.Errorf("edo: Task of %s used by task %s: use the Task that its own function was given", t.Name(), NameOf(other))
		}
	}
	return fmt.Errorf("edo: Task of %s used by a goroutine that is no task: it spawns from Task.Runtime, and waits in Block", t.Name())
}

// Enter begins an operation that may wait.
func (t *Task) Enter() error {
	switch {
	case t.gid.Load() != gid.Get():
		return t.misused()
	case t.IsFrame && t.Coro() == nil:
		return t.waitsOutsideAStep()
	case t.Polls:
		return fmt.Errorf("edo: Task of %s used to wait inside a future that it awaits: in a poll nothing can wait", t.Name())
	case t.Region() == nil && !t.IsCancelled:
		return nil
	}
	if err := t.Interrupted(); err != nil {
		return t.refuse(err)
	}
	return nil
}

// EnterShield begins a section that ignores cancellation.
func (t *Task) EnterShield() error {
	if err := t.Check(); err != nil {
		return err
	}
	if t.IsFrame && t.Coro() == nil {
		return t.waitsOutsideAStep()
	}
	if t.Polls {
		return fmt.Errorf("edo: Shielded inside a future that Task of %s awaits: in a poll nothing can wait", t.Name())
	}
	return nil
}

// Name returns the name of the task.
func (t *Task) Name() string {
	if t.IsWhole && t.Head() != nil {
		if x := ExtraOf(t.Head()); x != nil && x.Name != "" {
			return x.Name
		}
	}
	return FuncName(t.function())
}

// Start borrows a coroutine, for a function that begins in a poll by cx.
func (t *StackTask) Start(cx *sched.Context) {
	t.SetHead(cx.Root())
	pool := mockCoroutines
	if rt := cx.Runtime(); rt != nil {
		if t.Rt, _ = rt.Owner().(*Runtime); t.Rt != nil {
			pool = t.Rt.Coros
		}
	}
	t.SetCoro(pool.Get())
}

// Pool returns the pool that the coroutine is from.
func (t *Task) Pool() *coro.Pool {
	if t.Rt == nil {
		return mockCoroutines
	}
	return t.Rt.Coros
}

// mockCoroutines are for mock tasks, which have no runtime.
var mockCoroutines = coro.NewPool(0)

// EnterOn notes that the function runs on c.
func (t *Task) EnterOn(c *coro.Coro) {
	g := c.Gid()
	t.gid.Store(g)
	t.Cx.SetGoroutine(g)
}

// StartOn is EnterOn for a function that begins on the coroutine of another one, which has
// ended.
func (t *StackTask) StartOn(c *coro.Coro, cx *sched.Context, head *sched.Task, rt *Runtime) {
	t.Cx, t.coro, t.head, t.Rt, t.MayRelay = cx, c, head, rt, true
	t.gid.Store(c.Gid())
}

// EnterHere notes that the function runs on the calling goroutine.
func (t *Task) EnterHere() { t.gid.Store(gid.Get()) }

// MarkReturned notes that the function has returned, while its goroutine goes on.
func (t *Task) MarkReturned() { t.gid.Store(returned) }

// Unwound ends a function that has not returned, while its goroutine lives.
func (t *Task) Unwound() {
	t.gid.Store(returned)
	t.Cx.SetGoroutine(0)
}

// Finish ends t, whose function has ended.
func (t *Task) Finish() {
	t.gid.Store(returned)
	if ctx := t.context(); ctx != nil {
		if x := makeExtraOf(t.Head()); x != nil {
			x.contexts.remove(ctx)
		}
		ctx.end(context.Canceled)
	}
}

// Died ends a function that has called runtime.Goexit, so that its coroutine is gone, and
// reports whether it has.
func (t *Task) Died() bool {
	if t.Coro() == nil || !t.Coro().Dead() {
		return false
	}
	t.SetCoro(nil)
	t.Finish()
	return true
}

// SeeCancelled makes the function see, when it is resumed, that it was told to end, or that
// the task was cancelled which it is the whole of.
func (t *Task) SeeCancelled(cx *sched.Context, isTold bool) {
	if t.IsCancelled || cx.Inspecting() || !isTold && !(t.IsWhole && t.Head().IsCancelled()) {
		return
	}
	t.IsCancelled = true
	if ctx := t.context(); ctx != nil {
		ctx.end(t.whyCancelled())
	}
}

// Drive switches to the coroutine and back, and returns whether the function has ended, and
// with which panic; r is set when it is to begin. When the function called runtime.Goexit
// the switch does not return: the goroutine that polls ends as well, and the worker takes
// the other steps of the end.
func (t *Task) Drive(cx *sched.Context, r coro.Runner) (ended bool, err error) {
	if cx.External() {
		if x := ExtraOf(t.Head()); !x.hasValues() {
		} else if r != nil {
			r = &runnerWithValues{r, x}
		} else if cx.Inspecting() {
			defer x.EnterValues(t.Coro().Gid())()
		}
	}
	c := t.Coro()
	t.Cx = cx
	var res coro.Result
	before := cx.SetGoroutine(c.Gid())
	if r != nil {
		res = c.StartRunner(r)
	} else {
		res = c.Resume()
	}
	cx.SetGoroutine(before)
	t.Cx = nil
	if res.State == coro.Suspended {
		return false, nil
	}
	if res.State == coro.Panicked {
		err = Hooks.NewPanic(t.Name(), res.Value, res.Stack)
	}
	t.Pool().Put(c)
	return true, err
}

// runnerWithValues is a function that begins off the workers, where its values are found by
// its goroutine.
type runnerWithValues struct {
	coro.Runner
	x *Extra
}

func (v *runnerWithValues) Run(c *coro.Coro) {
	defer v.x.EnterValues(c.Gid())()
	v.Runner.Run(c)
}

// ClearLeftovers takes what the function has left on its goroutine off that, and adds the
// error of a thread that was left locked to err.
func (t *Task) ClearLeftovers(err error) error {
	if left := clearLeftovers(t.Name); left != nil {
		return errors.Join(err, left)
	}
	return err
}
