package core

import (
	"runtime/debug"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Parked is the body of a task on a goroutine of its own.
type Parked interface {
	// Token returns the channel by which the goroutine is let go on.
	Token() chan struct{}
}

// RunParked runs fn, the function of t, on the calling goroutine, a goroutine of its own.
func (t *Task) RunParked(fn func()) {
	h := HeadOf(t.Head())
	x := h.MakeExtra()
	defer x.EnterValues(gid.Get())()
	defer x.life.enter(gid.Get())()
	defer t.Rt.Lost.Enter()()
	if x.labels != nil {
		carried.SetLabels(x.labels)
	}
	rt := t.Rt.Sched
	t.Cx = sched.NewContext(rt, t.Head())
	t.EnterHere()
	// Each step of the end is a deferred call of its own: a panic or a Goexit in one of
	// them skips none of the others.
	defer func() {
		rt.Release()
		rt.CountExternal(-1)
	}()
	defer h.resolveParked(t.Cx)
	defer func() {
		h.Task.Complete()
		rt.UnregisterExternal(&h.Task)
	}()
	defer t.EndParked(x)
	if h.Task.IsCancelled() {
		x.Fail(ErrCancelled)
		return
	}
	Guard(t.Name(), x, fn)
}

// EndParked ends the function on a goroutine of its own: it drops what the task owns, and
// runs what it has left suspended to its end.
func (t *Task) EndParked(x *Extra) {
	t.Finish()
	returned := false
	defer func() {
		if !returned { // Goexit in a function that was left suspended
			x.Fail(PanicOrGoexit(t.Name(), recover(), debug.Stack()))
			t.EndParked(x)
		}
	}()
	for len(x.owned) != 0 {
		Guard(t.Name(), x, x.takeOwned().Drop)
	}
	for !x.nested.driveToEnd(t.Cx, x) {
		t.sleep()
	}
	returned = true
}

// resolveParked is Resolve on a goroutine of its own. When a call of the program does not return, of OnError or of
// a method of an error, it is called again, as a worker polls a task again: that goes on behind this step.
func (h *Head) resolveParked(cx *sched.Context) {
	returned := false
	defer func() {
		if !returned {
			PollFailed(h.Task.Body().(Body), recover(), debug.Stack())
			h.resolveParked(cx)
		}
	}()
	h.Resolve(cx)
	returned = true
}

// park waits on a goroutine of its own, that of the task of x, until the task is woken.
func (t *Task) park(x *Extra) {
	x.nested.driveDropped(t.Cx, x)
	t.sleep()
}

// sleep is park without a look at functions that were dropped: one that such a look
// drives to its end, after its owner has looked, would wake nothing any more.
func (t *Task) sleep() {
	t.Cx.SetBudget(sched.Budget)
	if t.Head().Suspend() {
		if t.Rt != nil {
			t.Rt.Sched.CountExternal(-1)
		}
		<-t.Head().Body().(Parked).Token()
		t.Head().Resume()
	}
	if !t.IsCancelled && t.Head().IsCancelled() {
		t.IsCancelled = true
		if ctx := t.context(); ctx != nil { // the canceller may not have come to it yet
			ctx.end(t.whyCancelled())
		}
	}
}

// Unpark lets a parked goroutine go on. It counts again before it runs, so that a
// simulated clock does not jump meanwhile.
func (t *Task) Unpark(token chan struct{}) {
	if t.Rt != nil {
		t.Rt.Sched.CountExternal(1)
	}
	token <- struct{}{}
}

// InspectParked polls what a goroutine of its own waits for. When that is ready, or panics,
// the goroutine finds out itself.
func (t *Task) InspectParked(cx *sched.Context) {
	isPending := false
	defer func() {
		if !isPending {
			recover()
			t.Head().Wake()
		}
	}()
	defer ExtraOf(t.Head()).EnterValues(gid.Get())()
	isPending = t.parkedWait() == nil || t.parkedWait().poll(cx)
	if t.Region() != nil {
		cx.Defer(t.Region().Limit())
	}
}
