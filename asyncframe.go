package edo

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/internal/sched"
)

// AsyncStep is [Async] with the frame of a compiled function. It is one allocation, and needs
// no coroutine.
func AsyncStep[T, F any, P ValueFrame[T, F]](f F) Future[T] {
	a := &asyncFrame[T, F, P]{f: f}
	a.task.Init(valueCaller[T, F, P]{})
	return a
}

// asyncFrame is a compiled function as a future, what an async is for one in direct style.
type asyncFrame[T, F any, P ValueFrame[T, F]] struct {
	task      core.PartTask
	dropped   atomic.Bool    // resume with ErrCancelled; the task drives it to its end
	abandoned atomic.Bool    // resume with ErrCancelled; its owner keeps polling it
	labels    carried.Labels // of the profiler, while it waits
	f         F
}

// hasBegun reports whether the function waits.
func (a *asyncFrame[T, F, P]) hasBegun() bool {
	t := &a.task.Task
	return t.Head() != nil && !t.HasReturned()
}

// Poll calls the frame.
func (a *asyncFrame[T, F, P]) Poll(cx *Context) (v T, p Poll, err error) {
	t := &a.task.Task
	if t.HasReturned() {
		return v, Ready, core.ErrPolledAgain
	}
	if t.Head() != nil && t.Head() != cx.in().Root() {
		return v, Ready, fmt.Errorf("edo: the function %s was started by another task, and ends with it", core.FuncName(a.task.Fn))
	}
	starts := t.Head() == nil
	t.EnterPoll(cx.in())
	if starts {
		if t.IsWhole { // unless another future polls what was spawned: then it ends with that task
			b, ok := t.Head().Body().(core.Body)
			t.IsWhole = ok && b.Future() == any(a)
		}
		if !t.IsWhole {
			core.AddNested(t.Head(), a)
		}
	}
	t.SeeCancelled(cx.in(), a.dropped.Load() || a.abandoned.Load())
	before := carried.LabelsHere()
	if !starts && a.labels != before {
		carried.SetLabels(a.labels)
	}
	hasEnded := true // also by a Goexit
	defer func() {
		if hasEnded {
			a.finish()
		} else {
			t.LeavePoll()
		}
		if a.labels = carried.LabelsHere(); a.labels != before {
			carried.SetLabels(before)
		}
	}()
	if carried.MaybeLocked() && !t.Cx.Inspecting() {
		carried.Prepare()                              // under a mock task nothing else has
		if carried.MaybeLocked() && carried.Locked() { // by a function that awaits it
			t.GoAside()
		}
	}
	done, v, err := valueCaller[T, F, P]{}.call(t, &a.f)
	if hasEnded = done; !done {
		return v, Pending, nil
	}
	return v, Ready, err
}

// finish ends the function's part in its task.
func (a *asyncFrame[T, F, P]) finish() {
	t := &a.task.Task
	t.Finish()
	if !t.IsWhole {
		core.RemoveNested(t.Head(), a)
	}
	var none F
	a.f = none
}

// spawnsWhole notes that the function is to be the whole of a task.
func (a *asyncFrame[T, F, P]) spawnsWhole() {
	if a.task.Head() == nil {
		a.task.IsWhole = true
	}
}

// TellCancelled reports whether the function has started and must be polled to its end, now
// that its task has been cancelled.
func (a *asyncFrame[T, F, P]) TellCancelled() (goesOn bool) {
	a.abandoned.Store(true)
	return a.hasBegun()
}

// Drop drops a function that has not started, and makes one that waits run to its end.
func (a *asyncFrame[T, F, P]) Drop() {
	t := &a.task.Task
	if t.HasReturned() {
		return
	}
	if t.Head() == nil {
		t.MarkReturned()
		var none F
		a.f = none
		return
	}
	if !a.dropped.Swap(true) {
		core.DropNested(t.Head())
	}
}

// Function is what the future is named after.
func (a *asyncFrame[T, F, P]) Function() any { return a.task.Fn }

// IsDropped reports whether the function was dropped while it waited.
func (a *asyncFrame[T, F, P]) IsDropped() bool { return a.dropped.Load() }

// DriveOn runs the function on, cancelled.
func (a *asyncFrame[T, F, P]) DriveOn(cx *sched.Context) (ended bool, err error) {
	a.dropped.Store(true)
	v, p, err := a.Poll((*Context)(cx))
	return p != Pending, endOfDropped(v, p, err)
}

// endOfDropped drops the value of a function that was dropped before, if there is one. Of its
// errors it returns a panic alone.
func endOfDropped[T any](v T, p Poll, err error) error {
	if p == Ready && err == nil { // no task gets it
		discard.Drop(v)
	}
	var panicked *PanicError
	if errors.As(err, &panicked) {
		return err
	}
	return nil
}
