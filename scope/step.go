package scope

import (
	"runtime/debug"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// running is a call of [RunStep].
//
//	runs     fn is called in each step                      fn ends → drains
//	drains   the step waits until the members have ended    no members → over
//	over     the Step is zero, and Run has returned, or panics
type running struct {
	Scope
	inner   edo.Step // of fn
	refused uint32
	drains  bool
	panic   *core.Panic // of fn, which goes on when the members have ended
}

// RunStep is the step form of [Run]; fn is a step form too. A panic of fn is held back while
// the members of the scope end. When fn calls runtime.Goexit, which nothing can hold back, the
// deferred functions of the caller run at once; the task ends when the members have ended.
func RunStep(task *edo.Task, st *edo.Step, fn func(task *edo.Task, st *edo.Step, s *Scope) (done bool, err error), opts ...Option) (done bool, err error) {
	t := inside.Task(task)
	r := edo.StepState[running](st)
	if r == nil {
		isResumed := t.TakeResumed()
		if t.IsSpecial() { // the scope does not begin in a cancelled task
			if v, k := t.EnterStep(isResumed); v != core.GoesOn {
				return v == core.IsOver, k.Err
			}
		}
		r = &running{}
		if err := r.begin(t, opts); err != nil {
			return true, err
		}
		r.refused = t.Refusals()
		st.Set(r)
	}
	isOver := false
	if !r.drains {
		if !r.step(task, st, fn) {
			return false, nil
		}
		if r.drains = true; r.panic == nil { // otherwise step has asked already
			isOver = r.isDrained()
		}
	}
	if !isOver {
		if done, _ = t.WaitStep((*endOfMembers)(&r.Scope), core.GoOn); !done {
			return false, nil
		}
	}
	st.Set(nil)
	r.leave(r.refused)
	if r.panic != nil {
		r.report()
		t.Rethrow(r.panic)
	}
	return true, r.result()
}

// step is a step of fn, and reports whether fn has ended. A panic that need not wait for
// members goes on.
func (r *running) step(task *edo.Task, st *edo.Step, fn func(*edo.Task, *edo.Step, *Scope) (bool, error)) (done bool) {
	hasReturned := false
	defer func() {
		if hasReturned {
			return
		}
		r.stop(errPanicked)
		if r.isDrained() {
			st.Set(nil)
			r.leave(r.refused)
			r.report()
			return
		}
		value := recover()
		if value == nil { // Goexit
			st.Set(nil)
			r.exitRegion(r.refused)
			core.AddNested(r.task.Head(), (*exited)(r))
			return
		}
		r.panic = r.task.NewPanic(value, debug.Stack())
		done = true
	}()
	done, err := fn(task, &r.inner, &r.Scope)
	if done {
		r.returned(err) // a method of err, which is the program's, may panic
	}
	hasReturned = true
	return done
}

// isDrained reports whether all members have ended, for a task that has not waited for that
// yet.
func (s *Scope) isDrained() bool { return (*endOfMembers)(s).PollReady(s.task.Cx) }

// exited is a scope whose function has called runtime.Goexit. Its task waits for the members
// before it ends.
type exited running

// DriveOn reports whether the members have ended.
func (e *exited) DriveOn(cx *sched.Context) (ended bool, err error) {
	r := (*running)(e)
	if !(*endOfMembers)(&r.Scope).PollReady(cx) {
		return false, nil
	}
	core.RemoveNested(r.task.Head(), e)
	r.expireIfLate(cx)
	r.noteOutside()
	r.finish()
	r.report()
	return true, nil
}

// IsDropped reports that nothing awaits the scope any more.
func (e *exited) IsDropped() bool { return true }
