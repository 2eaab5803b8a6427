package sim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
)

// withdrawals is a bank that reads a balance, does an operation, and writes it.
func withdrawals(noise int) func(seed uint64) error {
	return func(seed uint64) error {
		balance := 100
		err := sim.Run(seed, func(task *edo.Task) error {
			for range 2 {
				edo.Go(task, func(task *edo.Task) error {
					if err := task.Proceed(nil); err != nil {
						return err
					}
					was := balance
					if err := task.Proceed(nil); err != nil { // an operation that can go on at once
						return err
					}
					balance = was - 10
					return nil
				})
			}
			for range noise {
				edo.Go(task, func(task *edo.Task) error {
					for range 50 {
						edo.Yield(task)
					}
					return nil
				})
			}
			return nil
		})
		if err == nil && balance != 80 {
			err = fmt.Errorf("the balance is %d", balance)
		}
		return err
	}
}

// clearEnvironment hides the environment's choice from the test.
func clearEnvironment(t *testing.T) {
	for _, name := range []string{sim.SeedVariable, sim.ScheduleVariable, sim.SeedsVariable, sim.StrategyVariable, sim.ShiftVariable, sim.HuntVariable, sim.HuntSeedsVariable, sim.HuntForVariable} {
		t.Setenv(name, "")
	}
}

var replayed = regexp.MustCompile(`with (\d+) switch(?:es)?, of (\d+) choices?: EDO_SEED=(\d+) EDO_SCHEDULE=(\S+) go test`)

func TestAFailureOfAThousandChoicesIsShrunkAndItsScheduleReplaysIt(t *testing.T) {
	clearEnvironment(t)
	noise, digits := 25, 4
	if invariant.Enabled { // each run costs ten times as much
		noise, digits = 5, 3
	}
	defer sim.SetShrinkFor(time.Hour)() // no machine is so slow
	s, runs := &spy{name: "TestBank"}, 0
	sim.Explore(s, 1000, func(seed uint64) error { runs++; return withdrawals(noise)(seed) })
	m := replayed.FindStringSubmatch(s.failed)
	if m == nil {
		t.Fatalf("no schedule in %q", s.failed)
	}
	t.Logf("%s switches of %s choices, after %d runs: %s", m[1], m[2], runs, m[4])
	if len(m[2]) < digits || m[1] != "1" || runs > 1000 {
		t.Errorf("%s switches are left of %s choices after %d runs, want 1 of a thousand within 1000", m[1], m[2], runs)
	}
	t.Setenv(sim.SeedVariable, m[3])
	t.Setenv(sim.ScheduleVariable, m[4])
	again := &spy{name: "TestBank"}
	sim.Explore(again, 1000, withdrawals(noise))
	if !strings.Contains(again.failed, "the balance is 90") {
		t.Errorf("the schedule gives %q", again.failed)
	}
}

func TestAProgramThatIsNotAFunctionOfItsSeedIsReportedWithTheStep(t *testing.T) {
	clearEnvironment(t)
	runs := 0
	s := &spy{name: "TestX"}
	sim.Explore(s, 10, func(seed uint64) error {
		runs++
		return sim.Run(seed, func(task *edo.Task) error {
			for range runs { // as a range over a map, or the clock of the machine
				edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
			}
			return errors.New("broken")
		})
	})
	if !strings.Contains(s.failed, "not a function of its seed") || !regexp.MustCompile(`part at step \d+`).MatchString(s.failed) ||
		strings.Contains(s.failed, sim.ScheduleVariable) {
		t.Errorf("got %q", s.failed)
	}
	s = &spy{name: "TestX"}
	flip := false
	sim.Explore(s, 10, func(seed uint64) error {
		flip = !flip
		return sim.Run(seed, func(*edo.Task) error {
			if flip {
				return errors.New("broken")
			}
			return nil
		})
	})
	if !strings.Contains(s.failed, "a second run made the same choices, and did not fail") {
		t.Errorf("got %q", s.failed)
	}
}

