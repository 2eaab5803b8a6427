package sim

import (
	"fmt"

	"github.com/edo-go/edo/internal/schedule"
)

// A MisfitError says that a schedule is not one of the program that was to replay it.
type MisfitError struct {
	// Schedule is the schedule, and Seed the seed of the run.
	Schedule string
	Seed     uint64
	// Why says what the run has not in common with that of the schedule.
	Why string
	// File is where the failure with this schedule is kept; empty: it was given to this run.
	File string
}

// Error says what does not fit, and what to do.
func (e *MisfitError) Error() string {
	if e.File != "" {
		return fmt.Sprintf("sim: the schedule of %s, under seed %d, does not fit: %s.\n"+
			"The program or its test has changed since the failure was kept: so this run is no replay of it. "+
			"Remove the file, or replace it by a failure that edo hunt finds now.",
			e.File, e.Seed, e.Why)
	}
	return fmt.Sprintf("sim: the schedule %s under seed %d does not fit: %s.\n"+
		"It is of another program, test or seed, or the program has changed since: so this run is no replay of it. "+
		"Where the fault was mended, run the test without %s, which looks for it anew; otherwise replay what the run of the test prints, word for word.",
		e.Schedule, e.Seed, e.Why, ScheduleVariable)
}

// replay is a strategy that follows a schedule, and knows how far the run is that of the schedule.
type replay struct {
	schedule.Follow
	text  string
	check schedule.Check
	made  int // choices among several things
}

func newReplay(text string) (*replay, error) {
	choices, check, err := schedule.Parse(text)
	if err != nil {
		return nil, err
	}
	return &replay{Follow: schedule.Follow{Choices: choices}, text: text, check: check}, nil
}

// Choose follows the schedule.
func (r *replay) Choose(c schedule.Candidates) int {
	r.count(c.Len())
	return r.Follow.Choose(c)
}

// Draw follows the schedule.
func (r *replay) Draw(n int) int {
	r.count(n)
	return r.Follow.Draw(n)
}

func (r *replay) count(n int) {
	if n > 1 {
		r.made++
	}
}

// misfit returns a [*MisfitError], or nil, when the run has ended. test is its name, or empty, and file is where
// its failure is kept, or empty.
func (r *replay) misfit(seed uint64, test, file string) error {
	if why := r.Misfit(r.check, r.made, test); why != "" {
		return &MisfitError{Schedule: r.text, Seed: seed, Why: why, File: file}
	}
	return nil
}
