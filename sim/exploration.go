package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/schedule"
	"github.com/edo-go/edo/sim/story"
)

// exploration calls a function under many seeds.
type exploration struct {
	t       TB
	fn      func(seed uint64) error
	session *schedule.Session
	corpus  schedule.Corpus
	seed    uint64 // of the present run
	varied  bool   // the present run varies a schedule of the corpus
	runs    int
	choices int
	slow    slowRun

	logs *[]*story.Log // not nil: those of the simulations of the present run, see retell
	told []*story.Log  // those of the run that was retold last
}

// shrinkFor is for how long Explore looks for a shorter schedule, and maxAttempts how many runs
// it makes for that. Tests change the first.
var shrinkFor = 4 * time.Second

const maxAttempts = 20_000

// newExploration begins an exploration by the calling goroutine.
func newExploration(t TB, fn func(seed uint64) error) *exploration {
	e := &exploration{t: t, fn: fn, session: schedule.NewSession(), slow: slowRun{after: slowAfter, to: os.Stderr}}
	if e.session == nil { // an exploration inside of another one, which controls the simulations
		e.session = &schedule.Session{}
	}
	e.session.Record.Pairs = &e.corpus.Pairs
	e.session.Owner = e
	return e
}

func (e *exploration) end() {
	e.slow.end()
	e.session.End()
}

// run calls the function under a seed, and logs the seed if the function does not return.
// strategy, if it is not nil, chooses in place of the seed.
func (e *exploration) run(seed uint64, strategy schedule.Strategy) error {
	e.t.Helper()
	returned := false
	e.seed, e.varied = seed, false
	e.slow.begin(e.t.Name(), seed)
	defer func() {
		if !returned {
			f := Failure{Test: e.t.Name(), Seed: seed}
			e.t.Logf("sim: seed %d ended the test\nreplay: %s", seed, f.command(false))
		}
	}()
	e.session.Begin(strategy)
	hadFailed := e.testHasFailed()
	err := e.fn(seed)
	if err == nil && !hadFailed && e.testHasFailed() {
		err = errTestFailed
	}
	returned = true
	e.runs++
	e.choices += len(e.session.Record.Steps)
	return err
}

// errTestFailed is the error of a run that has failed the test and returned none. Whether a further run does so
// too cannot be told.
var errTestFailed = errors.New("the run has failed the test itself (t.Error, t.Fatal): " +
	"when the function returns an error instead, the schedule is shrunk, and what happened is told")

// testHasFailed reports whether the test has failed, if that can be asked.
func (e *exploration) testHasFailed() bool {
	t, ok := e.t.(interface{ Failed() bool })
	return ok && t.Failed()
}

// replay runs what the environment names, once. misfit says, if it is not nil, that the run is not that of
// the schedule.
func (e *exploration) replay(p plan) (f *Failure, misfit error) {
	e.t.Helper()
	var strategy schedule.Strategy
	var r *replay
	if p.schedule != "" {
		r, _ = newReplay(p.schedule) // it was checked
		strategy = r
	}
	err := e.retell(func() error { return e.run(p.seed, strategy) })
	if r != nil {
		misfit = r.misfit(p.seed, e.t.Name(), p.file)
	}
	if err == nil {
		return nil, misfit
	}
	f = e.failureOf(err)
	f.misfit = misfit
	e.tell(f, err)
	return f, misfit
}

// replayOnly runs what the environment names, and fails the test when that fails, or was not that.
func (e *exploration) replayOnly(p plan) {
	e.t.Helper()
	switch f, misfit := e.replay(p); {
	case f != nil:
		e.t.Fatalf("%v", f)
	case misfit != nil:
		e.t.Fatalf("%v\nThis run has not failed.", misfit)
	}
}

// failureOf returns the failure of the run that has just ended.
func (e *exploration) failureOf(err error) *Failure {
	f := &Failure{Test: e.t.Name(), Seed: e.seed, Err: err, Text: err.Error(), first: err.Error()}
	f.Choices = choicesOf(e.session.Record.Steps)
	if seeded, ok := e.session.Record.Of.(*schedule.Seeded); ok {
		f.Strategy = seeded.Kind().String()
	}
	return f
}

// choicesOf returns how many steps were choices between several things.
func choicesOf(steps []schedule.Step) (n int) {
	for _, s := range steps {
		if s.N > 1 {
			n++
		}
	}
	return n
}

// all runs the corpus and then so many seeds, to the first failure.
func (e *exploration) all(seeds int) *Failure {
	e.t.Helper()
	if f := e.replayCorpus(); f != nil {
		return f
	}
	for seed := range uint64(seeds) {
		if f := e.try(seed); f != nil {
			return f
		}
	}
	return nil
}

// varyEvery is of how many seeds one varies a schedule of the corpus.
const varyEvery = 16