// A program may differ from run to run, and be alike in the first two of them.
func TestAFailureThatDoesNotComeAgainAtTheEndIsReportedWithoutASchedule(t *testing.T) {
	clearEnvironment(t)
	runs, last := 0, -1
	explore := func(other error) string {
		runs = 0
		s := &spy{name: "TestX"}
		sim.Explore(s, 10, func(seed uint64) error {
			runs++
			return sim.Run(seed, func(task *edo.Task) error {
				edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
				if err := edo.Yield(task); runs == last || err != nil {
					return errors.Join(err, other)
				}
				return errors.New("broken")
			})
		})
		return s.failed
	}
	if got := explore(nil); !strings.Contains(got, sim.ScheduleVariable) || strings.Contains(got, "not a function") {
		t.Fatalf("got %q", got)
	}
	last = runs
	for other, want := range map[error]string{nil: "and did not fail", errors.New("mended"): "and failed with: mended"} {
		got := explore(other)
		if !strings.Contains(got, "not a function of its seed") || !strings.Contains(got, want) || strings.Contains(got, sim.ScheduleVariable) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAStrategyOfTheEnvironmentThatThereIsNotFailsTheTestAndNamesTheOthers(t *testing.T) {
	clearEnvironment(t)
	t.Setenv(sim.StrategyVariable, "best")
	fn, seen := failingFrom(0)
	s := &spy{name: "TestX"}
	sim.Explore(s, 10, fn)
	want := `sim: EDO_STRATEGY: there is no strategy "best": it must be quiet, uniform, sticky, pct, held-back, fresh, paced, or empty for a mixture`
	if s.failed != want || len(*seen) != 0 {
		t.Errorf("got %q after %v", s.failed, *seen)
	}
}

func TestConfigScheduleReplaysASchedule(t *testing.T) {
	run := func(c sim.Config) (order string) {
		var b strings.Builder
		if err := sim.Run(0, steps(&b, 2, 3), sim.WithConfig(c)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if quiet, other := run(sim.Config{Schedule: "0"}), run(sim.Config{Schedule: "0.1-0.1"}); quiet != "ababab" || other == quiet {
		t.Errorf("the quiet schedule gives %s, and another one %s", quiet, other)
	}
}

func TestAHuntWritesTheFailuresAndTheCorpusReplaysThem(t *testing.T) {
	clearEnvironment(t)
	dir := t.TempDir()
	t.Chdir(dir)
	kept := filepath.Join(dir, "testdata", "sim", "TestBank")
	t.Setenv(sim.HuntVariable, kept)
	t.Setenv(sim.HuntSeedsVariable, "1,3")
	s := &spy{name: "TestBank"}
	sim.Explore(s, 40, withdrawals(1))
	if s.failed != "" {
		t.Fatalf("a hunt fails: %q", s.failed)
	}
	text, err := os.ReadFile(filepath.Join(kept, "progress.1.json"))
	var p sim.Progress
	if err != nil || json.Unmarshal(text, &p) != nil || !p.Done || p.Failures < 2 || p.Kinds < 1 || p.Kinds > 3 || p.Runs < 40 {
		t.Errorf("progress %s, %v", text, err)
	}
	runs := p.Runs
	sim.Explore(&spy{name: "TestAnother"}, 7, func(uint64) error { return nil })
	text, err = os.ReadFile(filepath.Join(kept, "progress.1.json"))
	if err != nil || json.Unmarshal(text, &p) != nil || p.Test != "TestAnother" || p.Seed != 1+6*3 || p.Runs != runs+7 || p.Kinds < 1 {
		t.Errorf("progress of both, after %d runs of the first: %s, %v", runs, text, err)
	}
	os.Remove(filepath.Join(kept, "progress.1.json"))
	t.Setenv(sim.HuntVariable, "")
	t.Setenv(sim.HuntSeedsVariable, "")
	s = &spy{name: "TestBank"}
	sim.Explore(s, 1, withdrawals(1))
	if !strings.Contains(s.failed, "the balance is 90 (kept in testdata") {
		t.Errorf("got %q", s.failed)
	}
}

func TestAFailureTellsTheStoryOfItsSchedule(t *testing.T) {
	clearEnvironment(t)
	s := &spy{name: "TestBank"}
	sim.Explore(s, 1000, withdrawals(2))
	_, story, ok := strings.Cut(s.failed, "\nwhat happened there (EDO_STORY=- tells it by task too):\n")
	lines := strings.Split(story, "\n")
	if !ok || len(lines) > 41 || !regexp.MustCompile(`is held up before its operation at (sim/)?explored_test\.go:\d+\n`).MatchString(story) ||
		!strings.HasSuffix(lines[len(lines)-1], " ends") {
		t.Errorf("got %s", s.failed)
	}
}

// twoBanks has one of two faults, by the seed, whose errors have the same text.
func twoBanks(seed uint64) error {
	balance := 100
	err := sim.Run(seed, func(task *edo.Task) error {
		for range 2 {
			edo.Go(task, func(task *edo.Task) error {
				if was := balance; seed%2 == 0 {
					err := task.Proceed(nil)
					balance = was - 10
					return err
				} else {
					err := task.Proceed(nil) // on another line
					balance = was - 10
					return err
				}
			})
		}
		return nil
	})
	if err == nil && balance != 80 {
		err = fmt.Errorf("the balance is %d", balance)
	}
	return err
}

func TestAHuntTellsFailuresOfOneTextApartByTheirPlaces(t *testing.T) {
	clearEnvironment(t)
	dir := t.TempDir()
	t.Setenv(sim.HuntVariable, dir)
	sim.Explore(&spy{name: "TestBank"}, 40, twoBanks)
	files, _ := filepath.Glob(filepath.Join(dir, "[0-9a-f]*.json"))
	places := map[string]bool{}
	for _, file := range files {
		var f sim.Failure
		if text, err := os.ReadFile(file); err != nil || json.Unmarshal(text, &f) != nil || len(f.Places) == 0 {
			t.Errorf("%s: %s", file, text)
		}
		places[strings.Join(f.Places, " ")] = true
	}
	if len(places) != 2 {
		t.Errorf("got %v", places)
	}
}

// deadlocks has tasks that wait for each other at lines which the seed decides.
func deadlocks(seed uint64) error {
	return sim.Run(seed, func(task *edo.Task) error {
		_, rx := oneshot.New[int]()
		if seed%2 == 0 {
			_, err := rx.Recv(task)
			return err
		}
		_, err := rx.Recv(task) // on another line
		return err
	})
}

func TestAHuntTellsDeadlocksApartByWhereTasksWaitAndPanicsByTheirLines(t *testing.T) {
	for name, fn := range map[string]func(seed uint64) error{
		"deadlocks": deadlocks,
		"panics": func(seed uint64) error {
			return sim.Run(seed, func(task *edo.Task) error {
				if seed%2 == 0 {
					panic("broken")
				}
				panic("broken") // on another line
			})
		},
	} {
		clearEnvironment(t)
		dir := t.TempDir()
		t.Setenv(sim.HuntVariable, dir)
		sim.Explore(&spy{name: "TestX"}, 10, fn)
		if files, _ := filepath.Glob(filepath.Join(dir, "[0-9a-f]*.json")); len(files) != 2 {
			t.Errorf("%s: %v", name, files)
		}
	}
}

func TestAStallOfAProgramThatHasForgottenNothingDoesNotAskTheCollector(t *testing.T) {
	_, rx := oneshot.New[int]()
	var before, after runtime.MemStats
	if lost.Collect(); lost.AnyWatched() {
		t.Skip("an earlier test has left something open, which the collector may find")
	}
	for range 2 {
		runtime.ReadMemStats(&before)
		err := sim.Run(1, func(task *edo.Task) error { _, err := rx.Recv(task); return err })
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Fatal("no stall")
		}
	}
	if n := after.NumForcedGC - before.NumForcedGC; n != 0 {
		t.Errorf("the collector ran %d times", n)
	}
}

func TestTheEnvironmentSaysHowManySeedsAndWhichStrategyAndShiftsOtherSeeds(t *testing.T) {
	clearEnvironment(t)
	t.Setenv(sim.SeedsVariable, "30")
	runs := 0
	sim.Explore(&spy{name: "TestX"}, 5, func(uint64) error { runs++; return nil })
	if runs != 30 {
		t.Errorf("%d runs, want 30", runs)
	}
	for _, text := range []string{"0", "many"} {
		t.Setenv(sim.SeedsVariable, text)
		s := &spy{name: "TestX"}
		if sim.Explore(s, 5, func(uint64) error { return nil }); !strings.Contains(s.failed, "EDO_SEEDS is") {
			t.Errorf("EDO_SEEDS=%s: %q", text, s.failed)
		}
	}
	clearEnvironment(t)

	// What a seed does with a strategy of the environment is what it does with that of its Config.
	choices := func(seed uint64, k sim.Strategy) (all []int) {
		var order strings.Builder
		err := sim.Run(seed, steps(&order, 3, 5), sim.WithConfig(sim.Config{Strategy: k, Trace: func(_, chosen int) { all = append(all, chosen) }}))
		if err != nil {
			t.Error(err)
		}
		return all
	}
	held := choices(7, sim.HeldBack)
	t.Setenv(sim.StrategyVariable, "held-back")
	if got := choices(7, sim.Mixture); !slices.Equal(got, held) {
		t.Errorf("EDO_STRATEGY=held-back: %v, want %v", got, held)
	}
	s := &spy{name: "TestX"}
	sim.Explore(s, 1, func(uint64) error { return errors.New("broken") })
	if !strings.Contains(s.failed, "replay: EDO_STRATEGY=held-back EDO_SEED=0 go test") {
		t.Errorf("got %q", s.failed)
	}
	t.Setenv(sim.ShiftVariable, "4")
	if got := choices(3, sim.Mixture); !slices.Equal(got, held) {
		t.Errorf("EDO_SHIFT=4: %v, want %v", got, held)
	}
	sim.Explore(t, 8, func(seed uint64) error {
		if got := choices(seed, sim.Mixture); seed == 7 && !slices.Equal(got, held) {
			return fmt.Errorf("the seed of an exploration was shifted: %v, want %v", got, held)
		}
		return nil
	})
}
