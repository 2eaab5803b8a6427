package supervise

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
)

// Errors that children return.
var (
	// ErrStop is what a child returns that has ended in order and is not to be restarted
	// unless it is Permanent, with errors.Is: Erlang's reason shutdown.
	ErrStop = errors.New("supervise: the child has ended in order")
	// ErrIgnore is what a child returns, before it is ready, that has chosen not to run. It
	// is no failure. The child stays in the list, stopped, unless it is Temporary.
	ErrIgnore = errors.New("supervise: the child has chosen not to run")
)

// Errors of the methods of a supervisor.
var (
	// ErrNotRunning says that the supervisor does not run: not yet, or not any more, or it is
	// ending. It matches [edo.ErrClosed].
	ErrNotRunning = edo.NewError(edo.ErrClosed, "supervise: the supervisor does not run")
	// ErrAlreadyStarted says that a child of this name runs, or is about to.
	ErrAlreadyStarted = errors.New("supervise: a child of this name has been started already")
	// ErrAlreadyPresent says that there is a child of this name, which does not run.
	ErrAlreadyPresent = errors.New("supervise: a child of this name is present already, and does not run")
	// ErrNotFound says that there is no child of this name.
	ErrNotFound = errors.New("supervise: there is no child of this name")
	// ErrRunning says that the child runs.
	ErrRunning = errors.New("supervise: the child runs")
	// ErrRestarting says that the child is about to be started: after a delay, or after others.
	ErrRestarting = errors.New("supervise: the child is about to be started")
	// ErrStopped says that a child was stopped before it was ready.
	ErrStopped = errors.New("supervise: the child was stopped before it was ready")
)

// The reasons of an [Error].
var (
	// ErrIntensity says that there were more restarts than Intensity within Period.
	ErrIntensity = errors.New("supervise: too many restarts")
	// ErrStart says that a child of the Config has failed to start, the first time.
	ErrStart = errors.New("supervise: a child has failed to start")
	// ErrSignificant says that a significant child has ended with a failure.
	ErrSignificant = errors.New("supervise: a significant child has failed")
)

var (
	errPolledAgain = core.ErrPolledAgain
	errRunsAlready = errors.New("supervise: Run of a supervisor that runs: it is one task at a time")
	errEnded       = errors.New("supervise: it has returned nil, and is Permanent")
	errBeforeReady = errors.New("supervise: the child has returned before it was ready: it must call ready, or return ErrIgnore")
)

// Failure is one failure of a child.
type Failure struct {
	Child   string    // its full name
	Time    time.Time // on the clock of the runtime
	Started bool      // false: it had not been ready
	Err     error
}

// String returns the child and its error.
func (f Failure) String() string {
	if !f.Started {
		return fmt.Sprintf("%s, starting: %v", f.Child, f.Err)
	}
	return fmt.Sprintf("%s: %v", f.Child, f.Err)
}

// OverdueError says that a child had not ended within its Shutdown after it was aborted. It
// matches [context.DeadlineExceeded].
type OverdueError struct {
	Child string        // its full name
	After time.Duration // its Shutdown
	State string        // "waiting", or what else it did
	Waits []string      // what it waited for then; empty if it did not say
}

// Error names the child and what it waited for.
func (e *OverdueError) Error() string {
	return fmt.Sprintf("supervise: %s has not ended within %v: %s", e.Child, e.After, e.doing())
}

// Unwrap returns [context.DeadlineExceeded].
func (e *OverdueError) Unwrap() error { return context.DeadlineExceeded }

// doing returns what the child did.
func (e *OverdueError) doing() string {
	switch {
	case len(e.Waits) != 0:
		return "it waits for " + strings.Join(e.Waits, ", or for ")
	case e.State == "waiting":
		return "it waits for something that does not say what it is"
	}
	return "it is " + e.State
}

// Error is why a supervisor has ended, with the failures that led to it. It matches its
// reason, and each error in it.
type Error struct {
	Supervisor string          // its full name; empty if it has none
	Reason     error           // ErrIntensity, ErrStart, ErrSignificant, what has cancelled it; nil: it was asked to end
	Failures   []Failure       // those of the last Period, and those of children that were stopped; the oldest first
	More       int             // how many older ones there were
	Overdue    []*OverdueError // the children that had not ended in time
}

// maxFailures is how many failures an Error has.
const maxFailures = 16

// Error is one line, with some of the children that are overdue, and the last failures first.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("supervise")
	if e.Supervisor != "" {
		b.WriteString(": " + e.Supervisor)
	}
	if e.Reason != nil {
		b.WriteString(": " + strings.TrimPrefix(e.Reason.Error(), "supervise: "))
	}
	const most = 4
	for _, o := range e.Overdue[:min(most, len(e.Overdue))] {
		b.WriteString(": " + strings.TrimPrefix(o.Error(), "supervise: "))
	}
	if more := len(e.Overdue) - most; more > 0 {
		fmt.Fprintf(&b, ": nor have %d more children ended in time", more)
	}
	shown := 0
	for i := len(e.Failures) - 1; i >= 0; i-- {
		text, times := e.Failures[i].String(), 1
		for i > 0 && e.Failures[i-1].String() == text {
			i--
			times++
		}
		if shown == most {
			fmt.Fprintf(&b, "; and %d earlier failures", i+times+e.More)
			return b.String()
		}
		if shown == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; before that ")
		}
		b.WriteString(text)
		if times > 1 {
			fmt.Fprintf(&b, " (%d times)", times)
		}
		shown++
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "; and %d earlier failures", e.More)
	}
	return b.String()
}

// Unwrap returns the reason, the errors of the failures, and the children that are overdue.
func (e *Error) Unwrap() []error {
	var all []error
	if e.Reason != nil {
		all = append(all, e.Reason)
	}
	for _, f := range e.Failures {
		all = append(all, f.Err)
	}
	for _, o := range e.Overdue {
		all = append(all, o)
	}
	return all
}

// childError is the failure of a child, for Config.OnError of the runtime.
type childError struct {
	child   string
	started bool
	err     error
}

// Error names the child.
func (e *childError) Error() string {
	if !e.started {
		return fmt.Sprintf("supervise: %s failed to start: %v", e.child, e.err)
	}
	return fmt.Sprintf("supervise: %s failed: %v", e.child, e.err)
}

// Unwrap returns what the child has ended with.
func (e *childError) Unwrap() error { return e.err }

// An outcome is what a run has ended with, and what that says. It is asked before the machine learns of it: the
// methods of an error are the program's, and are not called with the lock.
type outcome struct {
	err          error
	isCancelled  bool // it says no more than that the task was cancelled
	isNormal     bool // it is no failure
	isIgnore     bool // nor is it of a child that was not ready
	isOfAllTasks bool // all tasks of the runtime are cancelled
}

// normal is the outcome of a child that has returned nil.
var normal = outcome{isNormal: true}

// weigh asks the error. When all tasks of the runtime are cancelled that is no failure of the child: the
// supervisor is cancelled as well, before or after it. What a supervisor has ended with is a failure, whatever
// its children have returned.
func (o *outcome) weigh(rt *core.Runtime) {
	o.isCancelled = core.IsCancellation(o.err)
	o.isOfAllTasks = o.isCancelled && rt.Sched.IsCancelling()
	o.isNormal, o.isIgnore = o.err == nil || says(o.err, ErrStop), says(o.err, ErrIgnore)
}

// says reports whether err matches what, and is neither the end of a supervisor nor a panic.
func says(err, what error) bool {
	var end *Error
	var panicked *edo.PanicError
	return errors.Is(err, what) && !errors.As(err, &end) && !errors.As(err, &panicked)
}
