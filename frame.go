package edo

import (
	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/internal/sched"
)

// framed is a task whose function was compiled to a frame: handle, Task and frame are one
// object, and the worker polls the frame as it polls a future. See internal/core/step.go.
type framed[T, F any, P ValueFrame[T, F]] struct {
	JoinHandle[T]
	self Task
	f    F
}

// newFramed returns a task that runs f, which may not be spawned yet.
func newFramed[T, F any, P ValueFrame[T, F]](f F, opts []SpawnOption) *JoinHandle[T] {
	d := &framed[T, F, P]{f: f}
	d.self.inner.IsWhole = true
	d.head.Task.Init((*framedBody[T, F, P])(d))
	if labels := carried.LabelsHere(); labels != nil || len(opts) != 0 {
		prepare(&d.head, labels, opts)
	}
	return &d.JoinHandle
}

// framedBody is the side of a framed task that the scheduler sees.
type framedBody[T, F any, P ValueFrame[T, F]] framed[T, F, P]

// Poll calls the frame.
func (b *framedBody[T, F, P]) Poll(sc *sched.Context) (ended bool) {
	h := &b.head
	if !h.Extra().IsOrdinary() || !h.Task.Plain() {
		return core.Poll(b, sc, false)
	}
	t := b.self.in()
	t.EnterPoll(sc)
	done, v, err := b.step()
	if !done && !carried.Any() {
		t.LeavePoll()
		return false
	}
	if err != nil || !done || carried.Any() || h.Extra() != nil {
		p := Ready
		if !done {
			p = Pending
			t.LeavePoll()
			h.KeepLabels()
		}
		t.ReturnedFrame()
		return b.polled(b, sc, b.Future(), v, p, err)
	}
	t.Finish()
	b.value = v
	h.Resolve(sc)
	return true
}

// step calls the frame, and makes its panic an error: a panic that the worker finds costs the
// task another turn, which it would not be in direct style.
func (b *framedBody[T, F, P]) step() (done bool, v T, err error) {
	hasReturned := false
	defer b.self.inner.RecoverFrame(&hasReturned, &done, &err)
	done, v, err = P(&b.f).Poll(&b.self)
	hasReturned = true
	return done, v, err
}

// Future returns the task as a future.
func (b *framedBody[T, F, P]) Future() any {
	if b.head.Task.HasReleasedFuture() || b.self.inner.HasReturned() {
		return nil
	}
	return (*framedFuture[T, F, P])(b)
}

// Release makes the task give up its frame.
func (b *framedBody[T, F, P]) Release() { b.head.Task.ReleaseFuture() }

// PollFuture calls the frame.
func (b *framedBody[T, F, P]) PollFuture(sc *sched.Context) (ended bool, err error) {
	t := b.self.in()
	if t.HasReturned() {
		return true, core.ErrPolledAgain
	}
	t.EnterPoll(sc)
	t.SeeCancelled(sc, false)
	done, v, err := b.step()
	t.ReturnedFrame()
	if !done {
		t.LeavePoll()
		b.head.KeepLabels()
		return false, nil
	}
	b.value = v // framedFuture.Drop ends the function
	return true, err
}

// framedFuture is a framed task as a future, which the end of the task asks.
type framedFuture[T, F any, P ValueFrame[T, F]] framed[T, F, P]

// TellCancelled reports whether the function has started, and must be polled to its end.
func (f *framedFuture[T, F, P]) TellCancelled() (goesOn bool) {
	t := f.self.in()
	return t.Head != nil && !t.HasReturned()
}

// Drop ends the function, if it has not ended, and drops what its frame refers to.
func (f *framedFuture[T, F, P]) Drop() {
	var none F
	f.f = none
	if t := f.self.in(); t.Head == nil {
		t.MarkReturned()
	} else if !t.HasReturned() {
		t.Finish()
	}
}

// Function is what the task is named after.
func (f *framedFuture[T, F, P]) Function() any { return P(nil) }

// Function is what the task is named after, also after it has ended.
func (b *framedBody[T, F, P]) Function() any { return P(nil) }

func (b *framedBody[T, F, P]) Head() *core.Head             { return &b.head }
func (b *framedBody[T, F, P]) Handle() *JoinHandle[T]       { return &b.JoinHandle }
func (b *framedBody[T, F, P]) Fail(value any, stack []byte) { core.PollFailed(b, value, stack) }
func (b *framedBody[T, F, P]) Cancelled()                   { b.head.Extra().CancelContexts() }
func (b *framedBody[T, F, P]) Inspect(cx *sched.Context)    { core.Inspect(b, cx) }
func (b *framedBody[T, F, P]) ClearValue()                  { clearValue(&b.value) }
func (b *framedBody[T, F, P]) DropValue()                   { discard.Drop(b.value) }

// unitFrame is a frame without a value as one whose value is a Unit.
type unitFrame[F any, P ErrorFrame[F]] struct{ f F }

// Poll calls the frame.
func (u *unitFrame[F, P]) Poll(task *Task) (done bool, _ Unit, err error) {
	done, err = P(&u.f).Poll(task)
	return done, Unit{}, err
}

// FunctionName returns the name of the function.
func (u *unitFrame[F, P]) FunctionName() string { return P(nil).FunctionName() }
