package edo

import (
	"github.com/edo-go/edo/internal/core"
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
//
//edo:nowait
func Blocking[T any](s Spawner, fn func(task *Task) (T, error), opts ...SpawnOption) *JoinHandle[T] {
	b := &blocking[T]{}
	t := &b.task
	t.Init()
	b.token = make(chan struct{}, 1)
	h := &b.JoinHandle
	x := h.head.MakeExtra()
	for _, o := range opts {
		x.Apply(o.inner)
	}
	if x.Name == "" {
		x.Name = core.FuncName(fn)
	}
	h.head.Task.InitExternal((*blockingBody[T])(b))
	src := sourceOf(s)
	t.Rt = src.Rt
	t.SetHead(&h.head.Task)
	if h.head.StartExternal(src) == nil {
		go t.RunParked(func() {
			v, err := fn(publicTask(&b.task.Task))
			h.value = v
			if err != nil {
				x.Fail(err)
			}
		})
	}
	return h
}

// blocking is a task on a goroutine of its own.
type blocking[T any] struct {
	JoinHandle[T]
	task  core.StackTask
	token chan struct{} // one token lets the goroutine go on
}

// blockingBody is the side of a blocking task that the scheduler sees. It has no future: its
// goroutine takes the steps of the end.
type blockingBody[T any] blocking[T]

func (b *blockingBody[T]) Poll(*sched.Context) bool { panic("edo: a blocking task is not polled") }
func (b *blockingBody[T]) Unpark()                  { b.task.Unpark(b.token) }
func (b *blockingBody[T]) Token() chan struct{}     { return b.token }
func (b *blockingBody[T]) Future() any              { return nil }
func (b *blockingBody[T]) Release()                 {}
func (b *blockingBody[T]) PollFuture(*sched.Context) (ended bool, err error) {
	panic("edo: a blocking task is not polled")
}
