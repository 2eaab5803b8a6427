package edo

import (
	"errors"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Spawner is what a task can be spawned from: a [*Task] or a [*Context], that is
// from inside a task, a [*Scope] while it is open, or a [*Runtime], from anywhere. It
// is closed on purpose: what is no Spawner cannot spawn, and the compiler says so.
type Spawner interface {
	// spawner returns the runtime, and the context of the poll that spawns, if any.
	spawner() (*sched.Context, *Runtime, error)
}

func (rt *Runtime) spawner() (*sched.Context, *Runtime, error) { return nil, rt, nil }

func (cx *Context) spawner() (*sched.Context, *Runtime, error) {
	rt := runtimeOf(cx.in())
	if rt == nil {
		return nil, nil, errNoRuntime
	}
	return cx.in(), rt, nil
}

// spawnerOf is s.spawner, with a word for a nil that slipped through the compiler.
func spawnerOf(s Spawner) (*sched.Context, *Runtime, error) {
	if s == nil {
		panic(errNilSpawner)
	}
	return s.spawner()
}

var errNilSpawner = errors.New("edo: nil Spawner: spawn from the Task or Context at hand, or from a Runtime")

var errNoRuntime = errors.New("edo: this context belongs to no runtime: there is nothing to spawn on")

// runtimeOf returns the runtime of a poll, or nil for a mock task.
func runtimeOf(cx *sched.Context) *Runtime {
	if cx.Runtime() == nil {
		return nil
	}
	rt, _ := cx.Runtime().Owner().(*Runtime)
	return rt
}

// A SpawnOption changes what one call of [Spawn], [Go] or [Blocking] makes. With
// none given nothing is allocated for them.
type SpawnOption func(*extra)

// Name gives the task a name, which errors and reports use instead of that of its
// function.
func Name(name string) SpawnOption { return func(x *extra) { x.given = name } }

// Owns makes the task own handles as well as its future: they are dropped when it
// ends, in the order given, even if it is aborted before its function ever ran. A
// function that never ran cannot clean up.
func Owns(handles ...Dropper) SpawnOption {
	return func(x *extra) { x.owned = append(x.owned, handles...) }
}

// Daemon makes a task that [Run] and [Runtime.Wait] do not wait for: a ticker, a
// refresher of a cache, a watcher. When every task that is no daemon has ended, the
// daemons are cancelled, as by [JoinHandle.Abort], and Run returns when they have ended
// as well. A task that a daemon spawns is no daemon, unless it is spawned as one. A scope
// waits for its daemons as for its other tasks.
func Daemon() SpawnOption { return func(x *extra) { x.daemon = true } }

// OnEnd makes the task call fn when it ends, once, before its handle resolves, and also if
// it is aborted before its function ever ran: then a defer of that function cannot. It is
// called in the order in which it stands among the options, [Owns] included, and does not
// wait. A panic of fn is an error of the task.
func OnEnd(fn func()) SpawnOption {
	if fn == nil {
		panic(errors.New("edo: OnEnd of a nil function"))
	}
	return func(x *extra) { x.owned = append(x.owned, onEnd(fn)) }
}

// onEnd is a function that a task owns.
type onEnd func()

// Drop calls it.
func (fn onEnd) Drop() { fn() }

// Spawn makes a task that drives f to completion, which it owns, and returns the
// handle to its result. The task runs after, not during, the call; tasks do not
// run in the order in which they were spawned. On a runtime that has shut down f is
// dropped, and the handle resolves to [ErrShutdown].
//
// The task is one allocation of 80 bytes and what T takes: the handle is a part of it.
func Spawn[T any](s Spawner, f Future[T], opts ...SpawnOption) *JoinHandle[T] {
	if a, ok := f.(*async[T]); ok && a.task.coro == nil { // then there is nothing to keep a list of
		a.task.whole = true
	}
	h := newBoxed(f, opts)
	h.start(s)
	return h
}

// SpawnInline is [Spawn] of a future that is a value of the type F, and polled by
// pointer: it lies inside the task, and the two are one allocation, of 56 bytes and what
// T and F take. T must be named, F and P are inferred:
//
//	edo.SpawnInline[int](cx, count{from: 3}) // with func (f *count) Poll(cx *edo.Context) (int, edo.Poll, error)
//
// The future is copied into the task, and must not have been polled before. When it has
// ended it is dropped, as by Spawn, but its memory is the task's: a handle that is kept
// keeps what the future still refers to.
func SpawnInline[T, F any, P inner[T, F]](s Spawner, f F, opts ...SpawnOption) *JoinHandle[T] {
	h := newInlined[T, F, P](f, opts)
	h.start(s)
	return h
}

// Go spawns a task in direct style: fn is straight-line code that suspends where it
// waits, on a coroutine that it borrows until it returns. Otherwise it is [Spawn].
//
// In a task of a scope the new task is of the scope too: its error cancels the scope,
// also when it is got from the handle and dealt with. A call that may fail without that
// is [Call], or [Await] of an [Async]: a part of the caller.
//
// The task is one allocation of 160 bytes. One that never waits takes no coroutine of
// its own: those that begin after each other on a worker run on the same one. A handle
// that is kept keeps fn, and what that refers to.
//
// fn may lock its thread ([runtime.LockOSThread]) and wait: each of its waits takes some
// microseconds then. When it returns locked, that is the task's error, and the thread goes
// back to the others as it is: [Blocking] is for a thread that must end with its function.
func Go(s Spawner, fn func(task *Task) error, opts ...SpawnOption) *JoinHandle[Unit] {
	h := newDirect(fn, opts)
	h.start(s)
	return h
}

// GoValue is [Go] with a result: the handle resolves to what fn returns. The task is two
// allocations, of some 400 bytes.
func GoValue[T any](s Spawner, fn func(task *Task) (T, error), opts ...SpawnOption) *JoinHandle[T] {
	return Spawn(s, Async(fn), opts...)
}

// take makes the task of h what its options say. Until then nobody else may know of
// it.
func (h *JoinHandle[T]) take(opts []SpawnOption) {
	if len(opts) != 0 {
		x := h.more()
		for _, o := range opts {
			o(x)
		}
	}
}

// start puts the task of h into the hands of a worker, or resolves h when there is
// none.
func (h *JoinHandle[T]) start(s Spawner) {
	cx, rt, err := spawnerOf(s)
	if err == nil && (h.extra.Load() != nil || handsDown(s, cx, rt)) {
		err = descend(&h.task, s, cx, rt)
	}
	if err == nil && rt.trace != nil {
		rt.sched.Register(cx, &h.task)
	}
	if err == nil {
		daemon := h.extra.Load().isDaemon() // before others may have the task
		if cx != nil {
			err = cx.Spawn(&h.task)
		} else {
			err = rt.sched.Spawn(&h.task)
		}
		if err == nil && daemon {
			rt.sched.MarkDaemon()
		}
		if err != nil && rt.trace != nil {
			rt.sched.Unregister(&h.task)
		}
	}
	if err != nil {
		h.refuse(rt, err)
	}
}

// refuse resolves a handle whose task cannot run.
func (h *JoinHandle[T]) refuse(rt *Runtime, err error) {
	if errors.Is(err, sched.ErrStopped) {
		err = ErrShutdown
	}
	var f any
	if b, ok := h.task.Body().(body[T]); ok { // else it blocks
		f = b.held()
		b.letGo()
	}
	h.fail(err, f)
	h.task.Complete()
	x := h.extra.Load()
	if x.hasValues() {
		defer enterValues(gid.Get(), x)()
	}
	guard(x.name.String(), x, func() { Drop(f) })
	for len(x.owned) != 0 {
		guard(x.name.String(), x, x.takeOwned().Drop)
	}
	h.resolveFailed(rt)
	x.untie(&h.task)
}
