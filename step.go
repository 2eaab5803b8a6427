package edo

import (
	"context"

	"github.com/edo-go/edo/internal/core"
)

// A Step keeps the state of a call that waits, between the steps of a function that edo build
// has compiled. The zero Step is that of a call that has not begun; it is zero again when the
// call is done. Programs do not use it: see docs/stackless.md.
//
// A step form of a function that waits does not wait. It goes as far as it can, and returns
// whether the call is done, and then what the function returns. Until it is done it is called
// again with the same arguments, each time that the task is polled; the caller of it then
// returns that it is not done either. It needs a Step if it has to remember something.
type Step struct{ state any }

// StepState returns the state that s keeps, if it is an S, and else nil.
func StepState[S any](s *Step) *S {
	state, _ := s.state.(*S)
	return state
}

// Set makes s keep state, a pointer; nil: the call is done.
func (s *Step) Set(state any) { s.state = state }

// A ValueFrame is the frame of a compiled function that returns a T and an error: a pointer to
// an F, whose fields are its arguments and variables. FunctionName returns the name of the
// function, also of a nil frame.
type ValueFrame[T, F any] interface {
	*F
	Poll(task *Task) (done bool, v T, err error)
	FunctionName() string
}

// An ErrorFrame is the frame of a compiled function that returns an error alone, see
// [ValueFrame].
type ErrorFrame[F any] interface {
	*F
	Poll(task *Task) (done bool, err error)
	FunctionName() string
}

// GoStep is [Go] with the frame of a compiled function. The task is one allocation, of 96
// bytes and what F takes.
func GoStep[F any, P ErrorFrame[F]](s Spawner, f F, opts ...SpawnOption) *JoinHandle[Unit] {
	h := newFramed[Unit, F, errorCaller[F, P]](f, opts)
	h.head.Start(spawnerOf(s))
	return h
}

// GoValueStep is [GoValue] with the frame of a compiled function. The task is one allocation.
func GoValueStep[T, F any, P ValueFrame[T, F]](s Spawner, f F, opts ...SpawnOption) *JoinHandle[T] {
	h := newFramed[T, F, valueCaller[T, F, P]](f, opts)
	h.head.Start(spawnerOf(s))
	return h
}

// RunStep is [Run] with the frame of a compiled function for main.
func RunStep[F any, P ErrorFrame[F]](main F, opts ...RunOption) error {
	_, err := run(opts, func(rt *Runtime, mark SpawnOption) *JoinHandle[Unit] {
		return GoStep[F, P](rt, main, mark)
	})
	return err
}

// AwaitStep is the step form of [Await].
func AwaitStep[T any](task *Task, f Future[T]) (done bool, v T, err error) {
	t := task.in()
	isResumed, isSpecial := t.TakeResumed(), t.IsSpecial()
	if isSpecial {
		if verdict, k := t.EnterStep(isResumed); verdict != core.GoesOn {
			v, _ = k.Value.(T)
			return verdict == core.IsOver, v, k.Err
		}
	}
	budget := t.Cx.Budget()
	var p Poll
	if isSpecial && t.IsAside() {
		v, p, err = pollAside(task, f)
	} else {
		v, p, err = f.Poll(task.cx())
	}
	if p == Pending {
		if !isSpecial {
			return false, v, nil
		}
		err = t.Watch()
		return err != nil, v, err
	}
	return core.EndPoll(t, budget, v, err)
}

// NextStep is the step form of [Next].
func NextStep[T any](task *Task, s Stream[T]) (done bool, v T, ok bool, err error) {
	t := task.in()
	if isResumed := t.TakeResumed(); t.IsSpecial() {
		if verdict, k := t.EnterStep(isResumed); verdict != core.GoesOn {
			v, _ = k.Value.(T)
			if isResumed && !k.Ok && k.Err != nil {
				leaveLine(s)
			}
			return verdict == core.IsOver, v, k.Ok, k.Err
		}
	}
	budget := t.Cx.Budget()
	var p Poll
	if t.IsAside() {
		v, p, err = pollNextAside(task, s)
	} else {
		v, p, err = s.PollNext(task.cx())
	}
	if p == Pending {
		if err = t.Watch(); err != nil {
			leaveLine(s)
		}
		return err != nil, v, false, err
	}
	if t.IsKept(budget) && t.EndStep(budget) {
		t.Keep(core.Kept{Value: v, Ok: p == Ready, Err: err})
		var zero T
		return false, zero, false, nil
	}
	return true, v, p == Ready, err
}

