package edo

import (
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// Await waits for f and returns what it gives. It borrows f: it does not drop it,
// also when the task is cancelled meanwhile and Await returns [ErrCancelled]. It
// allocates nothing, but for a wait on a goroutine of its own, in [Blocking] and
// [Block]; otherwise a wait costs two switches of the coroutine, about 200 ns.
//
//edo:step AwaitStep
func Await[T any](task *Task, f Future[T]) (T, error) {
	var zero T
	t := task.in()
	if err := t.Enter(); err != nil {
		return zero, err
	}
	if t.Coro() == nil {
		v, _, err := awaitParked(t, f.Poll)
		return v, err
	}
	defer t.EndPoll() // also when the poll panics
	for {
		t.Polls = true
		budget := t.Cx.Budget()
		v, p, err := f.Poll(task.cx())
		t.EndPoll()
		if p != Pending {
			t.EndOperation(budget)
			return v, err
		}
		if err := t.Suspend(core.Heeding); err != nil {
			return zero, err
		}
	}
}

// Next waits for the next item of s, which it borrows. ok says that there is one,
// which may be an error. Without ok s has ended, or, with an error, the task was
// cancelled. Otherwise it is like [Await].
//
//edo:step NextStep
func Next[T any](task *Task, s Stream[T]) (v T, ok bool, err error) {
	t := task.in()
	if err := t.Enter(); err != nil {
		return v, false, err
	}
	if t.Coro() == nil {
		v, p, err := awaitParked(t, s.PollNext)
		if p == Pending {
			leaveLine(s)
		}
		return v, p == Ready, err
	}
	defer t.EndPoll()
	for {
		t.Polls = true
		budget := t.Cx.Budget()
		v, p, err := s.PollNext(task.cx())
		t.EndPoll()
		if p != Pending {
			t.EndOperation(budget)
			return v, p == Ready, err
		}
		if err := t.Suspend(core.Heeding); err != nil {
			leaveLine(s)
			return v, false, err
		}
	}
}

// awaitParked is [Await] or [Next] on a goroutine of its own: while that is parked a report
// may poll in its place. It is pending when the task was cancelled.
func awaitParked[T any](t *core.Task, poll func(cx *Context) (T, Poll, error)) (v T, p Poll, err error) {
	budget := 0
	cause := t.Await(core.WaitFunc(func(cx *sched.Context) (isReady bool) {
		budget = cx.Budget()
		v, p, err = poll((*Context)(cx))
		return p != Pending
	}), core.GiveUp)
	if cause != nil {
		return v, Pending, cause
	}
	t.EndOperation(budget)
	return v, p, err
}

// leaveLine makes s give up the place in line that it keeps, if it does.
func leaveLine[T any](s Stream[T]) {
	if w, ok := s.(core.Withdrawer); ok {
		w.Withdraw()
	}
}

// Yield lets the other runnable tasks run, and timers and I/O that are due be handled,
// before this one goes on. It returns an error only when the task was cancelled
// or is not the caller's.
//
//edo:step YieldStep
func Yield(task *Task) error {
	t := task.in()
	if err := t.Enter(); err != nil {
		return err
	}
	t.Cx.Yield()
	return t.Suspend(core.Heeding)
}

// YieldFuture is [Yield] as a future.
func YieldFuture() Future[Unit] { return &yield{} }

type yield struct{ done bool }

func (y *yield) Poll(cx *Context) (Unit, Poll, error) {
	if y.done {
		return Unit{}, Ready, nil
	}
	y.done = true
	cx.Yield()
	return Unit{}, Pending, nil
}
