package core

import (
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/sched"
)

// Successor returns the coroutine of the task that the worker would poll next, when that is
// one of a function which waits, and t may hand over to it instead of to the worker. Package
// edo sets it, which knows such tasks.
var Successor func(t *Task) *coro.Coro

// Heeding and ignoring are what [Task.Suspend] does with a cancellation.
const (
	Heeding  = true
	Ignoring = false
)

// Suspend waits until the task is woken. When it heeds cancellations, the error says that
// the task, or a scope around the caller, was cancelled. It calls the function that changes
// stacks itself: after that the processor predicts every return wrongly, and the collector
// looks at every frame of each function that waits (BenchmarkYieldDirect).
func (t *Task) Suspend(heeds bool) error {
	if t.Region() != nil {
		if err := t.Region().watch(t); heeds && err != nil {
			return err
		}
	}
	if c := t.Coro(); c == nil {
		t.park(makeExtraOf(t.Head()))
	} else {
		var next *coro.Coro
		if t.MayRelay {
			next = Successor(t)
		}
		if next != c { // in a simulation the task itself may be next
			coro.Swap(c.SwitchFunc(next))
		}
		t.Cx.Arrive()
	}
	if !heeds || t.Region() == nil && !t.IsCancelled || t.Cx.Inspecting() { // to go on would be to do something
		return nil
	}
	return t.Interrupted()
}

// EndPoll ends a poll of what the function awaits, also when the poll panics.
func (t *Task) EndPoll() { t.Polls = false }

// EndOperation ends an operation whose poll was ready at once: before it there was so much
// budget. A report does not drive the function on, and one operation is taken off the budget
// if the poll has taken none.
func (t *Task) EndOperation(budget int) {
	if t.Cx.Inspecting() {
		t.leaveInspection()
	}
	if t.Cx.Budget() == budget && !t.Cx.TakeBudget() {
		t.giveWay()
	}
}

// giveWay goes behind the others, cancelled or not: there is a result to return. In a
// simulation it may go on.
//
//go:noinline
func (t *Task) giveWay() {
	if t.Cx.GoesOnAfter() {
		return
	}
	t.Cx.Yield()
	t.Suspend(Ignoring)
}

// leaveInspection suspends a function that a report would otherwise drive on: what it
// awaits did not wait when it was only asked. It goes on when a worker polls it.
func (t *Task) leaveInspection() {
	for t.Cx.Inspecting() {
		t.Cx.Task().Wake() // the part of the task that is polled, as any leaf would
		t.Coro().Yield()
		t.Cx.Arrive()
	}
}

// Proceed takes one operation off the budget, see edo.Task.Proceed.
func (t *Task) Proceed(leaf any) error {
	if err := t.Enter(); err != nil {
		return err
	}
	for !t.Cx.TakeBudget() && !t.Cx.GoesOn(leaf) {
		t.Cx.Defer(leaf)
		if err := t.Suspend(Heeding); err != nil {
			return err
		}
	}
	return nil
}

// Waiting is what a function waits for in [Task.Await].
type Waiting interface {
	// PollReady reports whether the wait has ended. Otherwise it has kept the waker of cx.
	PollReady(cx *sched.Context) (isReady bool)
}

// WaitFunc is a [Waiting] made of a function.
type WaitFunc func(cx *sched.Context) (isReady bool)

// PollReady calls the function.
func (f WaitFunc) PollReady(cx *sched.Context) (isReady bool) { return f(cx) }

// Await waits for w. When the task, or a scope around the caller, is cancelled meanwhile, it
// calls cancelled, once: that returns true to go on waiting, and otherwise Await returns
// the error. A goroutine of its own is parked between the polls, and a report may poll w in
// its place.
//
// It is the loop of all waits that are not hot; edo.Await and edo.Next have one that calls
// the future without a detour (BenchmarkYieldDirect).
func (t *Task) Await(w Waiting, cancelled func() (goesOn bool)) error {
	goesOn := false
	defer t.endAwait() // also when the poll panics
	for {
		t.Polls = true
		isReady := t.parkedWait().hasEnded() || w.PollReady(t.Cx)
		t.Polls = false
		if isReady {
			if t.Cx.Inspecting() {
				t.leaveInspection()
			}
			return nil
		}
		if t.Coro() == nil && t.parkedWait() == nil {
			t.rarely().parked = &parkedWait{wait: w}
		}
		if goesOn {
			t.Suspend(Ignoring) // heeding, it would return at once, again and again
			continue
		}
		if err := t.Suspend(Heeding); err != nil && !t.parkedWait().hasEnded() {
			if goesOn = cancelled(); !goesOn {
				return err
			}
		}
	}
}

func (t *Task) endAwait() {
	t.Polls = false
	if t.rare != nil {
		t.rare.parked = nil
	}
}

// parkedWait returns what a goroutine of its own waits for, or nil.
func (t *Task) parkedWait() *parkedWait {
	if t.rare == nil {
		return nil
	}
	return t.rare.parked
}

// parkedWait is what a goroutine of its own waits for. A report may poll it meanwhile.
type parkedWait struct {
	wait  Waiting
	ended bool // a report has found the wait ready
}

// poll is a poll by a report. It reports whether the wait goes on.
func (p *parkedWait) poll(cx *sched.Context) (isPending bool) {
	if !p.ended {
		p.ended = p.wait.PollReady(cx)
	}
	return !p.ended
}

// hasEnded reports whether a report has found the wait of p, which may be nil, ready.
func (p *parkedWait) hasEnded() bool { return p != nil && p.ended }

// GoOn is for [Task.Await], and waits on.
func GoOn() bool { return true }

// GiveUp is for [Task.Await], and waits no longer.
func GiveUp() bool { return false }

// Interrupted returns why every operation of t fails; nil: it does not.
func (t *Task) Interrupted() error {
	if t.Region() == nil {
		return cancellation(t.IsCancelled)
	}
	return t.Region().through(t, cancellation(t.IsCancelled))
}

// Err returns what edo.Task.Err does.
func (t *Task) Err() error {
	if err := t.Check(); err != nil {
		return err
	}
	return t.Region().through(t, cancellation(t.IsCancelled || t.Head().IsCancelled()))
}

// cancellation returns the error of a task that was cancelled, if it was.
func cancellation(isCancelled bool) error {
	if isCancelled {
		return ErrCancelled
	}
	return nil
}

// Withdrawer is a stream that keeps a place in line from a poll that was pending until it
// is asked again, as a receiver of package mpmc does, and can give it up.
type Withdrawer interface{ Withdraw() }
