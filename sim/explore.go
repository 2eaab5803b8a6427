package sim

import (
	"os"
	"regexp"
	"strconv"
	"strings"
)

// SeedVariable is the environment variable that makes [Explore] replay one seed.
const SeedVariable = "EDO_SEED"

// TB is the part of a *testing.T, *testing.B or *testing.F that Explore needs.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Explore calls fn with each of so many seeds, 0 first, and fails the test at the
// first error, with the seed and the command that replays it. When EDO_SEED is set
// it calls fn with that seed alone. fn runs one simulation, or several, under the
// seed, on the goroutine of the test; if it panics or ends the test itself, the
// seed is logged.
func Explore(t TB, seeds int, fn func(seed uint64) error) {
	t.Helper()
	first, last := uint64(0), uint64(seeds)-1
	if text := os.Getenv(SeedVariable); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("sim: %s is %q: it must be a seed, a decimal number", SeedVariable, text)
			return
		}
		first, last = seed, seed
	} else if seeds < 1 {
		t.Fatalf("sim: Explore of %d seeds: there must be at least one", seeds)
		return
	}
	for seed := first; ; seed++ {
		if err := runSeed(t, seed, fn); err != nil {
			t.Fatalf("sim: seed %d fails: %v\nreplay: %s", seed, err, replayCommand(t, seed))
			return
		}
		if seed == last {
			return
		}
	}
}

// runSeed calls fn, and logs the seed if fn does not return.
func runSeed(t TB, seed uint64, fn func(seed uint64) error) error {
	t.Helper()
	returned := false
	defer func() {
		if !returned {
			t.Logf("sim: seed %d ended the test\nreplay: %s", seed, replayCommand(t, seed))
		}
	}()
	err := fn(seed)
	returned = true
	return err
}

// replayCommand returns the command that runs the test with one seed.
func replayCommand(t TB, seed uint64) string {
	parts := strings.Split(t.Name(), "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return SeedVariable + "=" + strconv.FormatUint(seed, 10) + " go test -run '" + strings.Join(parts, "/") + "'"
}
