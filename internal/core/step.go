package core

import (
	"fmt"
	"runtime/debug"

	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// A function in direct style that was compiled is a frame: its variables that outlive a wait,
// and the place where it waits. It has no stack of its own. A poll of the task calls the
// frame, which calls the frame of the function that it waits in, and so on, down to the
// operation that waits: that is a step. Each either has ended, or returns that it has not, and
// so do then all its callers, up to the worker.
//
//	direct style                     a frame
//	Enter, at the begin              EnterStep, at the begin of each step
//	Suspend, until it is woken       Watch, and then a return
//	EndOperation                     EndStep
//
// A step that begins an operation and one that goes on with it are the same call.
// Task.IsResumed tells them apart: the worker sets it before the poll, and the first operation
// that the poll comes to takes it, which is the one that waits.

// beginFrame notes that the function of t, a frame, begins in a poll by cx.
func (t *Task) beginFrame(cx *sched.Context) {
	if t.place >= inStackTask {
		t.stack().head = cx.Root()
	}
	t.IsFrame = true
	if rt := cx.Runtime(); rt != nil {
		t.Rt, _ = rt.Owner().(*Runtime)
	}
}

// EnterPoll begins a poll of the frame of t by cx.
func (t *Task) EnterPoll(cx *sched.Context) {
	if t.IsFrame {
		t.IsResumed = true
	} else {
		t.beginFrame(cx)
	}
	t.Cx = cx
	g := cx.Goroutine()
	if g == 0 {
		g = gid.Get()
	}
	t.gid.Store(g)
}

// ResumePoll is EnterPoll for a frame that has begun, in a poll by a worker.
func (t *Task) ResumePoll(cx *sched.Context) {
	t.IsResumed = true
	t.Cx = cx
	t.gid.Store(cx.Goroutine())
}

// PanicOfFrame returns the error of a panic of the frame of t, which a deferred function has
// recovered. After a Goexit the goroutine goes on to exit, also when a deferred call panics then: for
// that the panic is noted, see PollFailed.
func (t *Task) PanicOfFrame(value any) error {
	name, stack := t.Name(), debug.Stack()
	if x := makeExtraOf(t.Head()); x != nil {
		value, stack = x.original(value, stack)
		x.rethrown = &coro.Late{Value: value, Stack: stack}
	}
	return PanicOrGoexit(name, value, stack)
}

// ReturnedFrame notes that a poll of the frame of t has returned, and not by Goexit.
func (t *Task) ReturnedFrame() {
	if x := ExtraOf(t.Head()); x != nil {
		x.rethrown = nil
	}
}

// LeavePoll ends a poll of the frame of t, which waits.
func (t *Task) LeavePoll() {
	t.Cx = nil
	t.gid.Store(0)
}

// A Verdict is what a step does.
type Verdict uint8

const (
	GoesOn Verdict = iota // it polls
	Waits                 // it returns, not done
	IsOver                // it is done, with what was kept
)

// Kept is the end of an operation that is not returned yet: the task has to give way first, or
// to wait.
type Kept struct {
	Value any
	Ok    bool
	Err   error

	timer *sched.Timer // not nil: the task is slowed down until at
	at    int64
}

// TakeResumed reports whether the poll goes on with the operation that calls it.
func (t *Task) TakeResumed() (isResumed bool) {
	isResumed, t.IsResumed = t.IsResumed, false
	return isResumed
}

// IsSpecial reports whether a step must ask EnterStep before it polls.
func (t *Task) IsSpecial() bool {
	return t.IsCancelled || t.rare != nil || t.place >= inStackTask && t.stack().region != nil
}

// EnterStep begins a step. isResumed says that the operation has begun in an earlier one. When
// it is over the result is in k.
func (t *Task) EnterStep(isResumed bool) (v Verdict, k Kept) {
	if t.rare != nil && t.rare.kept != nil {
		return t.takeKept()
	}
	if isResumed && t.Cx.Inspecting() { // to go on would be to do something
		return GoesOn, k
	}
	err := t.Interrupted()
	if err == nil {
		return GoesOn, k
	}
	k.Err = err
	if isResumed {
		return IsOver, k
	}
	d := t.countRefusal()
	if d == 0 {
		return IsOver, k
	}
	t.rarely().kept = &Kept{Err: err, timer: &sched.Timer{}, at: sched.After(t.Cx.Now(), d)}
	return t.takeKept()
}

// takeKept takes what was kept, if it may be returned.
func (t *Task) takeKept() (v Verdict, k Kept) {
	if !t.rare.kept.isDue(t) {
		return Waits, k
	}
	k, t.rare.kept = *t.rare.kept, nil
	return IsOver, k
}

// isDue reports whether k may be returned. Otherwise t is woken for that.
func (k *Kept) isDue(t *Task) bool {
	switch {
	case k.timer == nil && t.Cx.Inspecting():
		t.Cx.Task().Wake()
		return false
	case k.timer == nil:
		return true
	case t.Cx.Inspecting():
		t.Cx.Defer(Hooks.SlowedDown)
		return false
	case t.Cx.Now() >= k.at || t.Rt.Shields.Broken.Load():
		k.timer.Stop()
		return true
	}
	t.Cx.Arm(k.timer, k.at)
	return false
}

// Watch is for an operation that will return that it waits: a bound around it must wake the
// task. An error says that it must not wait.
func (t *Task) Watch() error {
	if t.Region() == nil {
		return nil
	}
	return t.Region().watch(t)
}

// IsKept reports whether EndStep has to be asked.
func (t *Task) IsKept(budget int) bool { return t.Cx.Budget() == budget }

// EndStep ends an operation whose poll was ready; before the poll there was so much budget. It
// reports whether the task must give way first: then the caller gives the result to Keep, and
// returns that it is not done.
func (t *Task) EndStep(budget int) (mustKeep bool) {
	if t.Cx.Inspecting() { // of an operation that was only asked, and did not wait
		t.Cx.Task().Wake()
		return true
	}
	if t.Cx.Budget() == budget && !t.Cx.TakeBudget() && !t.Cx.GoesOnAfter() {
		t.Cx.Yield()
		return true
	}
	return false
}

// BeginPoll begins a step that polls, of an operation that is not special. It returns the budget,
// for EndPoll.
func (t *Task) BeginPoll() (budget int) {
	t.IsResumed = false
	return t.Cx.Budget()
}

// EndPoll ends a step of an operation whose poll was ready with v and err; before the poll there was
// so much budget. If the task must give way first, the result is kept, and the step is not done.
func EndPoll[T any](t *Task, budget int, v T, err error) (done bool, _ T, _ error) {
	if !t.IsKept(budget) {
		return true, v, err
	}
	return endFreePoll(t, budget, v, err)
}

// endFreePoll is EndPoll for a poll that has taken nothing off the budget.
func endFreePoll[T any](t *Task, budget int, v T, err error) (done bool, _ T, _ error) {
	if t.EndStep(budget) {
		t.Keep(Kept{Value: v, Err: err})
		var zero T
		return false, zero, nil
	}
	return true, v, err
}

// Keep keeps the result of an operation until the task is polled again.
func (t *Task) Keep(k Kept) {
	t.rarely().kept = &k
	t.Watch()
}

// WaitStep is a step of Await.
func (t *Task) WaitStep(w Waiting, cancelled func() (goesOn bool)) (done bool, err error) {
	isResumed := t.TakeResumed()
	if t.rare != nil && t.rare.kept != nil {
		v, k := t.takeKept()
		if v == IsOver {
			t.ignores = false
		}
		return v == IsOver, k.Err
	}
	waits := false
	defer func() {
		if !waits { // also when the poll panics
			t.ignores = false
		}
	}()
	if isResumed && !t.ignores && t.IsSpecial() && !t.Cx.Inspecting() {
		if err := t.Interrupted(); err != nil {
			if t.ignores = cancelled(); !t.ignores {
				return true, err
			}
		}
	}
	for {
		if w.PollReady(t.Cx) {
			if t.Cx.Inspecting() {
				t.Cx.Task().Wake()
				t.Keep(Kept{})
				waits = true
				return false, nil
			}
			return true, nil
		}
		if err := t.Watch(); err == nil || t.ignores {
			waits = true
			return false, nil
		} else if t.ignores = cancelled(); !t.ignores {
			return true, err
		}
	}
}

// ProceedsAtOnce is ProceedStep for an operation that nothing holds up. Otherwise it reports false, and
// has done nothing: ProceedStep must be asked.
func (t *Task) ProceedsAtOnce() bool {
	if t.IsSpecial() || !t.Cx.TakeBudget() {
		return false
	}
	t.IsResumed = false
	return true
}

// ProceedStep is a step of Proceed.
func (t *Task) ProceedStep(leaf any) (done bool, err error) {
	isResumed, isSpecial := t.TakeResumed(), t.IsSpecial()
	if isSpecial {
		if v, k := t.EnterStep(isResumed); v != GoesOn {
			return v == IsOver, k.Err
		}
	}
	if t.Cx.TakeBudget() || t.Cx.GoesOn(leaf) {
		return true, nil
	}
	t.Cx.Defer(leaf)
	if isSpecial {
		err = t.Watch()
	}
	return err != nil, err
}

// YieldStep is a step of edo.Yield.
func (t *Task) YieldStep() (done bool, err error) {
	isResumed, isSpecial := t.TakeResumed(), t.IsSpecial()
	if isSpecial {
		if v, k := t.EnterStep(isResumed); v != GoesOn {
			return v == IsOver, k.Err
		}
	}
	if !t.Cx.Inspecting() {
		if isResumed {
			return true, nil
		}
		t.Cx.Yield()
	}
	if isSpecial {
		err = t.Watch()
	}
	return err != nil, err
}

// ShieldStep is a section that ignores cancellation, in steps: fn is a step of what it runs.
type ShieldStep struct {
	region     Region
	isProceeds bool // Proceed has ended
}

// Begin begins the section, and s.
func (s *ShieldStep) Begin(t *Task) {
	s.region.Outer = t.Region()
	t.SetRegion(&s.region)
}

// Step is a step of the section.
func (s *ShieldStep) Step(t *Task, fn func() (done bool, err error)) (done bool, err error) {
	hasReturned := false
	defer func() {
		if done || !hasReturned {
			t.SetRegion(s.region.Outer)
			s.region.endContext()
		}
	}()
	if !s.isProceeds {
		if t.Polls { // see StepInPoll
			hasReturned = true
			return true, ErrCancelled
		}
		done, err = t.ProceedStep(nil) // one that is called in a loop gives way
		s.isProceeds = done && err == nil
	}
	if s.isProceeds {
		done, err = fn()
	}
	hasReturned = true
	return done, err
}

// Panic is a panic of a function that another one, its caller, passes on later.
type Panic = coro.Late

// NewPanic returns a panic that was recovered, with the stack there.
func (t *Task) NewPanic(value any, stack []byte) *Panic {
	value, stack = ExtraOf(t.Head()).original(value, stack)
	return &Panic{Value: value, Stack: stack}
}

// Rethrow passes p on. The error of the task has the stack of p.
func (t *Task) Rethrow(p *Panic) {
	if x := makeExtraOf(t.Head()); x != nil {
		x.rethrown = p
	}
	panic(p.Value)
}

// waitsOutsideAStep returns the error of an operation that would suspend a frame.
func (t *Task) waitsOutsideAStep() error {
	return fmt.Errorf("edo: Task of %s, which was compiled, used to wait by a call that was not: compile it again", t.Name())
}
