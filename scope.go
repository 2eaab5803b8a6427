package edo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// Scope is a [Spawner] whose tasks end before [WithScope] returns. The function of
// the scope spawns with it, and whoever it hands the Scope to, from any goroutine,
// while it is open. What a task of the scope spawns with its own [Task] or [Context]
// belongs to the scope as well. Once the scope has ended, a spawn resolves its handle
// with an error that says so.
//
//	stopped   nil: nobody has cancelled it
//	          why the waits of its function fail; written once, by who cancels
//	waker     of the Task, when it suspended last; written by the Task
//
// Who cancels writes stopped, and then reads waker and, locked, the members; the Task
// writes waker, and then reads stopped; who spawns adds a member, locked, and then
// reads stopped. So nobody is forgotten.
type Scope struct {
	region  region
	task    *Task // that runs the function
	rt      *Runtime
	stopped atomic.Pointer[stoppedError]
	waker   atomic.Pointer[sched.Task]

	timer    sched.Timer
	deadline deadline
	at       int64       // the deadline on the clock of the runtime; 0: none; the Task's, as the next
	armed    *sched.Task // whom the timer wakes
	expired  bool
	told     bool // a cancellation from outside has been noted

	mu      sync.Mutex // guards the following, and region.end
	members roster[*sched.Task]
	joiner  *sched.Task // waits until there are none
	ended   bool
	errs    []error // the first
	more    int     // how many more
}

// deadline is when a scope must be over.
type deadline struct {
	set   bool
	after time.Duration
	at    time.Time
}

// A ScopeOption changes what one call of [WithScope] does.
type ScopeOption func(*Scope)

// ScopeTimeout cancels the scope, its tasks and the waits of its function, d after
// its beginning. The scope then fails with a [*ScopeTimeoutError].
func ScopeTimeout(d time.Duration) ScopeOption {
	return func(s *Scope) { s.deadline = deadline{set: true, after: d} }
}

// ScopeDeadline is [ScopeTimeout] at an instant, on the clock of the runtime.
func ScopeDeadline(at time.Time) ScopeOption {
	return func(s *Scope) { s.deadline = deadline{set: true, at: at} }
}

// ScopeTimeoutError says that a scope was not over at its deadline. It matches
// [context.DeadlineExceeded].
type ScopeTimeoutError struct {
	Tasks []string // the names of tasks that had not ended by then, 16 at the most
	More  int      // how many more there were
}

// Error names the tasks.
func (e *ScopeTimeoutError) Error() string {
	if len(e.Tasks) == 0 {
		return "edo: scope timed out: its function had not returned, its tasks had ended"
	}
	return "edo: scope timed out; not ended: " + listed(e.Tasks, e.More)
}

