package sim_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// spy is a test that notes its logs and its failure.
type spy struct {
	name   string
	logged []string
	failed string
}

func (s *spy) Helper()      {}
func (s *spy) Name() string { return s.name }
func (s *spy) Logf(format string, args ...any) {
	s.logged = append(s.logged, fmt.Sprintf(format, args...))
}
func (s *spy) Fatalf(format string, args ...any) { s.failed = fmt.Sprintf(format, args...) }

// failingFrom returns a test that fails from a seed on, and the list of its seeds.
func failingFrom(from uint64) (fn func(uint64) error, seen *[]uint64) {
	seen = &[]uint64{}
	return func(seed uint64) error {
		if *seen = append(*seen, seed); seed >= from {
			return errors.New("lost a message")
		}
		return nil
	}, seen
}

func TestExploreReportsTheFirstSeedThatFailsAndHowToReplayIt(t *testing.T) {
	clearEnvironment(t)
	fn, seen := failingFrom(3)
	s := &spy{name: "TestX/a+b"}
	sim.Explore(s, 10, fn)
	want := "sim: seed 3 fails: lost a message\nreplay: EDO_SEED=3 go test -run '^TestX$/^a\\+b$'"
	if s.failed != want || !slices.Equal(*seen, []uint64{0, 1, 2, 3}) {
		t.Fatalf("seeds %v, and %q, want %q", *seen, s.failed, want)
	}
}

func TestExploreTriesAllSeeds(t *testing.T) {
	clearEnvironment(t)
	fn, seen := failingFrom(10)
	s := &spy{}
	sim.Explore(s, 10, fn)
	if len(*seen) != 10 || s.failed != "" || s.logged != nil {
		t.Fatalf("seeds %v, %q, %q", *seen, s.failed, s.logged)
	}
}

func TestExploreReplaysTheSeedOfTheEnvironmentAlone(t *testing.T) {
	clearEnvironment(t)
	t.Setenv(sim.SeedVariable, "18446744073709551615")
	fn, seen := failingFrom(3)
	s := &spy{name: "TestX"}
	sim.Explore(s, 10, fn)
	if len(*seen) != 1 || (*seen)[0] != 1<<64-1 || !strings.Contains(s.failed, "seed 18446744073709551615 fails") {
		t.Fatalf("seeds %v, %q", *seen, s.failed)
	}
}

func TestExploreRefusesNoSeedsAndASeedThatIsNoNumber(t *testing.T) {
	for _, c := range []struct{ env, want string }{
		{"", "sim: Explore of 0 seeds: there must be at least one"},
		{"x", `sim: EDO_SEED is "x": it must be a seed, a decimal number`},
	} {
		t.Setenv(sim.SeedVariable, c.env)
		fn, seen := failingFrom(0)
		s := &spy{}
		sim.Explore(s, 0, fn)
		if s.failed != c.want || len(*seen) != 0 {
			t.Errorf("seeds %v, %q, want %q", *seen, s.failed, c.want)
		}
	}
}

func TestExploreLogsTheSeedWhenTheTestDoesNotReturn(t *testing.T) {
	clearEnvironment(t)
	s := &spy{name: "TestX"}
	func() {
		defer func() { recover() }()
		sim.Explore(s, 10, func(seed uint64) error {
			if seed == 2 {
				panic("broken")
			}
			return nil
		})
	}()
	if len(s.logged) != 1 || !strings.HasPrefix(s.logged[0], "sim: seed 2 ended the test\n") {
		t.Fatalf("logged %q", s.logged)
	}
}

// A test that relies on tasks running in the order in which they were spawned
// fails under almost every seed. Explore says under which one, and how to run it again.
func ExampleExplore() {
	test := &spy{name: "TestOrder"} // in a test: t
	sim.Explore(test, 100, func(seed uint64) error {
		var order []int
		err := sim.Run(seed, func(task *edo.Task) error {
			for i := range 3 {
				edo.Go(task, func(*edo.Task) error {
					order = append(order, i)
					return nil
				}, edo.Name(fmt.Sprint("task ", i)))
			}
			return nil
		})
		if err == nil && !slices.IsSorted(order) {
			err = errors.New("tasks ran out of order")
		}
		return err
	})
	text := regexp.MustCompile(`#1 [^ :]+`).ReplaceAllString(test.failed, "#1 main")
	fmt.Println(regexp.MustCompile(`[^ ]+_test\.go:\d+`).ReplaceAllString(text, "order.go:110"))
	// Output:
	// sim: seed 0 fails: tasks ran out of order
	// replay: EDO_SEED=0 go test -run '^TestOrder$'
	// with 1 switch, of 2 choices: EDO_SEED=0 EDO_SCHEDULE=0.1_2.f177 go test -run '^TestOrder$'
	// what happened there (EDO_STORY=- tells it by task too):
	//       0s  #1 main: spawns #2 task 0 at order.go:110; spawns #3 task 1 at order.go:110; spawns #4 task 2 at order.go:110; ends
	//       0s  #3 task 1: spawned by #1 main at order.go:110; ends
	//       0s  #2 task 0: spawned by #1 main at order.go:110; ends
	//       0s  #4 task 2: spawned by #1 main at order.go:110; ends
}

// judge is a spy that the program can fail, as by t.Error.
type judge struct {
	spy
	hasFailed bool
}

func (j *judge) Failed() bool { return j.hasFailed }

// Whether a further run fails the test cannot be told: it has failed. So the first is the last.
func TestARunThatFailsTheTestItselfIsToldWithItsSeedAndSchedule(t *testing.T) {
	clearEnvironment(t)
	fails := func(j *judge) func(seed uint64) error {
		return func(seed uint64) error {
			var b strings.Builder
			err := sim.Run(seed, steps(&b, 2, 2))
			if b.String() == "aabb" {
				j.hasFailed = true
			}
			return err
		}
	}
	j := &judge{spy: spy{name: "TestX"}}
	sim.Explore(j, 200, fails(j))
	found := regexp.MustCompile(`seed (\d+) fails: the run has failed the test itself(?s:.*)EDO_SCHEDULE=(\S+)`).FindStringSubmatch(j.failed)
	if found == nil || len(j.logged) != 0 {
		t.Fatalf("%q, and logged %q", j.failed, j.logged)
	}
	t.Setenv(sim.SeedVariable, found[1])
	t.Setenv(sim.ScheduleVariable, found[2])
	j = &judge{spy: spy{name: "TestX"}}
	sim.Explore(j, 200, fails(j))
	if !j.hasFailed || !strings.Contains(j.failed, "the run has failed the test itself") || strings.Contains(j.failed, "does not fit") {
		t.Errorf("the replay: %v, %q", j.hasFailed, j.failed)
	}
	clearEnvironment(t)
	j = &judge{spy: spy{name: "TestX"}}
	sim.All(j, func() error { return fails(j)(0) })
	if !strings.Contains(j.failed, "the run has failed the test itself") || !strings.Contains(j.failed, "EDO_SCHEDULE=") {
		t.Errorf("All: %q", j.failed)
	}
	j = &judge{spy: spy{name: "TestX"}, hasFailed: true} // before
	sim.Explore(j, 20, fails(j))
	if j.failed != "" {
		t.Errorf("a test that has failed before: %q", j.failed)
	}
}
