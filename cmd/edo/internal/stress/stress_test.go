package stress

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
)

// output is a buffer that several goroutines may write to.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func TestRoundsOfAllScenariosAreClean(t *testing.T) {
	for _, m := range []mode{byRun, byWait, byShutdown} {
		r, rng := newRound(seedOf(m), 0, 200*time.Millisecond, scenarios)
		for _, fault := range r.play(rng) {
			t.Errorf("%s: %s", r.describe(), fault)
		}
	}
}

func TestTheCommandEndsWithASummary(t *testing.T) {
	var out, errs output
	if status := Run([]string{"--for", "50ms", "-seed", "7", "--workers", "2"}, &out, &errs); status != 0 || errs.String() != "" {
		t.Fatalf("status %d, %s", status, errs.String())
	}
	for _, want := range []string{"round 1: seed 7, 2 workers, ", "\n1 rounds in ", " tree\n", " socket\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}

func TestImpossibleFlagsAreMisuse(t *testing.T) {
	for _, args := range [][]string{{"--for", "0s"}, {"--for", "soon"}, {"--workers", "-1"}, {"--seed", "-1"}, {"more"}, {"--no"}} {
		var out, errs output
		if status := Run(args, &out, &errs); status != 2 || errs.String() == "" || out.String() != "" {
			t.Errorf("%v: status %d, out %q, errors %q", args, status, out.String(), errs.String())
		}
	}
}

// seedOf returns a seed whose round is of that mode.
func seedOf(m mode) (seed uint64) {
	for seed = 1; ; seed++ {
		if r, _ := newRound(seed, 0, 0, nil); r.mode == m {
			return seed
		}
	}
}

// faultsOf returns the faults of a short round of one bad scenario.
func faultsOf(bad func(r *round) program) string {
	r, rng := newRound(seedOf(byRun), 2, 20*time.Millisecond, []scenario{{"bad", bad}})
	return strings.Join(r.play(rng), "\n")
}

// once returns a program whose first copy calls fn. The others do nothing.
func once(fn func(task *edo.Task) error) program {
	var begun atomic.Bool
	return func(task *edo.Task, _ *rand.Rand) (err error) {
		if begun.CompareAndSwap(false, true) {
			err = fn(task)
		}
		if err == nil {
			err = edo.Yield(task)
		}
		return err
	}
}

func TestEachKindOfFaultIsFound(t *testing.T) {
	for name, bad := range map[string]struct {
		make func(r *round) program
		want string
	}{
		"what has not ended": {func(r *round) program {
			a := r.account("things")
			return once(func(*edo.Task) error { a.open(); return nil })
		}, "things: 1 of 1 have not ended"},
		"what ends twice": {func(r *round) program {
			a := r.account("things")
			return once(func(*edo.Task) error {
				x, y := a.open(), a.open()
				x.end()
				x.Drop()
				_ = y
				return nil
			})
		}, "things: one of them has ended 2 times"},
		"an error of a program": {func(*round) program {
			return once(func(*edo.Task) error { return errors.New("lost") })
		}, "bad: lost"},
		"an error that was not planned": {func(*round) program {
			return once(func(task *edo.Task) error {
				edo.Go(task, func(*edo.Task) error { return errors.New("surprise") }, edo.Name("it"))
				return nil
			})
		}, "OnError was called with: edo: task it failed: surprise"},
		"a failure that is not reported": {func(r *round) program {
			return once(func(*edo.Task) error { r.planned.Add(1); return nil })
		}, "the runtime reported 0 failures instead of 1"},
		"a failure that is reported twice": {func(r *round) program {
			return once(func(task *edo.Task) error {
				edo.Go(task, func(*edo.Task) error { return errPlanned })
				return nil
			})
		}, "the runtime reported 1 failures instead of 0"},
	} {
		if got := faultsOf(bad.make); !strings.Contains(got, bad.want) {
			t.Errorf("%s: %q is missing in: %s", name, bad.want, got)
		}
	}
}

func TestPlannedFailuresThatAreNotJoinedAreCounted(t *testing.T) {
	faults := faultsOf(func(r *round) program {
		return func(task *edo.Task, rng *rand.Rand) error {
			inner := fork(rng)
			h := edo.Go(task, func(*edo.Task) error { return r.misbehave(inner) })
			if oneIn(rng, 2) {
				return joinAll(r, task, []*edo.JoinHandle[edo.Unit]{h})
			}
			return edo.Yield(task)
		}
	})
	if faults != "" {
		t.Error(faults)
	}
}

func TestAFaultyRoundEndsTheSessionWithItsSeed(t *testing.T) {
	var out, errs output
	s := &session{
		out: &out, errs: &errs, workers: 1, began: time.Now(), round: 10 * time.Millisecond, patience: time.Minute,
		all: []scenario{{"bad", func(r *round) program {
			return once(func(*edo.Task) error { return errors.New("lost") })
		}}},
	}
	if status := s.run(seedOf(byRun), time.Hour); status != 1 || s.rounds != 1 {
		t.Errorf("status %d after %d rounds", status, s.rounds)
	}
	for _, want := range []string{"FAULT bad: lost", fmt.Sprint("edo stress --seed ", seedOf(byRun))} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, errs.String())
		}
	}
}

func TestARoundThatHangsIsReportedWithAllStacks(t *testing.T) {
	var out, errs output
	gate := make(chan struct{})
	s := &session{
		out: &out, errs: &errs, workers: 1, began: time.Now(), round: 10 * time.Millisecond, patience: time.Second,
		all: []scenario{{"hanging", func(*round) program {
			return once(func(task *edo.Task) error { waitHere(gate); return nil })
		}}},
		exit: func(status int) {
			fmt.Fprintln(&errs, "exit", status)
			close(gate)
		},
	}
	seed := seedOf(byRun)
	s.run(seed, time.Millisecond)
	for _, want := range []string{"waitHere", "programs of hanging do not end", fmt.Sprint("round 1 hangs: edo stress --seed ", seed), "exit 2"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, errs.String())
		}
	}
}

func waitHere(gate chan struct{}) { <-gate }

func TestHoldingsThatWereGivenBackAreNotMissing(t *testing.T) {
	before := holdingsNow()
	gate := make(chan struct{})
	go waitHere(gate)
	close(gate)
	if faults := before.missing(); faults != nil {
		t.Error(faults)
	}
}

func TestFailureOfATaskThatWasAbortedAsWellIsOneFailure(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		faults int
	}{
		"alone":             {errPlanned, 0},
		"and aborted":       {errors.Join(edo.ErrCancelled, errPlanned), 0},
		"aborted alone":     {edo.ErrCancelled, 2}, // it, and that no failure was reported
		"aborted and other": {errors.Join(edo.ErrCancelled, errors.New("other")), 3},
	} {
		var f failures
		f.planned.Add(1)
		var l ledger
		f.settle(&l, c.err)
		if got := len(l.close()); got != c.faults {
			t.Errorf("%s: %d faults, want %d", name, got, c.faults)
		}
	}
}

func TestOnlyPlannedFailuresCountAsPlanned(t *testing.T) {
	other := errors.New("other")
	for err, want := range map[error]bool{
		nil:                                false,
		other:                              false,
		edo.ErrCancelled:                   false,
		errPlanned:                         true,
		&edo.PanicError{Value: errPlanned}: true,
		&edo.PanicError{Value: other}:      false,
		errors.Join(edo.ErrCancelled, errPlanned): true,
		errors.Join(other, errPlanned):            false,
		errors.New("runtime.Goexit in a task"):    true,
	} {
		if got := isPlanned(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}
