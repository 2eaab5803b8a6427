package sim

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/report"
)

// Limits are how far a simulation may go. 0 is no limit.
type Limits struct {
	// Polls is how many polls it may make.
	Polls int
	// Time is how far its clock may go.
	Time time.Duration
	// Real is how long it may take on the clock of the machine. It depends on the machine: what fails by
	// it is not a function of the seed.
	Real time.Duration
}

// A LimitError says that a simulation has reached a limit.
type LimitError struct {
	// Limit is the limit in words.
	Limit string
	// Last is the name of the task that was polled last: of a task that goes on and on, mostly. "": none was.
	Last string
	// Snapshot is what the tasks did then. Its Cycles are the tasks that wait for each other,
	// also when others go on. A task that has never waited is not there, unless Trace of the
	// Config's Runtime is set.
	Snapshot report.Snapshot
}

// Error names the limit, the task that was polled last, and what the tasks do.
func (e *LimitError) Error() string {
	last := ""
	if e.Last != "" {
		last = "; the last poll was that of " + e.Last
	}
	return fmt.Sprintf("sim: the simulation has reached its limit of %s%s; its tasks:\n%s", e.Limit, last, e.Snapshot.Text())
}

// limit is a Limits with its beginning.
type limit struct {
	Limits
	polls int
	time  time.Duration
	real  time.Time
}

// Limit ends the simulation of s when it goes further than this from now on: all tasks are
// cancelled, and Run returns a [*LimitError]. Without a limit a simulation that has no end does
// not end; but tasks that wait for each other are found, although others go on, and fail the run
// with an [*edo.StallError].
//
// Real is looked at between polls: a poll that does not return is not ended. Otherwise Limit is
// like [Always].
func Limit(s edo.Spawner, l Limits) {
	if w := watchOf(s); w != nil {
		w.limits = append(w.limits, &limit{l, w.driver.Polls(), w.driver.Since(), time.Now()})
	}
}

// checkLimits checks the polls, and now and then the clock of the machine.
func (w *watch) checkLimits() {
	polls := w.driver.Polls()
	for _, l := range w.limits {
		if l.Polls > 0 && polls-l.polls > l.Polls {
			w.reached(fmt.Sprintf("%d polls", l.Polls))
		}
		if l.Real > 0 && polls%64 == 0 && time.Since(l.real) > l.Real {
			w.reached(fmt.Sprintf("%v of real time", l.Real))
		}
	}
}

// checkTime is called before the clock goes on to a time.
func (w *watch) checkTime(to time.Duration) {
	for _, l := range w.limits {
		if l.Time > 0 && to-l.time > l.Time {
			w.reached(fmt.Sprintf("%v on its clock", l.Time))
		}
	}
}

func (w *watch) reached(limit string) {
	if !w.hasFail {
		w.fail(&LimitError{Limit: limit, Last: w.lastTask(), Snapshot: w.snapshot()})
	}
}
