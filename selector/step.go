package selector

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// A callback is a function of the user's: in direct style, or in steps.
type callback[D, S any] struct {
	direct D
	step   S
}

type (
	handlerStep[T any] func(task *edo.Task, st *edo.Step, v T, err error) (done bool, _ error)
	elseStep           func(task *edo.Task, st *edo.Step) (done bool, err error)
)

// OnStep is the step form of [On]: a step of the handler is called until it is done. A handler
// in direct style borrows a coroutine for each call in [Select.NextStep], because it may wait.
// In [Select.PollNext] each wait of handler gets [edo.ErrCancelled].
func OnStep[T any](s edo.Stream[T], handler func(task *edo.Task, st *edo.Step, v T, err error) (done bool, _ error)) *StreamBranch[T] {
	if handler == nil {
		return On[T](s, nil) // panics
	}
	b := On(s, func(T, error) error { return nil })
	b.result.handler = callback[func(T, error) error, handlerStep[T]]{step: handler}
	return b
}

// OnFutureStep is the step form of [OnFuture], see [OnStep].
func OnFutureStep[T any](f edo.Future[T], handler func(task *edo.Task, st *edo.Step, v T, err error) (done bool, _ error)) *FutureBranch[T] {
	if handler == nil {
		return OnFuture[T](f, nil) // panics
	}
	b := OnFuture(f, func(T, error) error { return nil })
	b.result.handler = callback[func(T, error) error, handlerStep[T]]{step: handler}
	return b
}

// ElseStep is the step form of [Select.Else], see [OnStep].
func (s *Select) ElseStep(fn func(task *edo.Task, st *edo.Step) (done bool, err error)) *Select {
	s.orElse.direct, s.orElse.step = nil, fn
	return s
}

// handling is a handler that waits, or the end of a turn that could not begin, in the Step of NextStep.
type handling struct {
	inner edo.Step
	again elseStep
}

// RunStep is the step form of [Select.Run].
func (s *Select) RunStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	for {
		switch done, err = s.NextStep(task, st); {
		case !done:
			return false, nil
		case errors.Is(err, Stop):
			return true, nil
		case err != nil:
			return true, err
		}
	}
}

// NextStep is the step form of [Select.Next]. A turn allocates only if its handler waits, or is
// one in direct style.
func (s *Select) NextStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	if h := edo.StepState[handling](st); h != nil {
		st.Set(nil) // also when the handler panics
		if done, err = h.again(task, &h.inner); !done {
			st.Set(h)
		}
		return done, err
	}
	if w := s.otherWaiter(task); w != nil {
		turnAway := func(task *edo.Task, _ *edo.Step) (done bool, err error) {
			if done, err = task.ProceedStep(nil); !done || err != nil {
				return done, err
			}
			return true, busy(w, task) // as in direct style, also when the other task has gone since
		}
		if done, err = turnAway(task, nil); !done {
			st.Set(&handling{again: turnAway})
		}
		return done, err
	}
	done, won, err := s.turnStep(task)
	switch {
	case !done:
		return false, nil
	case won != nil:
		return won.handleStep(task, st)
	case isWithoutBranch(err):
		return s.elseStep(task, st, err)
	}
	s.giveUp()
	return true, err
}

// turnStep is a step of the wait for the winner of a turn.
func (s *Select) turnStep(task *edo.Task) (done bool, won Branch, err error) {
	waits := false
	s.caller = task
	defer func() {
		if !waits { // also when a poll panics or calls Goexit
			s.waiter.Store(nil)
			s.caller = nil
		}
	}()
	done, won, err = edo.AwaitStep[Branch](task, (*turn)(s))
	waits = !done
	return done, won, err
}

// elseStep is the first step of callElse.
func (s *Select) elseStep(task *edo.Task, st *edo.Step, err error) (done bool, _ error) {
	step := s.orElse.step
	if step == nil {
		fn := s.orElse.direct
		if fn == nil || err == errDropped {
			return true, err
		}
		step = borrowing(fn)
	}
	if err == errDropped {
		return true, err
	}
	done, err = step(task, st)
	if !done {
		st.Set(&handling{*st, step})
	}
	return done, err
}

// handleStep is the first step of the handler.
func (r *result[T]) handleStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	was := *r
	r.clear()
	if was.handler.step == nil {
		return was.borrow(task, st)
	}
	if done, err = was.handler.step(task, st, was.v, was.err); !done {
		st.Set(&handling{*st, was.steps()})
	}
	return done, err
}

// borrow is the first step of a handler in direct style.
func (r result[T]) borrow(task *edo.Task, st *edo.Step) (done bool, err error) {
	step := borrowing(func() error { return r.handler.direct(r.v, r.err) })
	if done, err = step(task, st); !done {
		st.Set(&handling{*st, step})
	}
	return done, err
}

// borrowing returns the steps of fn, which may wait, on a coroutine that it borrows.
func borrowing(fn func() error) elseStep {
	var err error
	return func(task *edo.Task, st *edo.Step) (bool, error) {
		done := edo.LendStep(task, st, func(*edo.Task) { err = fn() })
		return done, err
	}
}

// steps returns the further steps of the handler.
func (r result[T]) steps() elseStep {
	return func(task *edo.Task, st *edo.Step) (bool, error) { return r.handler.step(task, st, r.v, r.err) }
}

// inDirectStyle takes the steps of a function, and waits between them. In a poll, by cx, the
// function cannot wait, and gets ErrCancelled from where it would.
func inDirectStyle(task *edo.Task, cx *edo.Context, step elseStep) (err error) {
	var st edo.Step
	if task == nil {
		failed := core.StepInPoll((*sched.Context)(cx), func(t *core.Task) (done bool) {
			done, err = step(inside.PublicTask(t), &st)
			return done
		})
		if failed != nil {
			return failed
		}
		return err
	}
	inside.Task(task).TakeSteps(func() (done bool) {
		done, err = step(task, &st)
		return done
	})
	return err
}
