package edo

import (
	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/internal/sched"
)

// A caller calls frames of one type: it is no value, but a type. A poll of the task reaches the frame
// by two calls, so one interface for frames with a value and without would cost a call more.
type caller[T, F any] interface {
	// call calls the frame, and makes its panic an error: a panic that the worker finds costs
	// the task another turn, which it would not be in direct style.
	call(t *core.Task, f *F) (done bool, v T, err error)
	// FunctionName is that of the frame. The task is named after its caller: the linker does not
	// keep this method of a frame with type parameters for an interface.
	FunctionName() string
}

// valueCaller calls frames that return a T.
type valueCaller[T, F any, P ValueFrame[T, F]] struct{}

func (valueCaller[T, F, P]) call(t *core.Task, f *F) (done bool, v T, err error) {
	hasReturned := false
	defer func() {
		if !hasReturned {
			if value := recover(); value != nil {
				done, err = true, t.PanicOfFrame(value)
			}
		}
	}()
	if !t.IsAside() {
		done, v, err = P(f).Poll(publicTask(t))
	}
	if !done && t.IsAside() {
		if t.Aside().Results == nil {
			beginAside(t, func() (bool, T, error) { return P(f).Poll(publicTask(t)) })
		}
		done, v, err = stepAside[T](t)
	}
	hasReturned = true
	return done, v, err
}

func (valueCaller[T, F, P]) FunctionName() string { return P(nil).FunctionName() }

// errorCaller calls frames that return an error alone.
type errorCaller[F any, P ErrorFrame[F]] struct{}

//lint:ignore U1000 of caller, by the type parameter of framed
func (errorCaller[F, P]) call(t *core.Task, f *F) (done bool, _ Unit, err error) {
	hasReturned := false
	defer func() {
		if !hasReturned {
			if value := recover(); value != nil {
				done, err = true, t.PanicOfFrame(value)
			}
		}
	}()
	if !t.IsAside() {
		done, err = P(f).Poll(publicTask(t))
	}
	if !done && t.IsAside() {
		if t.Aside().Results == nil {
			beginAside(t, func() (done bool, _ Unit, err error) {
				done, err = P(f).Poll(publicTask(t))
				return done, Unit{}, err
			})
		}
		done, _, err = stepAside[Unit](t)
	}
	hasReturned = true
	return done, Unit{}, err
}

func (errorCaller[F, P]) FunctionName() string { return P(nil).FunctionName() }

// framed is a task whose function was compiled to a frame: handle, Task and frame are one
// object, and the worker polls the frame as it polls a future. See internal/core/step.go.
type framed[T, F any, C caller[T, F]] struct {
	JoinHandle[T]
	self core.FrameTask // after the head, which the handle ends with
	f    F
}

// newFramed returns a task that runs f, which may not be spawned yet.
func newFramed[T, F any, C caller[T, F]](f F, opts []SpawnOption) *JoinHandle[T] {
	d := &framed[T, F, C]{f: f}
	d.self.Init()
	d.head.Task.Init((*framedBody[T, F, C])(d))
	if labels := carried.LabelsHere(); labels != nil || len(opts) != 0 {
		prepare(&d.head, labels, opts)
	}
	return &d.JoinHandle
}

// framedBody is the side of a framed task that the scheduler sees.
type framedBody[T, F any, C caller[T, F]] framed[T, F, C]

// Poll calls the frame.
func (b *framedBody[T, F, C]) Poll(sc *sched.Context) (ended bool) {
	h := &b.head
	if !h.Extra().IsOrdinary() || !h.Task.Plain() {
		return core.Poll(b, sc, false)
	}
	t := &b.self.Task
	if t.IsFrame {
		t.ResumePoll(sc)
	} else {
		t.EnterPoll(sc)
	}
	var c C
	done, v, err := c.call(t, &b.f)
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

// Future returns the task as a future.
func (b *framedBody[T, F, C]) Future() any {
	if b.head.Task.HasReleasedFuture() || b.self.HasReturned() {
		return nil
	}
	return (*framedFuture[T, F, C])(b)
}

// Release makes the task give up its frame.
func (b *framedBody[T, F, C]) Release() { b.head.Task.ReleaseFuture() }

// PollFuture calls the frame.
func (b *framedBody[T, F, C]) PollFuture(sc *sched.Context) (ended bool, err error) {
	t := &b.self.Task
	if t.HasReturned() {
		return true, core.ErrPolledAgain
	}
	t.EnterPoll(sc)
	t.SeeCancelled(sc, false)
	var c C
	done, v, err := c.call(t, &b.f)
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
type framedFuture[T, F any, C caller[T, F]] framed[T, F, C]

// TellCancelled reports whether the function has started, and must be polled to its end.
func (f *framedFuture[T, F, C]) TellCancelled() (goesOn bool) {
	t := &f.self.Task
	return t.Head() != nil && !t.HasReturned()
}

// Drop ends the function, if it has not ended, and drops what its frame refers to.
func (f *framedFuture[T, F, C]) Drop() {
	var none F
	f.f = none
	if t := &f.self.Task; t.Head() == nil {
		t.MarkReturned()
	} else if !t.HasReturned() {
		t.Finish()
	}
}

// Function is what the task is named after.
func (f *framedFuture[T, F, C]) Function() any { var c C; return c }

// Function is what the task is named after, also after it has ended.
func (b *framedBody[T, F, C]) Function() any { var c C; return c }

func (b *framedBody[T, F, C]) Head() *core.Head             { return &b.head }
func (b *framedBody[T, F, C]) Handle() *JoinHandle[T]       { return &b.JoinHandle }
func (b *framedBody[T, F, C]) Fail(value any, stack []byte) { core.PollFailed(b, value, stack) }
func (b *framedBody[T, F, C]) Cancelled()                   { b.head.Extra().CancelContexts() }
func (b *framedBody[T, F, C]) Inspect(cx *sched.Context)    { core.Inspect(b, cx) }
func (b *framedBody[T, F, C]) ClearValue()                  { clearValue(&b.value) }
func (b *framedBody[T, F, C]) DropValue()                   { discard.Drop(b.value) }
