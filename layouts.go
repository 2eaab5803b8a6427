package edo

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/internal/sched"
)

// A task is one object: the handle, and behind it the future, as an interface (boxed), as
// itself (inlined), or as a function in direct style (direct). The object is the body that
// the scheduler polls; core.Body hides which layout it has. Most polls take the short way
// that is written out here for each layout, without calls through an interface
// (BenchmarkSpawnFuture, BenchmarkYieldFuture). core.Poll takes the other steps.

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
	b.head.Task.Init((*boxedBody[T])(b))
	if labels := carried.LabelsHere(); labels != nil || len(opts) != 0 {
		prepare(&b.head, labels, opts)
	}
	return &b.JoinHandle
}

// prepare gives a task, which is not spawned yet, the labels of its spawner, and makes it
// what the options say.
func prepare(h *core.Head, labels carried.Labels, opts []SpawnOption) {
	x := h.MakeExtra()
	x.SetLabels(labels)
	for _, o := range opts {
		x.Apply(o.inner)
	}
}

// nilFuture is what a task runs that was given nothing to run.
type nilFuture[T any] struct{}

func (nilFuture[T]) Poll(*Context) (v T, p Poll, err error) {
	return v, Ready, errors.New("edo: Spawn of a nil future")
}

// boxedBody is the side of a boxed task that the scheduler sees.
type boxedBody[T any] boxed[T]

// Poll runs the task.
func (b *boxedBody[T]) Poll(sc *sched.Context) (ended bool) {
	h := &b.head
	if !h.Extra().IsOrdinary() || b.f == nil || h.Task.IsCancelled() {
		return core.Poll(b, sc, false)
	}
	v, p, err := b.f.Poll((*Context)(sc))
	if p == Pending && !carried.Any() {
		return false
	}
	if p != Ready || err != nil || carried.Any() || h.Extra() != nil {
		return b.polled(b, sc, b.f, v, p, err)
	}
	b.value = v
	f := b.f
	b.f = nil
	Drop(f)
	if h.Extra() != nil || carried.Any() {
		return core.Poll(b, sc, false)
	}
	h.Resolve(sc)
	return true
}

// polled goes on with a poll of f, the future of b, the body of h, that has come to v, p
// and err, or has left something on its goroutine.
func (h *JoinHandle[T]) polled(b core.Body, sc *sched.Context, f any, v T, p Poll, err error) (ended bool) {
	ended, err = checkPoll(f, p, err)
	if carried.Any() {
		ended, err = h.head.ClearPolled(ended, err)
	}
	if !ended {
		return false
	}
	h.value = v
	core.FutureEnded(b, err)
	return core.Poll(b, sc, false)
}

// checkPoll reports whether f has ended, and makes an End its error.
func checkPoll(f any, p Poll, err error) (ended bool, _ error) {
	if p == End {
		err = fmt.Errorf("edo: a future returned End: %T", f)
	}
	return p != Pending, err
}

// keepPoll keeps the value of a poll of f that has come to v, p and err.
func (h *JoinHandle[T]) keepPoll(f any, v T, p Poll, err error) (ended bool, _ error) {
	if p != Pending {
		h.value = v
	}
	return checkPoll(f, p, err)
}

// Future returns the future.
func (b *boxedBody[T]) Future() any {
	if b.f == nil {
		return nil
	}
	return b.f
}

// Release makes the task give up its future.
func (b *boxedBody[T]) Release() { b.f = nil }

// PollFuture polls the future.
func (b *boxedBody[T]) PollFuture(sc *sched.Context) (ended bool, err error) {
	v, p, err := b.f.Poll((*Context)(sc))
	return b.keepPoll(b.f, v, p, err)
}

// inlined is a task that has its future inside.
type inlined[T, F any, P InlineFuture[T, F]] struct {
	JoinHandle[T]
	f F
}

// newInlined returns a task that runs f, which may not be spawned yet.
func newInlined[T, F any, P InlineFuture[T, F]](f F, opts []SpawnOption) *JoinHandle[T] {
	b := &inlined[T, F, P]{f: f}
	b.head.Task.Init((*inlinedBody[T, F, P])(b))
	if labels := carried.LabelsHere(); labels != nil || len(opts) != 0 {
		prepare(&b.head, labels, opts)
	}
	return &b.JoinHandle
}

