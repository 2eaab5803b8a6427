package edo

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// SlowPollError says that a poll takes long: see [Config.SlowPoll]. It holds up the worker, whose other
// tasks have gone to others by then, unless there is one worker alone.
type SlowPollError struct {
	// Task is the name of the task, or "" when it is not known: it has no name of its own and
	// Config.Trace is not set, or it has never waited.
	Task   string
	Worker int           // its number
	For    time.Duration // how long the poll has taken so far, at least
}

// Error says so.
func (e *SlowPollError) Error() string {
	of := "a task"
	if e.Task != "" {
		of = "task " + e.Task
	}
	return fmt.Sprintf("edo: the poll of %s has taken %v so far: it computes, or blocks, and holds up worker %d", of, e.For.Round(time.Millisecond), e.Worker)
}

// slow is told of a poll that takes long, by the monitor of the scheduler.
func (rt *Runtime) slow(p sched.SlowPoll) {
	rt.in().OnError(&SlowPollError{Task: rt.givenName(p.Polled), Worker: p.Worker, For: p.For})
}

// givenName returns the name of the task at an address, if it has one that can be told while it is
// polled.
func (rt *Runtime) givenName(at uintptr) string {
	for t := range rt.in().Sched.Tasks {
		if uintptr(unsafe.Pointer(t)) == at {
			return core.GivenName(t)
		}
	}
	return ""
}

// watch makes the watchers be told of errors before OnError, and of panics. hasOnPanic says that
// Config.OnPanic is told of these too.
func (rt *Runtime) watch(watchers []func(error), hasOnPanic bool) {
	tell := func(err error) {
		for _, w := range watchers {
			w(err)
		}
	}
	onError, onPanic := rt.in().OnError, rt.in().OnPanic
	rt.in().OnError = func(err error) {
		tell(err)
		onError(err)
	}
	rt.in().OnPanic = func(err error) {
		eachPanic(err, func(e *PanicError) { tell(e) })
		if hasOnPanic {
			onPanic(err)
		}
	}
}
