package edo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Scope is a [Spawner] whose tasks end before [WithScope] returns. The function of
// the scope spawns with it, and whoever it hands the Scope to, from any goroutine,
// while it is open. What a task of the scope spawns with its own [Task] or [Context]
// belongs to the scope as well. Once the scope has ended, a spawn resolves its handle
// with an error that says so.
type Scope struct {
	//	stopped   nil: nobody has cancelled it
	//	          why the waits of its function fail; written once, by who cancels
	//	waker     of the Task, when it suspended last; written by the Task
	//
	// Who cancels writes stopped, and then reads waker and, locked, the members; the Task
	// writes waker, and then reads stopped; who spawns adds a member, locked, and then
	// reads stopped. So nobody is forgotten.

	region  region
	task    *Task // that runs the function
	rt      *Runtime
	stopped atomic.Pointer[stoppedError]
	outside atomic.Pointer[stoppedError] // the cancellation from around that has stopped it, see enclose
	waker   atomic.Pointer[sched.Task]

	timer    sched.Timer
	deadline deadline
	at       int64       // the deadline on the clock of the runtime; 0: none; the Task's, as the next
	armed    *sched.Task // the one that the timer wakes, in a seeded runtime
	told     bool        // a cancellation from outside has been noted

	mu      sync.Mutex // guards the following, and region.end
	members roster[*sched.Task]
	inner   *Scope      // the one that the function has opened inside of this one
	joiner  *sched.Task // waits until there are none
	ended   bool
	errs    []error // the first
	more    int     // how many more
}

// A ScopeOption changes what one call of [WithScope] does.
type ScopeOption func(*Scope)

// stoppedError is what the waits of a function get whose scope is cancelled.
type stoppedError struct{ cause error }

func (e *stoppedError) Error() string { return fmt.Sprint("edo: cancelled by its scope: ", e.cause) }
func (e *stoppedError) Unwrap() error { return ErrCancelled }

var (
	errScopeEnded    = NewError(ErrClosed, "edo: spawn in a scope that has ended: a Scope is of use until its WithScope returns")
	errScopePanicked = errors.New("its function panicked")
	errScopeAsked    = errors.New("Scope.Cancel")
	errScopeTime     = errors.New("edo: a scope with a deadline needs a runtime, for its clock")
)

// WithScope runs fn, on the caller, and returns when fn and all tasks of the scope
// have ended.
//
// The first error, of fn or of a task, cancels the tasks of the scope: they are
// aborted, and waits inside fn fail with an error that matches [ErrCancelled]. It is
// returned, joined with the others: the first 32 and how many more. Errors that say
// no more than that the scope was cancelled are none, and a task that was aborted by
// its handle has not failed. A panic of a task is its [*PanicError]. These errors
// count as joined: neither [Run] nor Config.OnError is told of them, and one that fn
// has got from a handle and returns is told once. A task that is joined by a [JoinSet]
// leaves its error there.
//
// That the error of a task was got from its handle, and dealt with, does not keep the
// scope: the task has failed, and the others are cancelled. A call that may fail, and
// is fn's own affair, is no task of the scope: it is [Call], or [Await] of an [Async].
//
// When the task that calls is cancelled, so is the scope; it still waits for its
// tasks, and returns [ErrCancelled]. When fn panics, or calls runtime.Goexit, the
// tasks are cancelled and waited for, and then it goes on; their errors are then
// reported like those that nobody joined.
//
// A cancellation is noticed by fn when it waits next: fn should not compute for long.
// The [Task.Context] of its task ends at once, at the deadline too, which it knows.
// What fn spawns with its task, and not with s, is not of the scope, and a future that
// fn has left suspended in an [Await] is still fn's to drop. A scope costs one
// allocation, of 320 bytes, and each task in it two more than elsewhere, of 350.
func WithScope(task *Task, fn func(s *Scope) error, opts ...ScopeOption) (err error) {
	if err := task.enter(); err != nil {
		return err
	}
	s := &Scope{task: task, rt: task.rt}
	s.region = region{outer: task.region, scope: s}
	for _, o := range opts {
		o(s)
	}
	if err := s.begin(); err != nil {
		return err
	}
	task.region = &s.region
	s.enclose(task)
	refused := task.refused
	returned := false
	defer func() {
		if !returned {
			s.stop(errScopePanicked)
		}
		s.drain(task)
		s.judge(task.cx.in())
		s.noteOutside()
		task.region = s.region.outer
		if !task.cancelled {
			task.refused = refused // what the scope has refused is over with it
		}
		s.disclose(task)
		s.finish()
		if returned {
			err = s.result()
		} else if err := s.result(); err != nil {
			s.report(err)
		}
	}()
	err = fn(s)
	returned = true
	if err != nil && !(isCancellation(err) && s.stopped.Load() != nil) {
		s.failOwn(err)
	}
	return err
}

