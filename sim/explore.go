package sim

import (
	"os"
	"strconv"

	"github.com/edo-go/edo/internal/schedule"
)

// TB is the part of a *testing.T, *testing.B or *testing.F that Explore needs.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Explore calls fn with each of so many seeds, 0 first, and fails the test at the
// first error, which is a [*Failure]. fn runs one simulation, or several, under the seed, on
// the goroutine of the test; if it panics or ends the test itself, the seed is logged. A run that
// fails the test by t.Error, and returns no error, is a failure too, and is not shrunk.
//
// A seed that fails is run again. If that run is another one, the program is not a function of
// its seed, and the failure says where the runs part. Otherwise Explore looks, for some
// seconds, for a schedule with fewer switches that fails in the same way, and tells what the
// tasks do under it, with their lines.
//
// Some runs vary the schedules of earlier ones that have reached something new: they are
// replayed by the schedule and not by the seed alone.
//
//   - EDO_SEED=7 calls fn with this seed alone, once.
//   - EDO_SEED=7 EDO_SCHEDULE=3.1-20.2_57.a3f0 calls it with a schedule that was printed. The part behind the
//     low line says how many choices the run has made and, by a sum, of which test it is; it may be left out.
//     A run that is not the one of the schedule fails the test with a [*MisfitError], also if fn returns nil.
//   - EDO_SEEDS=10000 tries so many seeds, and EDO_STRATEGY=pct has all choose by one [Strategy].
//   - The files testdata/sim/NAME/*.json, of the name of the test, are failures that [Failure]
//     was written to. They are replayed first, so that a fault that was mended stays so.
func Explore(t TB, seeds int, fn func(seed uint64) error) {
	t.Helper()
	plan, ok := readPlan(t)
	if !ok {
		return
	}
	seeds, err := seedsOf(seeds)
	if err != nil {
		t.Fatalf("%v", err)
		return
	}
	if seeds < 1 && !plan.replays {
		t.Fatalf("sim: Explore of %d seeds: there must be at least one", seeds)
		return
	}
	e := newExploration(t, fn)
	defer e.end()
	switch {
	case plan.replays:
		e.replayOnly(plan)
	case hunts():
		e.hunt(seeds)
	default:
		if f := e.all(seeds); f != nil {
			t.Fatalf("%v", f)
		}
	}
}

// plan is what the environment says.
type plan struct {
	replays  bool
	seed     uint64
	schedule string
	file     string // in which they are kept; empty: they are of the environment
}

func readPlan(t TB) (p plan, ok bool) {
	t.Helper()
	p.schedule = os.Getenv(ScheduleVariable)
	if _, _, err := schedule.Parse(p.schedule); p.schedule != "" && err != nil {
		t.Fatalf("sim: %s: %v", ScheduleVariable, err)
		return p, false
	}
	p.replays = p.schedule != ""
	if _, err := kindOfEnvironment(); err != nil {
		t.Fatalf("sim: %v", err)
		return p, false
	}
	if text := os.Getenv(SeedVariable); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("sim: %s is %q: it must be a seed, a decimal number", SeedVariable, text)
			return p, false
		}
		p.seed, p.replays = seed, true
	}
	return p, true
}
