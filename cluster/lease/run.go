package lease

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/scope"
)

// Run runs fn while the lease is held, and releases it afterwards. When the lease is lost meanwhile,
// fn is cancelled as in a [scope.Scope] that is: its waits fail with [edo.ErrCancelled]. Run returns
// when fn has. Its error is that of fn, joined with the [*LostError] of a lease that was lost before
// fn had ended, also when fn has not noticed.
//
// Cancelled, it does not wait until the broker knows of the release.
//
//edo:step RunStep
func (l *Lease) Run(task *edo.Task, fn func(task *edo.Task) error) error {
	defer l.Drop()
	err := scope.Run(task, func(s *scope.Scope) error {
		defer l.atLoss(s.Cancel)()
		return fn(task)
	})
	if err = errors.Join(err, l.atEnd()); task.Err() == nil {
		l.Release(task)
	}
	return err
}

// atEnd returns the LostError of a lease that is lost.
func (l *Lease) atEnd() error {
	l.Err() // it looks at the clock
	return l.loss()
}

// runStep is a call of Run, as a step.
type runStep struct {
	scope, release edo.Step
	stop           func() // nil: the scope has not begun
	hasRun         bool
	err            error
}

// RunStep is the step form of [Lease.Run]; fn is a step form too.
func (l *Lease) RunStep(task *edo.Task, st *edo.Step, fn func(task *edo.Task, st *edo.Step) (done bool, err error)) (done bool, err error) {
	r := edo.StepState[runStep](st)
	if r == nil {
		r = &runStep{}
		st.Set(r)
	}
	hasReturned := false
	defer func() {
		if done || !hasReturned {
			st.Set(nil)
			if r.stop != nil {
				r.stop()
			}
			l.Drop()
		}
	}()
	if !r.hasRun {
		done, err = scope.RunStep(task, &r.scope, func(task *edo.Task, st *edo.Step, s *scope.Scope) (bool, error) {
			if r.stop == nil {
				r.stop = l.atLoss(s.Cancel)
			}
			return fn(task, st)
		})
		if hasReturned = true; !done {
			return false, nil
		}
		r.hasRun, r.err = true, errors.Join(err, l.atEnd())
	}
	hasReturned = true
	if task.Err() == nil {
		if done, _ = l.ReleaseStep(task, &r.release); !done {
			return false, nil
		}
	}
	return true, r.err
}

// Lead acquires the lease with the name, again and again, and runs fn as its holder, the leader: one
// of all programs that do so, until it dies or is lost. When it has lost the lease, fn is cancelled,
// and when fn has ended, without an error or with one that says no more than l.Err or a cancelled wait,
// Lead waits to be the leader once more. When fn ends by itself, with an error or without, Lead releases
// the lease and returns that error. Otherwise it ends when the task is cancelled, or the connection is
// closed.
//
// To know the leader, watch the lease: [Space.Watch].
//
//edo:step LeadStep
func (s *Space) Lead(task *edo.Task, name, holder string, fn func(task *edo.Task, l *Lease) error) error {
	for {
		l, err := s.Acquire(task, name, holder)
		if err != nil {
			return err
		}
		err = l.Run(task, func(task *edo.Task) error { return fn(task, l) })
		if !l.isOnlyLoss(err) || task.Err() != nil {
			return err
		}
	}
}

// isOnlyLoss reports whether err, which Run has returned, says that l was lost, and nothing else but what follows from
// that. The function may have returned the loss itself, wrapped or not.
func (l *Lease) isOnlyLoss(err error) bool {
	loss := l.loss()
	return loss != nil && saysOnly(err, loss)
}

// saysOnly reports whether each error in err is loss, or says that a wait was cancelled.
func saysOnly(err, loss error) bool {
	switch e := err.(type) {
	case *LostError:
		return err == loss // that of another lease is an error of the function
	case *edo.PanicError:
		return false
	case interface{ Unwrap() []error }:
		all := e.Unwrap()
		for _, one := range all {
			if !saysOnly(one, loss) {
				return false
			}
		}
		return len(all) != 0
	case interface{ Unwrap() error }:
		return saysOnly(e.Unwrap(), loss)
	}
	return core.IsCancellation(err)
}

// leadStep is a call of Lead, as a step.
type leadStep struct {
	acquire, run edo.Step
	lease        *Lease // nil: it waits for one
}

// LeadStep is the step form of [Space.Lead]; fn is a step form too.
func (s *Space) LeadStep(task *edo.Task, st *edo.Step, name, holder string, fn func(task *edo.Task, st *edo.Step, l *Lease) (done bool, err error)) (done bool, err error) {
	lead := edo.StepState[leadStep](st)
	if lead == nil {
		lead = &leadStep{}
		st.Set(lead)
	}
	hasReturned := false
	defer func() {
		if done || !hasReturned {
			st.Set(nil)
		}
	}()
	for {
		if lead.lease == nil {
			done, l, err := s.AcquireStep(task, &lead.acquire, name, holder)
			if !done || err != nil {
				hasReturned = true
				return done, err
			}
			lead.lease = l
		}
		done, err = lead.lease.RunStep(task, &lead.run, func(task *edo.Task, st *edo.Step) (bool, error) {
			return fn(task, st, lead.lease)
		})
		if !done || !lead.lease.isOnlyLoss(err) || task.Err() != nil {
			hasReturned = true
			return done, err
		}
		lead.lease = nil
	}
}