// inlinedBody is the side of an inlined task that the scheduler sees.
type inlinedBody[T, F any, P InlineFuture[T, F]] inlined[T, F, P]

// Poll runs the task.
func (b *inlinedBody[T, F, P]) Poll(sc *sched.Context) (ended bool) {
	h := &b.head
	if !h.Extra().IsOrdinary() || !h.Task.Plain() {
		return core.Poll(b, sc, false)
	}
	v, p, err := P(&b.f).Poll((*Context)(sc))
	if p == Pending && !carried.Any() {
		return false
	}
	if _, ok := any(P(&b.f)).(Dropper); ok || p != Ready || err != nil || carried.Any() || h.Extra() != nil {
		return b.polled(b, sc, P(&b.f), v, p, err)
	}
	b.value = v
	h.Resolve(sc)
	return true
}

// Future returns the future.
func (b *inlinedBody[T, F, P]) Future() any {
	if b.head.Task.HasReleasedFuture() {
		return nil
	}
	return P(&b.f)
}

// Release makes the task give up its future.
func (b *inlinedBody[T, F, P]) Release() { b.head.Task.ReleaseFuture() }

// PollFuture polls the future.
func (b *inlinedBody[T, F, P]) PollFuture(sc *sched.Context) (ended bool, err error) {
	v, p, err := P(&b.f).Poll((*Context)(sc))
	return b.keepPoll(P(&b.f), v, p, err)
}

// The methods of core.Body that are the same for all layouts. A mixin cannot have them: each
// hands the whole body on.

func (b *boxedBody[T]) Head() *core.Head             { return &b.head }
func (b *boxedBody[T]) Handle() *JoinHandle[T]       { return &b.JoinHandle }
func (b *boxedBody[T]) Fail(value any, stack []byte) { core.PollFailed(b, value, stack) }
func (b *boxedBody[T]) Cancelled()                   { b.head.Extra().CancelContexts() }
func (b *boxedBody[T]) Inspect(cx *sched.Context)    { core.Inspect(b, cx) }
func (b *boxedBody[T]) ClearValue()                  { clearValue(&b.value) }
func (b *boxedBody[T]) DropValue()                   { discard.Drop(b.value) }

func (b *inlinedBody[T, F, P]) Head() *core.Head             { return &b.head }
func (b *inlinedBody[T, F, P]) Handle() *JoinHandle[T]       { return &b.JoinHandle }
func (b *inlinedBody[T, F, P]) Fail(value any, stack []byte) { core.PollFailed(b, value, stack) }
func (b *inlinedBody[T, F, P]) Cancelled()                   { b.head.Extra().CancelContexts() }
func (b *inlinedBody[T, F, P]) Inspect(cx *sched.Context)    { core.Inspect(b, cx) }
func (b *inlinedBody[T, F, P]) ClearValue()                  { clearValue(&b.value) }
func (b *inlinedBody[T, F, P]) DropValue()                   { discard.Drop(b.value) }

func (b *directBody) Head() *core.Head             { return &b.head }
func (b *directBody) Handle() *JoinHandle[Unit]    { return &b.JoinHandle }
func (b *directBody) Fail(value any, stack []byte) { core.PollFailed(b, value, stack) }
func (b *directBody) Cancelled()                   { b.head.Extra().CancelContexts() }
func (b *directBody) Inspect(cx *sched.Context)    { core.Inspect(b, cx) }
func (b *directBody) ClearValue()                  {}
func (b *directBody) DropValue()                   {}

func (b *blockingBody[T]) Head() *core.Head             { return &b.head }
func (b *blockingBody[T]) Handle() *JoinHandle[T]       { return &b.JoinHandle }
func (b *blockingBody[T]) Fail(value any, stack []byte) { panic("edo: a blocking task is not polled") }
func (b *blockingBody[T]) Cancelled()                   { b.head.Extra().CancelContexts() }
func (b *blockingBody[T]) Inspect(cx *sched.Context)    { b.task.InspectParked(cx) }
func (b *blockingBody[T]) ClearValue()                  { clearValue(&b.value) }
func (b *blockingBody[T]) DropValue()                   { discard.Drop(b.value) }

func clearValue[T any](v *T) {
	var zero T
	*v = zero
}
