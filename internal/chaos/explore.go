package chaos

import (
	"errors"
	"fmt"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/sim"
)

// TB is the part of a *testing.T that Explore needs.
type TB = sim.TB

// Explore runs program under so many seeds, and fails the test at the first run that
// breaks a requirement. program is called in the main task of each run, which is
// never aborted, and spawns the others. The run is over when program has returned and all
// tasks have ended.
func Explore(t TB, seeds int, program func(w *World)) {
	t.Helper()
	if invariant.Enabled { // sim.SeedsVariable says another number
		seeds = (seeds + 3) / 4
	}
	var log func(string, ...any)
	if os.Getenv(sim.SeedVariable) != "" {
		log = t.Logf
	}
	var runs, polls, aborts int
	sim.Explore(t, seeds, func(seed uint64) error {
		w := newWorld(seed, log)
		err := w.run(program)
		runs++
		polls += w.polls
		aborts += len(w.aborted)
		return err
	})
	t.Logf("chaos: %d runs, %d polls, %d aborts", runs, polls, aborts)
}

// run runs program and returns what was wrong.
func (w *World) run(program func(w *World)) error {
	quiet := edo.Config{CurrentThread: true, OnError: func(error) {}} // Run returns the errors
	d := &driver{w.simulated, w}
	quiet.SetDriver(d)
	quiet.SetDriver(d)
	err := edo.Run(func(task *edo.Task) error {
		src := inside.Source(task)
		if src.Err != nil {
			return src.Err
		}
		w.scheduler, w.runtime = src.Rt.Sched, task.Runtime()
		program(w)
		return nil
	}, edo.WithConfig(quiet))
	if w.endless {
		err = errors.Join(fmt.Errorf("chaos: it has not ended after %d polls", maxPolls), err)
	}
	err = errors.Join(append([]error{err}, w.errs...)...)
	if err == nil { // otherwise what the audit finds would only follow from err
		err = w.audit()
	}
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, w.history())
	}
	return err
}

// audit checks the ledger, the rooms and the checks after the end.
func (w *World) audit() error {
	errs := []error{w.Ledger.Check()}
	for _, r := range w.rooms {
		errs = append(errs, r.check())
	}
	for _, check := range w.checks {
		errs = append(errs, check())
	}
	return errors.Join(errs...)
}
