// Package proof shows a bug and its fix: the simulator finds the bug, and lets the fix pass. It is
// the main function of such examples, and their test.
package proof

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/sim"
)

// Seeds is how many seeds the fix has to pass.
const Seeds = 1000

// Quiet is the configuration of a simulation that prints nothing.
var Quiet = sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) {}}})

// Find returns the first seed under which run fails, and its error; ok is false when it does under
// none of Seeds.
func Find(run func(seed uint64) error) (seed uint64, err error, ok bool) {
	for seed := range uint64(Seeds) {
		if err := run(seed); err != nil {
			return seed, err, true
		}
	}
	return 0, nil, false
}

// Show prints the first failure of the program with the bug, and that the fix has none. It returns
// the exit status.
func Show(out io.Writer, bug, fix func(seed uint64) error) (status int) {
	seed, err, ok := Find(bug)
	if !ok {
		fmt.Fprintf(out, "the bug: not found under %d seeds\n", Seeds)
		return 1
	}
	fmt.Fprintf(out, "the bug, under seed %d: %v\n", seed, err)
	if seed, err, ok := Find(fix); ok {
		fmt.Fprintf(out, "the fix fails too, under seed %d: %v\n", seed, err)
		return 1
	}
	fmt.Fprintf(out, "the fix: no failure under %d seeds\n", Seeds)
	return 0
}

// Test checks that the simulator finds the bug, with an error that is, and lets the fix pass: under a
// quarter of Seeds with the race detector.
func Test(t sim.TB, bug, fix func(seed uint64) error, is func(err error) bool) {
	t.Helper()
	seed, err, ok := Find(bug)
	if !ok || !is(err) {
		t.Fatalf("seed %d: %v", seed, err)
		return
	}
	if again := bug(seed); again == nil || again.Error() != err.Error() {
		t.Fatalf("seed %d fails with %v, and then with %v", seed, err, again)
		return
	}
	seeds := Seeds
	if invariant.Enabled { // and with the race detector: each seed takes ten times as long
		seeds /= 4
	}
	sim.Explore(t, seeds, fix)
}
