package edo

import (
	"errors"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/sched"
)

// A task is one object: the handle, whose first field is the scheduler's task, and
// behind it the future, as an interface (boxed) or as itself (inlined). The object is
// the body that the scheduler polls. Most polls take the short way that is written out
// here for both; what is out of the ordinary is in runner.go, and written once.

// body is the object of a task, for whoever is not told which of the two it is.
type body[T any] interface {
	handle() *JoinHandle[T]
	held() Future[T] // nil: the task has let go of its future
	letGo()          // of the future, before that is dropped
}

var _ body[Unit] = (*directBody)(nil)

// boxed is a task whose future is elsewhere.
type boxed[T any] struct {
	JoinHandle[T]
	f Future[T]
}

// newBoxed returns a task that runs f, which may not be spawned yet.
func newBoxed[T any](f Future[T], opts []SpawnOption) *JoinHandle[T] {
	if f == nil {
		f = nilFuture[T]{}
	}
	b := &boxed[T]{f: f}
	b.task.Init((*boxedRunner[T])(b))
	b.labelled()
	b.take(opts)
	return &b.JoinHandle
}

// nilFuture is what a task runs that was given nothing to run.
type nilFuture[T any] struct{}

func (nilFuture[T]) Poll(*Context) (v T, p Poll, err error) {
	return v, Ready, errors.New("edo: Spawn of a nil future")
}

// boxedRunner is the side of a boxed task that the scheduler sees.
type boxedRunner[T any] boxed[T]

//lint:ignore U1000 of body, which staticcheck does not see for a type with parameters
func (r *boxedRunner[T]) handle() *JoinHandle[T] { return &r.JoinHandle }

//lint:ignore U1000 of body, which staticcheck does not see for a type with parameters
func (r *boxedRunner[T]) held() Future[T] { return r.f }

//lint:ignore U1000 of body, which staticcheck does not see for a type with parameters
func (r *boxedRunner[T]) letGo() { r.f = nil }

// Poll runs the task.
func (r *boxedRunner[T]) Poll(sc *sched.Context) (ended bool) {
	h := &r.JoinHandle
	if !h.extra.Load().ordinary() || r.f == nil || h.task.IsCancelled() {
		return step[T](r, sc)
	}
	v, p, err := r.f.Poll((*Context)(sc))
	if carried.Any() {
		p, err = h.takeOffPolled(p, err)
	}
	if p == Pending {
		return false
	}
	if p != Ready || err != nil || h.extra.Load() != nil {
		ready[T](r, v, p, err)
		return step[T](r, sc)
	}
	h.value = v
	f := r.f
	r.f = nil
	Drop(f)
	if h.extra.Load() != nil || carried.Any() {
		return step[T](r, sc)
	}
	h.resolve(sc)
	return true
}

// inlined is a task that has its future inside.
type inlined[T, F any, P inner[T, F]] struct {
	JoinHandle[T]
	f F
}

// inner says that a pointer to an F is a future.
type inner[T, F any] interface {
	*F
	Future[T]
}

// newInlined returns a task that runs f, which may not be spawned yet.
func newInlined[T, F any, P inner[T, F]](f F, opts []SpawnOption) *JoinHandle[T] {
	b := &inlined[T, F, P]{f: f}
	b.task.Init((*inlinedRunner[T, F, P])(b))
	b.labelled()
	b.take(opts)
	return &b.JoinHandle
}

// inlinedRunner is the side of an inlined task that the scheduler sees.
type inlinedRunner[T, F any, P inner[T, F]] inlined[T, F, P]

//lint:ignore U1000 of body, which staticcheck does not see for a type with parameters
func (r *inlinedRunner[T, F, P]) handle() *JoinHandle[T] { return &r.JoinHandle }

//lint:ignore U1000 of body, which staticcheck does not see for a type with parameters
func (r *inlinedRunner[T, F, P]) held() Future[T] {
	if r.task.HasLetGo() {
		return nil
	}
	return P(&r.f)
}

//lint:ignore U1000 of body, which staticcheck does not see for a type with parameters
func (r *inlinedRunner[T, F, P]) letGo() { r.task.LetGo() }

// Poll runs the task.
func (r *inlinedRunner[T, F, P]) Poll(sc *sched.Context) (ended bool) {
	h := &r.JoinHandle
	if !h.extra.Load().ordinary() || !h.task.Plain() {
		return step[T](r, sc)
	}
	v, p, err := P(&r.f).Poll((*Context)(sc))
	if carried.Any() {
		p, err = h.takeOffPolled(p, err)
	}
	if p == Pending {
		return false
	}
	if _, ok := any(P(&r.f)).(Dropper); ok || p != Ready || err != nil || h.extra.Load() != nil {
		ready[T](r, v, p, err)
		return step[T](r, sc)
	}
	h.value = v
	h.resolve(sc)
	return true
}

func (r *boxedRunner[T]) Fail(value any, stack []byte) { fail[T](r, value, stack) }
func (r *boxedRunner[T]) inspect(cx *Context)          { inspect[T](r, cx) }
func (r *boxedRunner[T]) ownName() name                { return ownName[T](r) }
func (r *boxedRunner[T]) Cancelled()                   { r.extra.Load().contexts.cancel() }
func (r *boxedRunner[T]) more() *extra                 { return r.JoinHandle.more() }
func (r *boxedRunner[T]) peek() *extra                 { return r.extra.Load() }
func (r *boxedRunner[T]) finished() bool               { return r.task.IsResolved() }

func (r *inlinedRunner[T, F, P]) Fail(value any, stack []byte) { fail[T](r, value, stack) }
func (r *inlinedRunner[T, F, P]) inspect(cx *Context)          { inspect[T](r, cx) }
func (r *inlinedRunner[T, F, P]) ownName() name                { return ownName[T](r) }
func (r *inlinedRunner[T, F, P]) Cancelled()                   { r.extra.Load().contexts.cancel() }
func (r *inlinedRunner[T, F, P]) more() *extra                 { return r.JoinHandle.more() }
func (r *inlinedRunner[T, F, P]) peek() *extra                 { return r.extra.Load() }
func (r *inlinedRunner[T, F, P]) finished() bool               { return r.task.IsResolved() }
