package sim

import (
	"errors"
	"fmt"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/report"
)

// A LeakError says what a program has left behind.
type LeakError struct {
	// Tasks are those that had not ended when time passed after the end of the task that asked; without
	// daemons.
	Tasks report.Snapshot
	// Open are the connections and listeners that were not closed.
	Open []string
	// Forgotten says which senders, and other handles, were neither closed nor dropped; nil: none.
	Forgotten error
}

// Error names what was left behind.
func (e *LeakError) Error() string {
	switch {
	case len(e.Tasks.Tasks) != 0:
		return "sim: these tasks go on after the end of the task that had to outlive them:\n" + e.Tasks.Text()
	case len(e.Open) != 0:
		return "sim: not closed at the end: " + strings.Join(e.Open, ", ")
	}
	return fmt.Sprintf("sim: %v", e.Forgotten)
}

// Unwrap returns what was forgotten.
func (e *LeakError) Unwrap() error { return e.Forgotten }

// leaks is what a watch needs for NoLeaks.
type leaks struct {
	owner *sched.Task
	done  bool
}

// NoLeaks fails the simulation of task, with a [*LeakError], when something is left behind:
//
//   - a task that has not ended when task has, at the latest when the clock goes on
//     from there; daemons may;
//   - a connection or a listener that was made after NoLeaks, and was not closed when all tasks have
//     ended;
//   - a sender or another handle that was forgotten: the collector, which runs at the end for
//     some milliseconds, has found it.
//
// It is called once, in the main function of the simulation. Otherwise it is like [Always].
func NoLeaks(task edo.Spawner) {
	w := watchOf(task)
	if w == nil {
		return
	}
	if w.leaks != nil {
		panic(errors.New("sim: NoLeaks called twice in a simulation"))
	}
	w.leaks = &leaks{owner: inside.Source(task).Cx.Root()}
	w.driver.TrackConns()
}

// checkTasks is called when time passes.
func (w *watch) checkTasks() {
	if w.leaks == nil || w.leaks.done || !w.leaks.owner.HasEnded() {
		return
	}
	w.leaks.done = true
	s := survey.Take(w.rt).WithoutDaemons()
	if len(s.Tasks) != 0 {
		w.fail(&LeakError{Tasks: s})
	}
}

// checkConns is called at the end.
func (w *watch) checkConns() {
	if w.leaks == nil {
		return
	}
	if open := w.driver.OpenConns(); len(open) != 0 {
		w.fail(&LeakError{Open: open})
		return
	}
	lost.Collect()
	if err := w.rt.Lost.Tell(); err != nil {
		w.fail(&LeakError{Forgotten: err})
	}
}
