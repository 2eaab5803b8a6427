package scope

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/roster"
	"github.com/edo-go/edo/internal/sched"
)

// Scope is an [edo.Spawner] whose tasks have ended when [Run] returns. The function of the
// scope spawns with it, and any goroutine may that has the Scope, until the scope ends. After
// that a spawn resolves its handle with an error that matches [edo.ErrClosed]. The tasks that
// a task of the scope spawns with its own Task or Context belong to the scope as well.
type Scope struct {
	// How a cancellation meets a wait and a spawn:
	//
	//	stopped   nil: not cancelled; otherwise why the waits of the function fail; written
	//	          once, by the canceller
	//	waker     the task that the function suspended last; written by that Task
	//
	//  1. The canceller writes stopped, then reads waker and, locked, the members.
	//  2. The Task writes waker, then reads stopped, and suspends only if that is nil.
	//  3. A spawner adds a member, locked, then reads stopped, and cancels the member if that
	//     is set.
	//
	// So neither the Task nor a member misses the cancellation.

	spawner
	spawning core.Spawning
	region   core.Region
	task     *core.Task // runs the function
	rt       *core.Runtime
	stopped  atomic.Pointer[stoppedError]
	outside  atomic.Pointer[stoppedError] // the cancellation from outside that has stopped it, see nest.go
	waker    atomic.Pointer[sched.Task]

	timer    sched.Timer
	deadline deadline
	at       int64       // the deadline on the clock of the runtime; 0: none; only the Task uses this and the next two
	armed    *sched.Task // the task that the timer wakes, in a seeded runtime
	isNoted  bool        // a cancellation from outside has been noted

	mu         sync.Mutex // guards the following
	endContext context.CancelCauseFunc
	members    roster.Roster[*sched.Task]
	inner      *Scope      // the scope that the function has open inside of this one
	joiner     *sched.Task // waits until there are no members
	hasEnded   bool
	errs       []error // the first maxErrors errors
	more       int     // how many more errors there were
}

// spawner is an edo.Spawner: the embedded value makes a Scope one.
type spawner = edo.Spawner

// An Option changes one call of [Run]: a deadline. The zero value changes nothing.
type Option struct{ apply func(*Scope) }

// stoppedError is the error of the function's waits in a cancelled scope.
type stoppedError struct{ cause error }

func (e *stoppedError) Error() string { return fmt.Sprint("scope: cancelled: ", e.cause) }
func (e *stoppedError) Unwrap() error { return edo.ErrCancelled }

var (
	errEnded    = edo.NewError(edo.ErrClosed, "scope: spawn in a scope that has ended: a Scope is of use until its Run returns")
	errPanicked = errors.New("its function panicked")
	errAsked    = errors.New("Scope.Cancel")
	errNoClock  = errors.New("scope: a scope with a deadline needs a runtime, for its clock")
)

// Run runs fn on the caller's goroutine, and returns when fn and all tasks of the scope have
// ended.
//
// The first error, of fn or of a task, cancels the scope: its tasks are aborted, and waits
// inside fn fail with an error that matches [edo.ErrCancelled]. Run returns the first 32
// errors, joined, and the number of the others. An error that says only that the scope was
// cancelled does not count, nor does a task that was aborted, by its handle or by a token.
// A panic of a task is its [*edo.PanicError]. The errors count as joined: [edo.Run] does not
// return them, and Config.OnError does not get them. If fn returns an error that it got from
// a handle, the error is in the result once. The error of a task of a join set (package
// joinset) stays in the set.
//
// A task has failed, and cancels the scope, even if fn has got its error from the handle and
// handled it. A call that may fail, and whose error fn handles itself, is no task of the
// scope: it is [edo.Call], or [edo.Await] of an [edo.Async].
//
// When the task that called Run is cancelled, so is the scope; Run still waits for the tasks,
// and returns [edo.ErrCancelled]. When fn panics or calls runtime.Goexit, Run cancels the
// tasks and waits for them, and then the panic goes on. The errors of the tasks are then
// reported like those of tasks that no task has joined.
//
// fn notices a cancellation at its next wait, so it should not compute for long. The Context
// of its task ends at once, also at the deadline, which the Context reports. A task that fn
// spawns with its own task, and not with s, is not in the scope. A future that fn has left
// suspended in an Await is still fn's to drop. A scope costs one allocation of 352 bytes, and
// each of its tasks two allocations, of 288 bytes, more than a task elsewhere.
//
//edo:step RunStep
func Run(task *edo.Task, fn func(s *Scope) error, opts ...Option) (err error) {
	// The scope does not begin in a cancelled task.
	t := inside.Task(task)
	if err := t.Enter(); err != nil {
		return err
	}
	s := &Scope{}
	if err := s.begin(t, opts); err != nil {
		return err
	}
	refused := t.Refusals()
	returned := false
	defer func() {
		// All members end, whatever fn has done. After drain the scope refuses spawns.
		if !returned {
			s.stop(errPanicked)
		}
		s.drain()
		s.leave(refused)
		// Run returns the errors, or reports them if a panic goes on.
		if returned {
			err = s.result()
		} else {
			s.report()
		}
	}()
	err = fn(s)
	s.returned(err) // a method of err, which is the program's, may panic
	returned = true
	return err
}

// begin makes s the scope that t is in.
func (s *Scope) begin(t *core.Task, opts []Option) error {
	s.task, s.rt = t, t.Rt
	s.spawning.From = (*section)(s)
	s.spawner = core.Hooks.Spawner(&s.spawning).(edo.Spawner)
	s.region = core.Region{Outer: t.Region(), Bound: (*section)(s)}
	for _, o := range opts {
		if o.apply != nil {
			o.apply(s)
		}
	}
	if err := s.setDeadline(); err != nil {
		return err
	}
	// From here on a cancellation from outside reaches the scope, see nest.go.
	t.SetRegion(&s.region)
	s.attach()
	return nil
}

// returned notes the error that the function has returned.
func (s *Scope) returned(err error) {
	if err != nil && !(core.IsCancellation(err) && s.stopped.Load() != nil) {
		s.failOwn(err)
	}
}

// leave makes the task leave the scope, whose members have ended. refused is how many
// operations had been refused before the scope.
func (s *Scope) leave(refused uint32) {
	// Errors that only the end shows.
	s.expireIfLate(s.task.Cx)
	s.noteOutside()
	s.exitRegion(refused)
	s.finish()
}

// exitRegion makes the task leave the region of the scope.
func (s *Scope) exitRegion(refused uint32) {
	t := s.task
	t.SetRegion(s.region.Outer)
	if !t.IsCancelled {
		t.SetRefusals(refused) // the operations that the scope has refused no longer count
	}
	s.detach()
}

// Cancel cancels the tasks of the scope, also those that are spawned later, and the waits of
// its function. It is no error: without another one, Run returns nil. Cancel may be called
// from any goroutine, and twice.
func (s *Scope) Cancel() { s.stop(errAsked) }
