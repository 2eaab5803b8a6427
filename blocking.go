package edo

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Blocking spawns a task that runs fn on a goroutine of its own, where it may call
// anything: databases, cgo, net/http. Its Task works as in direct style, except
// that suspending parks the goroutine. [Run] waits for it as for every task.
//
// Aborted before fn has started, fn never runs. After that it is up to fn, which
// gets [ErrCancelled] from the operations of its Task, and whose [Task.Context] is
// cancelled. It costs a goroutine.
//
// In a task of a scope the new task is of the scope too, see [Go]: its error cancels the
// scope, also when it is got from the handle. And it is not aborted when a task that
// awaits its handle is. A call whose result and error are the caller's alone, and that is
// cancelled with the caller, is [Call].
//
// It is the place for [runtime.LockOSThread]: fn may wait while it is locked, and when it
// returns locked its thread ends with it. In a bubble of testing/synctest Blocking is an
// error.
func Blocking[T any](s Spawner, fn func(task *Task) (T, error), opts ...SpawnOption) *JoinHandle[T] {
	b := &blocking[T]{fn: fn}
	b.task.fn, b.task.whole = fn, true
	b.wake = make(chan struct{}, 1)
	h := &b.handle
	x := h.more()
	for _, o := range opts {
		o(x)
	}
	if x.given == "" {
		x.given = funcName(fn)
	}
	h.task.InitExternal((*blockingBody[T])(b))
	cx, rt, err := spawnerOf(s)
	if err == nil && carried.InBubble() {
		err = errBubble
	}
	if err == nil && (len(opts) != 0 || handsDown(s, cx, rt)) {
		err = descend(&h.task, s, cx, rt)
	}
	if err == nil {
		err = rt.sched.Hold()
	}
	if err != nil {
		h.refuse(rt, err)
		return h
	}
	b.task.rt = rt
	b.task.head = &h.task
	rt.sched.RegisterExternal(&h.task)
	rt.sched.CountExternal(1)
	if x.daemon {
		rt.sched.MarkDaemon()
	}
	go b.run()
	return h
}

// blocking is a task on a goroutine of its own.
type blocking[T any] struct {
	handle JoinHandle[T]
	fn     func(*Task) (T, error)
	task   Task
	wake   chan struct{} // one token lets the goroutine go on
}

// parked is the body of a task on a goroutine of its own.
type parked interface{ token() chan struct{} }

// run is the goroutine. Each step of the end is a deferred call of its own: a panic
// or a Goexit in one of them skips none of the others.
func (b *blocking[T]) run() {
	h, t := &b.handle, &b.task
	rt := t.rt.sched
	if x := h.extra.Load(); x.hasValues() {
		defer enterValues(gid.Get(), x)()
	}
	cx := sched.NewContext(rt, t.head)
	t.cx = (*Context)(cx)
	t.gid.Store(gid.Get())
	defer func() {
		rt.Release()
		rt.CountExternal(-1)
	}()
	defer h.resolve(cx)
	defer func() {
		h.task.Complete()
		rt.UnregisterExternal(&h.task)
	}()
	defer t.end(h.extra.Load())
	if h.task.IsCancelled() {
		h.extra.Load().fail(ErrCancelled)
		return
	}
	guard(t.Name(), h.extra.Load(), func() {
		v, err := b.fn(t)
		h.value = v
		if err != nil {
			h.extra.Load().fail(err)
		}
	})
}

// end ends the function on a goroutine of its own: it drops what the task owns, and
// runs what it has left suspended to its end.
func (t *Task) end(x *extra) {
	t.finish()
	over := false
	defer func() {
		if !over { // Goexit in a function that was left suspended
			x.fail(failError(t.Name(), recover(), debug.Stack()))
			t.end(x)
		}
	}()
	for len(x.owned) != 0 {
		guard(t.Name(), x, x.takeOwned().Drop)
	}
	for !x.nested.finish(t.cx, x) {
		t.sleep()
	}
	over = true
}

// guard calls fn, and makes a panic an error of x. runtime.Goexit is one too; it then
// ends the goroutine, after its deferred functions have run.
func guard(name string, x *extra, fn func()) {
	returned := false
	defer func() {
		if !returned {
			x.fail(failError(name, recover(), debug.Stack()))
		}
	}()
	fn()
	returned = true
}

// park waits on a goroutine of its own, that of the task of x, until the task is
// woken.
func (t *Task) park(x *extra) {
	x.nested.clean(t.cx, x)
	t.sleep()
}

