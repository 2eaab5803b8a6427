package interleave

import (
	"sync"
	"testing"

	"github.com/edo-go/edo/internal/invariant"
)

// A Setup makes the state of one run. It returns the threads that work on it, and a check
// to run after all of them have ended. A check fails by t.Error and the like, or by a
// panic.
type Setup func() (threads []func(), check func())

// Bounds limit an exploration.
type Bounds struct {
	// Preemptions is how often a schedule may stop a thread that could go on; Unbounded
	// for any number. Such a bound makes an exploration incomplete, on purpose.
	Preemptions int
	// Schedules is the limit of schedules. More are a failure.
	Schedules int
	// Steps is the limit of the steps of a schedule. More are a failure: probably a
	// loop waits without a point named "spin".
	Steps int
}

// Unbounded stands for any number of preemptions.
const Unbounded = -1

// usual are bounds within which an exploration takes seconds, or half a minute with the
// race detector.
var usual = Bounds{Preemptions: Unbounded, Schedules: 1_000_000, Steps: 1000}

// Explore runs all schedules of the threads and returns how many there were. It
// ends the test at the first one that fails. There may be a million schedules, each of at
// most a thousand steps: see [Bounds.Explore] for other bounds. A schedule of a dozen steps
// costs 3 to 5 µs, and several times that with the race detector.
func Explore(t testing.TB, setup Setup) int {
	t.Helper()
	return usual.Explore(t, setup)
}

// ExploreBounded is [Explore] of the schedules with at most maxPreemptions.
func ExploreBounded(t testing.TB, maxPreemptions int, setup Setup) int {
	t.Helper()
	b := usual
	b.Preemptions = maxPreemptions
	return b.Explore(t, setup)
}

// exploring is held during an exploration: all of them share one hook.
var exploring sync.Mutex

// Explore runs all schedules within the bounds and returns how many there were. It
// ends the test at the first one that fails; threads that have not ended then stay
// stopped.
func (b Bounds) Explore(t testing.TB, setup Setup) int {
	t.Helper()
	if !invariant.Enabled {
		t.Skip("interleave: nothing to explore in this build: use -tags invariants or -race")
	}
	if t.Failed() {
		t.Fatal("interleave: the test has failed already, so that no schedule can be blamed")
	}
	exploring.Lock()
	defer exploring.Unlock()
	x := newExplorer(t, b)
	defer x.close()
	n := 1
	for x.run(setup); x.backtrack(); x.run(setup) {
		if n++; n > b.Schedules {
			t.Fatalf("interleave: more than %d schedules: make the threads shorter, or use ExploreBounded", b.Schedules)
		}
	}
	return n
}