// YieldStep is the step form of [Yield].
func YieldStep(task *Task) (done bool, err error) { return task.in().YieldStep() }

// ShieldedStep is the step form of [Shielded]; fn is a step form too.
func ShieldedStep(task *Task, s *Step, fn func(task *Task, s *Step) (done bool, err error)) (done bool, err error) {
	type shielded struct {
		section core.ShieldStep
		inner   Step
	}
	state := StepState[shielded](s)
	if state == nil {
		state = &shielded{}
		s.Set(state)
		state.section.Begin(task.in())
	}
	hasReturned := false
	defer func() {
		if done || !hasReturned {
			s.Set(nil)
		}
	}()
	done, err = state.section.Step(task.in(), func() (bool, error) { return fn(task, &state.inner) })
	hasReturned = true
	return done, err
}

// CallStep is the step form of [Call].
func CallStep[T any](task *Task, s *Step, fn func(ctx context.Context) (T, error)) (done bool, v T, err error) {
	t := task.in()
	c := StepState[call[T]](s)
	if c == nil {
		if done, err = t.ProceedStep(nil); !done || err != nil {
			return done, v, err
		}
		c = &call[T]{fn: fn}
		ctx := task.Context()
		c.start = func() { c.begin(t, ctx) }
		s.Set(c)
	}
	if done, err = t.WaitStep(c, core.GoOn); !done {
		return false, v, nil
	}
	s.Set(nil)
	if err != nil {
		return true, v, err
	}
	return true, c.value, c.err
}

// BorrowStep is a step of a call of fn, which may wait and was not compiled: fn runs on a
// coroutine. It has the Task of the caller, and may keep it: from then on the caller is polled on
// coroutines, and may wait in any call. A panic in fn is one of BorrowStep.
func BorrowStep(task *Task, s *Step, fn func(task *Task)) (done bool) {
	t := task.in()
	if s.state == nil && !t.HasStack() && t.GoAside() {
		return false
	}
	return LendStep(task, s, fn)
}

// AsideStep is the first step of a compiled function in which a function literal waits with its Task:
// it is polled on coroutines, and may wait in any call. Programs do not use it.
func AsideStep(task *Task) (done bool) {
	t := task.in()
	return t.HasStack() || !t.GoAside()
}

// LendStep is [BorrowStep] of a function that does not wait with the Task after it has returned:
// the coroutine is borrowed until then.
func LendStep(task *Task, s *Step, fn func(task *Task)) (done bool) {
	b := StepState[core.Borrowed](s)
	if b == nil {
		t := task.in()
		if t.HasStack() {
			t.TakeResumed()
			fn(task)
			return true
		}
		b = core.NewBorrowed(t, func() { fn(task) })
		s.Set(b)
	}
	hasReturned := false
	defer func() {
		if done || !hasReturned {
			s.Set(nil)
		}
	}()
	done = b.Step()
	hasReturned = true
	return done
}

// AwaitStep is the step form of [JoinHandle.Await].
func (h *JoinHandle[T]) AwaitStep(task *Task) (done bool, v T, err error) {
	return AwaitStep[T](task, h)
}

// CancelledStep is the step form of [Task.Cancelled].
func (t *Task) CancelledStep() (done bool, err error) {
	done, _, err = AwaitStep[Unit](t, (*ownCancellation)(t))
	return done, err
}

// ProceedStep is the step form of [Task.Proceed].
func (t *Task) ProceedStep(leaf Leaf) (done bool, err error) { return t.in().ProceedStep(leaf) }
