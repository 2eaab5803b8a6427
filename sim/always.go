package sim

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
)

// An InvariantError says that what [Always] or [Eventually] has named does not hold.
type InvariantError struct {
	Name string
	// Err is what the function of Always has returned; nil for Eventually.
	Err error
	// At is the time since the start of the simulation.
	At time.Duration
	// Task is the name of the task after whose poll the invariant was broken, if it is known.
	Task string

	text string
}

// Error says what does not hold, and when.
func (e *InvariantError) Error() string { return e.text }

// Unwrap returns what the function of [Always] has returned.
func (e *InvariantError) Unwrap() error { return e.Err }

// invariant is what must hold between any two polls.
type invariant struct {
	name  string
	check func() error
}

// Always has check called before each poll of the simulation from now on, whenever time passes,
// and at the end. When it returns an error all tasks are cancelled, and Run returns an
// [*InvariantError]. No task runs meanwhile: check may read what tasks share, and must neither
// wait nor change anything. If it panics, or ends its goroutine, the run fails with that.
//
// s is a task of the simulation. With a task of an ordinary runtime Always does nothing, so that a
// program can name its invariants itself. The cost is that of check.
func Always(s edo.Spawner, name string, check func() error) {
	if w := watchOf(s); w != nil {
		w.always = append(w.always, &invariant{name, check})
	}
}

// checkAlways checks all invariants.
func (w *watch) checkAlways() {
	for _, i := range w.always {
		err := w.check(i)
		if err == nil || w.hasFail {
			continue
		}
		e := &InvariantError{Name: i.name, Err: err, At: w.driver.Since(), Task: w.lastTask()}
		e.text = fmt.Sprintf("sim: %q does not hold at %v", i.name, e.At)
		if e.Task != "" {
			e.text += ", after a poll of " + e.Task
		}
		e.text += ": " + err.Error()
		w.fail(e)
	}
}

// check calls the function of i.
func (w *watch) check(i *invariant) (err error) {
	returned := false
	defer w.rescue(i.name, &returned)
	err = i.check()
	returned = true
	return err
}