// spawner is that of the task while its function asks, so that what it spawns stays on
// its worker.
func (s *Scope) spawner() (*sched.Context, *Runtime, error) {
	if s.rt == nil {
		return nil, nil, errNoRuntime
	}
	if s.task.gid.Load() == gid.Get() {
		return s.task.cx.in(), s.rt, nil
	}
	return nil, s.rt, nil
}

// Cancel cancels the tasks of the scope, also those that come, and the waits of its
// function. It is no error. It may be called from any goroutine, and twice.
func (s *Scope) Cancel() { s.stop(errScopeAsked) }

// watch makes the task of t, which is about to suspend, be woken by a cancellation and
// at the deadline.
func (s *Scope) watch(t *Task) {
	cx := t.cx.in()
	if me := cx.Task(); s.waker.Load() != me {
		s.waker.Store(me)
	}
	if s.armed != nil && s.armed != cx.Task() && !s.timer.Fired() {
		s.arm(cx)
	}
}

// through returns what the function sees of cause, which comes from outside.
func (s *Scope) through(cause error) error {
	if s.at != 0 && s.timer.Fired() {
		s.expire()
	}
	if cause != nil {
		if !s.told {
			s.told = true
			s.fail(cause)
		}
		return cause
	}
	if e := s.stopped.Load(); e != nil {
		return e
	}
	return nil
}

// fail notes err, and cancels the scope.
func (s *Scope) fail(err error) {
	s.mu.Lock()
	s.note(err)
	s.mu.Unlock()
	s.stop(err)
}

// failOwn is fail with the error of the function, which takes the place of errors that
// it tells of itself: those of tasks that the function has joined.
func (s *Scope) failOwn(err error) {
	s.mu.Lock()
	noted := slices.Clone(s.errs)
	s.mu.Unlock()
	var told []int
	for i, e := range noted {
		if errors.Is(err, e) {
			told = append(told, i)
		}
	}
	s.mu.Lock()
	if len(told) == 0 {
		s.note(err)
	} else {
		s.errs[told[0]] = err
		for _, i := range slices.Backward(told[1:]) {
			s.errs = slices.Delete(s.errs, i, i+1)
		}
	}
	s.mu.Unlock()
	s.stop(err)
}

// note notes err. Locked.
func (s *Scope) note(err error) {
	if len(s.errs) < maxFailures {
		s.errs = append(s.errs, err)
	} else {
		s.more++
	}
}

// stop cancels the members and the function. The first cause is the one that counts.
func (s *Scope) stop(cause error) {
	if s.stopped.Load() != nil || !s.stopped.CompareAndSwap(nil, &stoppedError{cause}) {
		return
	}
	s.mu.Lock()
	members, inner, end := s.members.all(), s.inner, s.region.end
	s.mu.Unlock()
	if end != nil {
		end(s.cause())
	}
	for _, t := range members {
		t.Cancel()
	}
	if inner != nil {
		inner.stopFrom(s.stopped.Load(), cause)
	}
	if t := s.waker.Load(); t != nil {
		t.Wake()
	}
}

// endsContext keeps end, to be called when the scope is cancelled.
func (s *Scope) endsContext(end context.CancelCauseFunc) {
	s.mu.Lock()
	s.region.end = end
	s.mu.Unlock()
	if s.stopped.Load() != nil {
		end(s.cause())
	}
}

// cause returns why the scope was cancelled, for the context of its function.
func (s *Scope) cause() error {
	e := s.stopped.Load()
	if late, ok := e.cause.(*ScopeTimeoutError); ok {
		return late
	}
	return e
}

// finish lets go of the timer and the context.
func (s *Scope) finish() {
	s.timer.Stop()
	s.mu.Lock()
	end := s.region.end
	s.mu.Unlock()
	if end != nil {
		end(context.Canceled)
	}
}

// result returns what has failed.
func (s *Scope) result() error {
	s.mu.Lock()
	all, more := s.errs, s.more
	s.mu.Unlock()
	switch {
	case more > 0:
		all = append(all, fmt.Errorf("edo: and %d more tasks of the scope failed", more))
	case len(all) == 0:
		return nil
	case len(all) == 1:
		return all[0]
	}
	return errors.Join(all...)
}

// report is for errors that WithScope cannot return.
func (s *Scope) report(err error) {
	if s.rt == nil || isCancellation(err) {
		return
	}
	s.rt.failures.add(&failure{err: err, rt: s.rt})
	s.rt.onError(fmt.Errorf("edo: in a scope whose function panicked: %w", err))
}