// try runs a seed, and returns its failure, shrunk.
func (e *exploration) try(seed uint64) *Failure {
	e.t.Helper()
	e.session.Propose = nil
	if seed%varyEvery == varyEvery-1 && e.corpus.Len() > 0 {
		e.session.Propose = func(of *schedule.Seeded) schedule.Strategy {
			e.varied = true
			// For two simulations under one seed the same variation.
			return e.corpus.Propose(rand.New(rand.NewPCG(of.Seed(), corpusStream)), of)
		}
	}
	err := e.run(seed, nil)
	e.session.Propose = nil
	if err == nil {
		if e.corpus.Pairs.New > 0 {
			e.corpus.Add(e.session.Record.Choices())
		}
		return nil
	}
	f := e.failureOf(err)
	if e.varied {
		f.Strategy = ""
	}
	if len(e.session.Record.Steps) == 0 || !e.session.Record.Whole() { // no simulation: nothing can be replayed
		return f
	}
	e.confirm(f)
	return f
}

// corpusStream is one half of the state of the source of variations.
const corpusStream = 0x8bb84b93962eacc9

// confirm runs a failure again, and shrinks it when it fails in the same way.
func (e *exploration) confirm(f *Failure) {
	e.t.Helper()
	first := slices.Clone(e.session.Record.Steps)
	choices := schedule.ChoicesOf(first)
	if errors.Is(f.Err, errTestFailed) {
		e.setSchedule(f, choices)
		return
	}
	err := e.run(f.Seed, &schedule.Follow{Choices: choices})
	at := schedule.Part(first, e.session.Record.Steps)
	switch {
	case at >= 0:
		f.Differs = e.describeParting(f.Seed, choices, first, at)
		return
	case err == nil:
		f.Differs = "a second run made the same choices, and did not fail"
		return
	case kindOf(err.Error()) != kindOf(f.first):
		f.Differs = fmt.Sprintf("a second run made the same choices, and failed with: %v", err)
		return
	}
	e.shrink(f, first)
}

// shrink looks for the shortest schedule that fails as f does.
func (e *exploration) shrink(f *Failure, steps []schedule.Step) {
	e.t.Helper()
	kind := kindOf(f.first)
	until, attempts := time.Now().Add(shrinkFor), 0
	best := schedule.Shrink(steps, func(s schedule.Strategy) ([]schedule.Step, bool) {
		attempts++
		err := e.run(f.Seed, s)
		if err == nil || kindOf(err.Error()) != kind || !e.session.Record.Whole() {
			return nil, false
		}
		f.Text = err.Error() // of the best one, or replaced below
		return e.session.Record.Steps, true
	}, func() bool { return attempts >= maxAttempts || time.Now().After(until) })
	choices := schedule.ChoicesOf(best)
	err := e.retell(func() error { return e.run(f.Seed, &schedule.Follow{Choices: choices}) })
	switch {
	case err == nil:
		f.Differs = "a further run made the same choices as one that had failed, and did not fail"
		return
	case kindOf(err.Error()) != kind:
		f.Differs = fmt.Sprintf("a further run made the same choices as one that had failed so, and failed with: %v", err)
		return
	}
	f.Text = err.Error()
	e.tell(f, err)
	e.setSchedule(f, choices)
}

// setSchedule makes c the schedule of f, that of the run that has just ended.
func (e *exploration) setSchedule(f *Failure, c schedule.Choices) {
	check := schedule.CheckOf(choicesOf(e.session.Record.Steps), f.Test)
	f.Schedule, f.Switches = c.String()+check.String(), c.Switches()
}

// describeParting says where two runs part that should be the same: at the step with number at.
// It makes more runs, in which it notes what was chosen there.
func (e *exploration) describeParting(seed uint64, choices schedule.Choices, first []schedule.Step, at int) string {
	e.t.Helper()
	second := slices.Clone(e.session.Record.Steps)
	told := map[schedule.Step]string{}
	e.session.Record.Noted = func(step int, c schedule.Candidates, i int) {
		if step != at {
			return
		}
		of := "a timer"
		if tasks, ok := c.(*sched.Candidates); ok && tasks.Task(i) != nil {
			of = "task " + core.NameOf(tasks.Task(i))
		}
		told[schedule.Step{ID: c.ID(i), N: uint32(c.Len()), I: uint32(i)}] = of
	}
	for range 8 {
		_ = e.run(seed, &schedule.Follow{Choices: choices})
	}
	e.session.Record.Noted = nil
	describe := func(steps []schedule.Step) string {
		if at >= len(steps) {
			return "had ended"
		}
		s := steps[at]
		if s.ID == 0 {
			return fmt.Sprintf("drew %d of %d", s.I, s.N)
		}
		of := told[s]
		if of == "" {
			of = "something else"
		}
		return fmt.Sprintf("went on with %s, of %s", of, count(int(s.N), "candidate", "candidates"))
	}
	return fmt.Sprintf("two runs that made the same choices part at step %d, where one %s, and the other %s", at+1, describe(first), describe(second))
}
