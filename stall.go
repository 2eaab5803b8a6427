package edo

import (
	"fmt"
	"time"

	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

// StallError says that tasks wait and cannot go on. Either nothing can happen any more in
// the whole program: its tasks wait for each other, or for what none of them will send. Or
// it is an island: some tasks wait for each other, while others go on.
type StallError struct {
	// Snapshot has the tasks; those of an island are the tasks that wait for each other,
	// and the tasks that wait for them. Its Cycles say which wait for each other.
	Snapshot report.Snapshot
	// Island says that other tasks go on.
	Island bool
}

// Error names the tasks, and what each waits for, as Snapshot.String of package report does.
func (e *StallError) Error() string {
	if !e.Island {
		return "edo: nothing can happen any more, and these tasks wait:\n" + e.Snapshot.Text()
	}
	if len(e.Snapshot.Tasks) == 1 {
		return "edo: a task waits for itself and cannot go on, while others do:\n" + e.Snapshot.Text()
	}
	return fmt.Sprintf("edo: %d tasks wait for each other and cannot go on, while others do:\n%s", len(e.Snapshot.Tasks), e.Snapshot.Text())
}

// ShutdownError says that a [Runtime.Shutdown] gave up waiting.
type ShutdownError struct {
	Cause    error           // that of the context
	Snapshot report.Snapshot // what the tasks were doing that had not ended
}

// Error names the tasks, and what each waits for, as Snapshot.String of package report does.
func (e *ShutdownError) Error() string {
	return fmt.Sprintf("edo: shutdown: %v; these tasks have not ended:\n%s", e.Cause, e.Snapshot.Text())
}

// Unwrap returns the cause.
func (e *ShutdownError) Unwrap() error { return e.Cause }

// stalled is called by a driver that knows that nothing can happen any more; again says
// that nothing has since it was called last. What the collector finds may change that,
// so it is asked first. What was forgotten fails the run: a program must not lean on the
// collector to end.
func (rt *Runtime) stalled(again bool) {
	if !again && (lost.AnyWatched() || lost.Kept()) {
		lost.Collect()
		rt.in().Failures.AddForgotten(rt.in().Lost.Tell())
		return
	}
	rt.in().Failures.AddStall(&StallError{Snapshot: rt.Snapshot()})
	rt.in().Shields.Strain()
	rt.in().Sched.CancelAll()
}

// blocked is called by a driver whose clock stands while blocking tasks run, when for so
// long nothing else has run. Such a task may wait for what only the clock brings.
func (rt *Runtime) blocked(after time.Duration) {
	rt.in().OnError(&blockedError{after, rt.Snapshot()})
}

// blockedError says that blocking tasks hold up a simulation.
type blockedError struct {
	after    time.Duration
	snapshot report.Snapshot
}

// Error names the tasks, and what each waits for.
func (e *blockedError) Error() string {
	return fmt.Sprintf("edo: the clock of the simulation has stood for %v of real time: it waits for a blocking task or a call to return, "+
		"and that may wait for the clock, as for a time limit on its context:\n%s", e.after, e.snapshot.Text())
}

// reportIsland reports tasks that wait for each other while others go on.
func (rt *Runtime) reportIsland(part report.Snapshot) {
	rt.in().Stalls.Add(1)
	rt.in().OnError(&StallError{Snapshot: part, Island: true})
}

// endAtIslands is called now and then by a driver that knows of all that can happen. Tasks that
// wait for each other fail the run, although others go on.
func (rt *Runtime) endAtIslands() {
	parts := survey.Islands(rt.in())
	if len(parts) == 0 || rt.in().Sched.IsCancelling() {
		return
	}
	for _, part := range parts {
		rt.in().Failures.AddStall(&StallError{Snapshot: part, Island: true})
	}
	rt.in().Shields.Strain()
	rt.in().Sched.CancelAll()
}

// quiet is called when nothing has happened for a while, in a runtime that may be woken
// from outside. It reports that, unless a task waits for something outside, and returns
// whether it has, now or before. If one does, it looks for islands.
func (rt *Runtime) quiet() (reported bool) {
	before := rt.in().Sched.Activity()
	if rt.in().Signals.Load() || survey.WaitsForOutside(rt.in()) {
		rt.islands().Look()
		return false
	}
	lost.Collect()
	if !rt.in().Sched.Quiet() || rt.in().Sched.Activity() != before {
		return false
	}
	rt.islands().Stall(func(s report.Snapshot) (reports bool) {
		text := s.String()
		if text == rt.in().Told {
			return false
		}
		rt.in().Told = text
		rt.in().Stalls.Add(1)
		go rt.in().OnError(&StallError{Snapshot: s}) // which may shut rt down, and wait for it
		return true
	})
	return true
}
