package edo

import (
	"context"
	"errors"
	"reflect"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// Spawner is what a task can be spawned from: a [*Task] or a [*Context], that is
// from inside a task, a scope of package scope while it is open, or a [*Runtime], from
// anywhere. It is closed on purpose: what is no Spawner cannot spawn, and the compiler says
// so.
type Spawner interface {
	// spawner returns the runtime, and the context of the poll that spawns, if any.
	spawner() (*sched.Context, *core.Runtime, core.Group, error)
}

func (rt *Runtime) spawner() (*sched.Context, *core.Runtime, core.Group, error) {
	if rt == nil {
		panic(errNilSpawner)
	}
	if rt.in().Sched == nil {
		panic(errZeroRuntime)
	}
	return nil, rt.in(), nil, nil
}

// spawnerOf is s.spawner, with a word for a nil that slipped through the compiler.
func spawnerOf(s Spawner) (*sched.Context, *core.Runtime, core.Group, error) {
	switch s.(type) {
	case nil:
		panic(errNilSpawner)
	case *Task, *Context, *Runtime, *spawning:
		return s.spawner()
	}
	return spawnerWithin(s)
}

// spawnerWithin is spawnerOf for a struct that embeds its Spawner: a scope, which has none before it begins.
func spawnerWithin(s Spawner) (cx *sched.Context, rt *core.Runtime, group core.Group, err error) {
	defer func() {
		if v := recover(); v != nil {
			if p := reflect.ValueOf(s); p.Kind() == reflect.Pointer && (p.IsNil() || p.Elem().IsZero()) {
				panic(errZeroSpawner)
			}
			panic(v)
		}
	}()
	return s.spawner()
}

// sourceOf is spawnerOf as one value, where no nanosecond counts.
func sourceOf(s Spawner) (src core.Source) {
	src.Cx, src.Rt, src.Group, src.Err = spawnerOf(s)
	return src
}

var (
	errNilSpawner  = errors.New("edo: nil Spawner: spawn from the Task or Context at hand, or from a Runtime")
	errZeroSpawner = errors.New("edo: nil Spawner, or the zero value of one: spawn from the Scope that scope.Run hands to its function")
	errZeroRuntime = errors.New("edo: the zero Runtime as a Spawner: New makes one")
)

// spawning is a Spawner that another package of edo makes: a scope.
type spawning core.Spawning

func (s *spawning) spawner() (*sched.Context, *core.Runtime, core.Group, error) {
	src := s.From.Source()
	return src.Cx, src.Rt, src.Group, src.Err
}

func init() {
	core.Hooks.Source = func(s any) core.Source {
		sp, _ := s.(Spawner)
		return sourceOf(sp)
	}
	core.Hooks.Spawner = func(s *core.Spawning) any { return (*spawning)(s) }
}

// A SpawnOption changes what one call of [Spawn], [Go] or [Blocking] makes. With
// none given nothing is allocated for them.
type SpawnOption struct {
	inner core.SpawnOption // the only field, see package inside
}

// spawnOption returns the option that calls apply.
func spawnOption(apply func(x *core.Extra)) SpawnOption {
	return SpawnOption{core.SpawnOption{Apply: apply}}
}

// Name gives the task a name, which errors and reports use instead of that of its
// function.
func Name(name string) SpawnOption {
	return spawnOption(func(x *core.Extra) { x.Name = name })
}

// Owns makes the task own handles as well as its future: they are dropped when it
// ends, in the order given, even if it is aborted before its function ever ran. A
// function that never ran cannot clean up.
func Owns(handles ...Dropper) SpawnOption {
	return spawnOption(func(x *core.Extra) {
		for _, h := range handles {
			x.Own(h)
		}
	})
}

// Daemon makes a task that [Run] and [Runtime.Wait] do not wait for: a ticker, a
// refresher of a cache, a watcher. When every task that is no daemon has ended, the
// daemons are cancelled, as by [JoinHandle.Abort], and Run returns when they have ended
// as well. A task that a daemon spawns is no daemon, unless it is spawned as one. A scope
// waits for its daemons as for its other tasks.
func Daemon() SpawnOption {
	return spawnOption(func(x *core.Extra) { x.Daemon = true })
}

// OnEnd makes the task call fn when it ends, once, before its handle resolves, and also if
// it is aborted before its function ever ran: then a defer of that function cannot. It is
// called in the order in which it stands among the options, [Owns] included, and does not
// wait. A panic of fn is an error of the task.
func OnEnd(fn func()) SpawnOption {
	if fn == nil {
		panic(errors.New("edo: OnEnd of a nil function"))
	}
	return spawnOption(func(x *core.Extra) { x.Own(onEnd(fn)) })
}

// ValuesOf gives the task the values of ctx: its [Task.Context] has them, before those of the
// context that [Run] or [Block] was given, and so have the contexts of the tasks that it spawns, and of
// those that these spawn. The task has neither the deadline nor the end of ctx. It is for what
// libraries keep in a context, such as the span of a trace; a value that the program defines itself
// is better off in a [Local].
//
// It costs an allocation or two for the task, and for each task below it.
func ValuesOf(ctx context.Context) SpawnOption {
	if ctx == nil {
		panic(errors.New("edo: ValuesOf a nil context"))
	}
	return spawnOption(func(x *core.Extra) { x.KeepAmbient(ctx) })
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
//
//edo:nowait
func Spawn[T any](s Spawner, f Future[T], opts ...SpawnOption) *JoinHandle[T] {
	if a, ok := f.(interface{ spawnsWhole() }); ok {
		a.spawnsWhole()
	}
	h := newBoxed(f, opts)
	h.head.Start(spawnerOf(s))
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
//
//edo:nowait
func SpawnInline[T, F any, P InlineFuture[T, F]](s Spawner, f F, opts ...SpawnOption) *JoinHandle[T] {
	h := newInlined[T, F, P](f, opts)
	h.head.Start(spawnerOf(s))
	return h
}

// InlineFuture is the pointer to an F that is a future of T: what [SpawnInline] polls.
type InlineFuture[T, F any] interface {
	*F
	Future[T]
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
//
//edo:spawn GoStep
func Go(s Spawner, fn func(task *Task) error, opts ...SpawnOption) *JoinHandle[Unit] {
	h := newDirect(fn, opts)
	h.head.Start(spawnerOf(s))
	return h
}

// GoValue is [Go] with a result: the handle resolves to what fn returns. The task is two
// allocations, of some 400 bytes.
//
//edo:spawn GoValueStep
func GoValue[T any](s Spawner, fn func(task *Task) (T, error), opts ...SpawnOption) *JoinHandle[T] {
	return Spawn(s, Async(fn), opts...)
}