// Unwrap returns [context.DeadlineExceeded].
func (e *ScopeTimeoutError) Unwrap() error { return context.DeadlineExceeded }

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
// count as joined: neither [Run] nor Config.OnError is told of them. A task that is
// joined by a [JoinSet] leaves its error there.
//
// When the task that calls is cancelled, so is the scope; it still waits for its
// tasks, and returns [ErrCancelled]. When fn panics, or calls runtime.Goexit, the
// tasks are cancelled and waited for, and then it goes on; their errors are then
// reported like those that nobody joined.
//
// A cancellation is noticed by fn when it waits next, and so is the deadline: fn
// should not compute for long. What fn spawns with its task, and not with s, is not of
// the scope, and a future that fn has left suspended in an [Await] is still fn's to
// drop. A scope costs one allocation, of 240 bytes, and each task in it two more than
// elsewhere, of 350.
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
	returned := false
	defer func() {
		if !returned {
			s.stop(errScopePanicked)
		}
		s.drain(task)
		task.region = s.region.outer
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
		s.fail(err)
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

// begin sets the deadline.
func (s *Scope) begin() error {
	if !s.deadline.set {
		return nil
	}
	if s.rt == nil {
		return errScopeTime
	}
	now := s.task.cx.in().Now()
	d := s.deadline.after
	if !s.deadline.at.IsZero() {
		d = s.deadline.at.Sub(s.rt.driver.Time(now))
	}
	s.at = sched.Never
	if int64(d) < sched.Never-now {
		s.at = max(1, now+int64(d))
	}
	s.arm(s.task.cx.in())
	return nil
}

// arm makes the timer wake the task of cx.
func (s *Scope) arm(cx *sched.Context) {
	s.armed = cx.Task()
	cx.Arm(&s.timer, s.at)
}

// watch makes the task of t, which is about to suspend, be woken by a cancellation and
// at the deadline.
func (s *Scope) watch(t *Task) {
	cx := t.cx.in()
	if me := cx.Task(); s.waker.Load() != me {
		s.waker.Store(me)
	}
	if s.at != 0 && s.armed != cx.Task() && !s.timer.Fired() {
		s.arm(cx)
	}
}

// through returns what the function sees of cause, which comes from outside.
func (s *Scope) through(cause error) error {
	if s.at != 0 && !s.expired && s.timer.Fired() {
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

// maxLate is how many tasks a [ScopeTimeoutError] names.
const maxLate = 16

// expire cancels the scope, because its deadline has come.
func (s *Scope) expire() {
	s.expired = true
	names, more := s.names(maxLate)
	s.fail(&ScopeTimeoutError{Tasks: names, More: more})
}

// names returns the names of n of the members, and how many more there are.
func (s *Scope) names(n int) (names []string, more int) {
	s.mu.Lock()
	some := s.members.first(n)
	more = s.members.len() - len(some)
	s.mu.Unlock()
	for _, t := range some {
		names = append(names, describe(t))
	}
	return names, more
}

// fail notes err, and cancels the scope.
func (s *Scope) fail(err error) {
	s.mu.Lock()
	s.note(err)
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
	members, end := s.members.all(), s.region.end
	s.mu.Unlock()
	if end != nil {
		end(s.stopped.Load())
	}
	for _, t := range members {
		t.Cancel()
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
	if e := s.stopped.Load(); e != nil {
		end(e)
	}
}

// add makes t, which is about to be spawned, a member.
func (s *Scope) add(t *sched.Task, b *bonds) error {
	b.member.who = t
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return errScopeEnded
	}
	s.members.add(&b.member)
	s.mu.Unlock()
	b.scope = s
	if s.stopped.Load() != nil {
		t.Cancel()
	}
	return nil
}

// left takes out a member that has ended, and its error if it has failed.
func (s *Scope) left(p *place[*sched.Task], failed bool, err error) {
	var joiner *sched.Task
	s.mu.Lock()
	s.members.remove(p)
	if failed {
		s.note(err)
	}
	if s.members.len() == 0 {
		joiner, s.joiner = s.joiner, nil
	}
	s.mu.Unlock()
	if failed {
		s.stop(err)
	}
	if joiner != nil {
		joiner.Wake()
	}
}

// drain waits until all members have ended, whatever happens. A cancellation that
// comes meanwhile makes the wait shorter: it reaches the members.
func (s *Scope) drain(t *Task) {
	if t.coro == nil { // a report may ask meanwhile
		t.await = func(cx *Context) Poll {
			(*scopeWait)(s).poll(cx)
			return Pending
		}
		defer func() { t.await = nil }()
	}
	for {
		t.polls = true
		over := (*scopeWait)(s).poll(t.cx)
		t.polls = false
		if over {
			return
		}
		t.region.watch(t)
		t.pause()
	}
}

// scopeWait is the wait for the end of the members.
type scopeWait Scope

// poll says whether all have ended, and then no more are taken.
func (w *scopeWait) poll(cx *Context) (over bool) {
	if !cx.Proceed(w) {
		return false
	}
	s := (*Scope)(w)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.members.len() == 0 {
		s.ended = true
		return true
	}
	s.joiner = cx.in().Task()
	return false
}

// maxBy is how many tasks a Wait names.
const maxBy = 4

// Waits names some of the tasks.
func (w *scopeWait) Waits(*Context) Wait {
	names, more := (*Scope)(w).names(maxBy)
	return Wait{On: fmt.Sprintf("edo: the end of the %d tasks of a scope", len(names)+more), By: names}
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

// listed returns names, and how many more there are, as a text.
func listed(names []string, more int) string {
	if more > 0 {
		names = append(names[:len(names):len(names)], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