// sleep is park without a look at functions that were dropped: one that such a look
// drives to its end, after its owner has looked, would wake nobody any more.
func (t *Task) sleep() {
	t.cx.in().SetBudget(sched.Budget)
	if t.head.Suspend() {
		if t.rt != nil {
			t.rt.sched.CountExternal(-1)
		}
		<-t.head.Body().(parked).token()
		t.head.Resume()
	}
	if !t.cancelled && t.head.IsCancelled() {
		t.cancelled = true
		if t.ctx != nil { // who cancels may not have come to it yet
			t.ctx.end(t.whyCancelled())
		}
	}
}

// unpark lets a parked goroutine go on. It counts again before it runs, so that a
// simulated clock does not jump meanwhile.
func (t *Task) unpark(wake chan struct{}) {
	if t.rt != nil {
		t.rt.sched.CountExternal(1)
	}
	wake <- struct{}{}
}

// blockingBody is the side of a blocking task that the scheduler sees.
type blockingBody[T any] blocking[T]

func (b *blockingBody[T]) Poll(*sched.Context) bool { panic("edo: a blocking task is not polled") }
func (b *blockingBody[T]) Fail(any, []byte)         { panic("edo: a blocking task is not polled") }
func (b *blockingBody[T]) Unpark()                  { b.task.unpark(b.wake) }
func (b *blockingBody[T]) token() chan struct{}     { return b.wake }
func (b *blockingBody[T]) Cancelled()               { b.more().contexts.cancel() }
func (b *blockingBody[T]) more() *extra             { return b.handle.extra.Load() }
func (b *blockingBody[T]) peek() *extra             { return b.more() }
func (b *blockingBody[T]) ownName() name            { return name{} }

// Block runs fn on the calling goroutine, with a Task of the runtime of s: for a
// test, an http.Handler, any goroutine that is no task. Suspending parks the
// goroutine. fn gets [ErrCancelled] when ctx ends or the runtime does; otherwise
// Block returns what fn does. The [Task.Context] of its Task derives from ctx: it has
// its values and its deadline, and ends with its cause. It does not hold [Run] open, has no budget, and spawns
// nothing itself. In a task, whose worker it would block, and in the simulator,
// which could not replay it, it is an error, and so it is in a bubble of testing/synctest.
// The goroutine may be locked to its thread ([runtime.LockOSThread]): then each wait of an
// [Async] inside takes some microseconds.
func Block(s Spawner, ctx context.Context, fn func(task *Task) error) error {
	if runtimes.inside(gid.Get()) {
		return errors.New("edo: Block in a task would stop its worker: use Await")
	}
	_, rt, err := spawnerOf(s)
	if err != nil {
		return err
	}
	if rt.driver.Seeded() {
		return errors.New("edo: Block in the simulator could not be replayed: use Go")
	}
	if carried.InBubble() {
		return errBubble
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrCancelled, context.Cause(ctx))
	}
	b := &block{base: ctx}
	b.extra.given = "Block of " + funcName(fn)
	t := &b.task
	t.rt, t.head, t.fn, t.whole = rt, &b.head, fn, true
	b.wake = make(chan struct{}, 1)
	b.head.InitExternal(b)
	t.cx = (*Context)(sched.NewContext(rt.sched, &b.head))
	t.gid.Store(gid.Get())
	rt.sched.RegisterExternal(&b.head)
	rt.sched.CountExternal(1)
	defer rt.sched.CountExternal(-1)
	select {
	case <-rt.sched.Done():
		b.head.Complete()
		rt.sched.UnregisterExternal(&b.head)
		return ErrShutdown
	default:
	}
	stop := afterContext(ctx, b.head.Cancel)
	defer func() {
		stop()
		b.head.Complete()
		rt.sched.UnregisterExternal(&b.head)
	}()
	err = b.call(fn)
	if errors.Is(err, ErrCancelled) && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", err, context.Cause(ctx))
	}
	return err
}

// call calls fn, and ends what it has left suspended; a panic there is an error.
func (b *block) call(fn func(task *Task) error) (err error) {
	defer func() {
		if b.extra.err != nil {
			err = errors.Join(err, b.extra.err)
		}
	}()
	defer b.task.end(&b.extra)
	return fn(&b.task)
}

// block is the task of a Block.
type block struct {
	base  context.Context // what Block was given
	head  sched.Task
	extra extra
	task  Task
	wake  chan struct{}
}

func (b *block) Poll(*sched.Context) bool { panic("edo: the task of a Block is not polled") }
func (b *block) Fail(any, []byte)         { panic("edo: the task of a Block is not polled") }
func (b *block) Unpark()                  { b.task.unpark(b.wake) }
func (b *block) token() chan struct{}     { return b.wake }
func (b *block) Cancelled()               { b.extra.contexts.cancel() }
func (b *block) more() *extra             { return &b.extra }
func (b *block) peek() *extra             { return &b.extra }
func (b *block) ownName() name            { return name{} }
