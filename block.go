package edo

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Block runs fn on the calling goroutine, with a Task of the runtime of s: for a
// test, an http.Handler, any goroutine that is no task. Suspending parks the
// goroutine. fn gets [ErrCancelled] when ctx ends or the runtime does; otherwise
// Block returns what fn does. The [Task.Context] of its Task derives from ctx: it has
// its values and its deadline, and ends with its cause. It does not hold [Run] open, has
// no budget, and spawns nothing itself. In a task, whose worker it would block, and in the simulator,
// which could not replay it, it is an error, and so it is in a bubble of testing/synctest.
// The goroutine may be locked to its thread ([runtime.LockOSThread]): then each wait of an
// [Async] inside takes some microseconds.
//
//edo:nostep it keeps the calling goroutine, which is no task
func Block(s Spawner, ctx context.Context, fn func(task *Task) error) error {
	if core.Runtimes.AnyPollsOn(gid.Get()) {
		return errors.New("edo: Block in a task would stop its worker: use Await")
	}
	src := sourceOf(s)
	switch {
	case src.Err != nil:
		return src.Err
	case src.Rt.Driver.Seeded():
		return errors.New("edo: Block in the simulator could not be replayed: use Go")
	case carried.InBubble():
		return core.ErrBubble
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ErrCancelled, context.Cause(ctx))
	}
	b := newBlock(src.Rt, ctx, fn)
	t, rt := &b.task, src.Rt.Sched
	rt.RegisterExternal(t.Head())
	rt.CountExternal(1)
	defer rt.CountExternal(-1)
	defer func() {
		t.Head().Complete()
		rt.UnregisterExternal(t.Head())
	}()
	select {
	case <-rt.Done():
		return ErrShutdown
	default:
	}
	defer core.AfterContext(ctx, t.Head().Cancel)()
	err := b.call(fn)
	if errors.Is(err, ErrCancelled) && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", err, context.Cause(ctx))
	}
	return err
}

// block is the task of a Block.
type block struct {
	head  core.Head
	task  core.StackTask
	base  context.Context // what Block was given
	token chan struct{}
}

// newBlock returns the task of fn, on the calling goroutine.
func newBlock(rt *core.Runtime, ctx context.Context, fn func(task *Task) error) *block {
	b := &block{base: ctx, token: make(chan struct{}, 1)}
	b.head.MakeExtra().Name = "Block of " + core.FuncName(fn)
	b.head.Task.InitExternal(b)
	t := &b.task
	t.Init()
	t.Rt = rt
	t.SetHead(&b.head.Task)
	t.Cx = sched.NewContext(rt.Sched, t.Head())
	t.EnterHere()
	return b
}

// call calls fn, and ends what it has left suspended; a panic there is an error.
func (b *block) call(fn func(task *Task) error) (err error) {
	x := b.head.MakeExtra()
	defer func() {
		if x.Err != nil {
			err = errors.Join(err, x.Err)
		}
	}()
	defer b.task.EndParked(x)
	return fn(publicTask(&b.task.Task))
}

func (b *block) Poll(*sched.Context) bool { panic("edo: the task of a Block is not polled") }
func (b *block) PollFuture(*sched.Context) (ended bool, err error) {
	panic("edo: the task of a Block is not polled")
}
func (b *block) Fail(any, []byte)          { panic("edo: the task of a Block is not polled") }
func (b *block) Base() context.Context     { return b.base }
func (b *block) Head() *core.Head          { return &b.head }
func (b *block) Unpark()                   { b.task.Unpark(b.token) }
func (b *block) Token() chan struct{}      { return b.token }
func (b *block) Cancelled()                { b.head.Extra().CancelContexts() }
func (b *block) Inspect(cx *sched.Context) { b.task.InspectParked(cx) }
func (b *block) Future() any               { return nil }
func (b *block) Release()                  {}
func (b *block) ClearValue()               {}
func (b *block) DropValue()                {}
