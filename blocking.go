package edo

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

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
func Blocking[T any](s Spawner, fn func(task *Task) (T, error), opts ...SpawnOption) *JoinHandle[T] {
	b := &blocking[T]{fn: fn}
	b.task.fn, b.task.whole = fn, true
	b.task.wake = make(chan struct{}, 1)
	h := &b.handle
	h.extra = &extra{}
	for _, o := range opts {
		o(h.extra)
	}
	h.extra.keepName(b)
	h.task.InitExternal((*blockingBody[T])(b))
	_, rt, err := spawnerOf(s)
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
	go b.run()
	return h
}

// blocking is a task on a goroutine of its own.
type blocking[T any] struct {
	handle JoinHandle[T]
	fn     func(*Task) (T, error)
	task   Task
}

func (b *blocking[T]) function() any { return b.task.fn }

// run is the goroutine.
func (b *blocking[T]) run() {
	h, t := &b.handle, &b.task
	t.gid.Store(gid.Get())
	cx := sched.NewContext(t.rt.sched, t.head)
	t.cx = (*Context)(cx)
	defer func() {
		t.finish()
		for len(h.extra.owned) != 0 {
			h.dropOwned()
		}
		for !h.extra.nested.finish(t.cx) {
			t.park()
		}
		h.task.Complete()
		t.rt.sched.UnregisterExternal(&h.task)
		h.resolve(cx)
		t.rt.sched.Release()
		t.rt.sched.CountExternal(-1)
	}()
	if h.task.IsCancelled() {
		h.extra.err = ErrCancelled
		return
	}
	guard(t.Name(), &h.extra.err, func() { h.value, h.extra.err = b.fn(t) })
}

// dropOwned drops the next owned handle. A panic of it becomes the task's error.
func (h *JoinHandle[T]) dropOwned() {
	d := h.extra.owned[0]
	h.extra.owned = h.extra.owned[1:]
	guard(h.extra.name.String(), &h.extra.err, d.Drop)
}

// guard calls fn, and adds a panic to *err. runtime.Goexit is one too; it then ends
// the goroutine, after its deferred functions have run.
func guard(name string, err *error, fn func()) {
	returned := false
	defer func() {
		if !returned {
			value := recover()
			*err = errors.Join(*err, failError(name, value, debug.Stack()))
		}
	}()
	fn()
	returned = true
}

// park waits on a goroutine of its own until the task is woken.
func (t *Task) park() {
	t.cx.in().SetBudget(sched.Budget)
	if t.head.Suspend() {
		if t.rt != nil {
			t.rt.sched.CountExternal(-1)
		}
		<-t.wake
		t.head.Resume()
	}
	if t.cause == nil && t.head.IsCancelled() {
		t.cause = ErrCancelled
	}
}

// unpark lets a parked goroutine go on. It counts again before it runs, so that a
// simulated clock does not jump meanwhile.
func (t *Task) unpark() {
	if t.rt != nil {
		t.rt.sched.CountExternal(1)
	}
	t.wake <- struct{}{}
}

// blockingBody is the side of a blocking task that the scheduler sees.
type blockingBody[T any] blocking[T]

func (b *blockingBody[T]) Poll(*sched.Context) bool { panic("edo: a blocking task is not polled") }
func (b *blockingBody[T]) Fail(any, []byte)         { panic("edo: a blocking task is not polled") }
func (b *blockingBody[T]) Unpark()                  { b.task.unpark() }
func (b *blockingBody[T]) Cancelled()               { b.handle.extra.contexts.cancel() }
func (b *blockingBody[T]) more() *extra             { return b.handle.extra }
func (b *blockingBody[T]) taskName() string         { return b.handle.extra.name.String() }

// Block runs fn on the calling goroutine, with a Task of the runtime of s: for a
// test, an http.Handler, any goroutine that is no task. Suspending parks the
// goroutine. fn gets [ErrCancelled] when ctx ends or the runtime does; otherwise
// Block returns what fn does. It does not hold [Run] open, has no budget, and spawns
// nothing itself. In a task, whose worker it would block, and in the simulator,
// which could not replay it, it is an error.
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
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrCancelled, context.Cause(ctx))
	}
	b := &block{}
	t := &b.task
	t.rt, t.head, t.fn, t.whole = rt, &b.head, fn, true
	t.wake = make(chan struct{}, 1)
	b.head.InitExternal(b)
	t.cx = (*Context)(sched.NewContext(rt.sched, &b.head))
	t.gid.Store(gid.Get())
	rt.sched.RegisterExternal(&b.head)
	select {
	case <-rt.sched.Done():
		b.head.Complete()
		rt.sched.UnregisterExternal(&b.head)
		return ErrShutdown
	default:
	}
	stop := context.AfterFunc(ctx, b.head.Cancel)
	defer func() {
		stop()
		t.finish()
		for !b.extra.nested.finish(t.cx) {
			t.park()
		}
		b.head.Complete()
		rt.sched.UnregisterExternal(&b.head)
	}()
	err = fn(t)
	if errors.Is(err, ErrCancelled) && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", err, context.Cause(ctx))
	}
	return err
}

// block is the task of a Block.
type block struct {
	head  sched.Task
	extra extra
	task  Task
}

func (b *block) Poll(*sched.Context) bool { panic("edo: the task of a Block is not polled") }
func (b *block) Fail(any, []byte)         { panic("edo: the task of a Block is not polled") }
func (b *block) Unpark()                  { b.task.unpark() }
func (b *block) Cancelled()               { b.extra.contexts.cancel() }
func (b *block) more() *extra             { return &b.extra }
func (b *block) taskName() string         { return "Block of " + funcName(b.task.fn) }
