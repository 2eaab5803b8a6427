package sim

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo/internal/schedule"
)

// An AllOption changes what [All] does. The zero value changes nothing.
type AllOption struct{ apply func(*allOptions) }

type allOptions struct {
	limit int
	full  bool
}

// AtMost makes All give up, and fail the test, after so many runs. It is a million without it.
func AtMost(runs int) AllOption { return AllOption{func(o *allOptions) { o.limit = runs }} }

// Every makes All visit every schedule, also those that differ in the order of independent
// operations alone.
func Every() AllOption { return AllOption{func(o *allOptions) { o.full = true }} }

// All calls fn once for each schedule that the simulations in it can have, and fails the test
// at the first error, with the schedule, shrunk. It returns how many schedules there were. fn
// runs one simulation, or several, always under the same seeds, and on the goroutine of the
// test.
//
// It is for small programs: two tasks of ten operations have 184,756 schedules, and a loop in
// which a task waits for another one, and does not suspend, has no end of them.
//
// Of schedules that differ only in the order of independent operations All visits one: of
// operations of two tasks that never touch a common channel or lock. What tasks touch by other
// means, such as a variable without a lock or a TrySend, it does not know of. A program that
// relies on such things needs [Every]. A [edo.Yield] is taken to touch everything, and so are
// the start of a task, a sleep, and all operations but those of packages mpsc and mpmc, of
// mutexes and barriers, and joins.
func All(t TB, fn func() error, opts ...AllOption) (schedules int) {
	t.Helper()
	o := allOptions{limit: 1_000_000}
	for _, opt := range opts {
		if opt.apply != nil {
			opt.apply(&o)
		}
	}
	plan, ok := readPlan(t)
	if !ok {
		return 0
	}
	e := newExploration(t, func(uint64) error { return fn() })
	defer e.end()
	e.session.Record.Pairs = nil
	if plan.replays {
		e.replayOnly(plan)
		return 1
	}
	tree := &schedule.Tree{Full: o.full}
	for runs := 0; ; runs++ {
		if runs == o.limit {
			t.Fatalf("sim: All has not ended after %d runs: the program is too large, or it has a loop that does not end; "+
				"AtMost allows more, and Explore takes some of them, by seeds", runs)
			return tree.Runs
		}
		tree.Begin()
		if err := e.run(0, tree); err != nil {
			t.Fatalf("%v", e.failureOfTree(err))
			return tree.Runs
		}
		if err := tree.Err(); err != nil {
			t.Fatalf("%v", fmt.Errorf("sim: All: %w: %w", errNotAFunction, err))
			return tree.Runs
		}
		if !tree.Next() {
			return tree.Runs
		}
	}
}

var errNotAFunction = errors.New("the program is not a function of the schedule " + suspects)

// failureOfTree returns the failure of the run of a tree that has just ended, shrunk.
func (e *exploration) failureOfTree(err error) *Failure {
	e.t.Helper()
	f := e.failureOf(err)
	if len(e.session.Record.Steps) != 0 && e.session.Record.Whole() {
		e.confirm(f)
	}
	return f
}
