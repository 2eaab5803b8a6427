package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// lines hands on what is written.
type lines chan string

func (l lines) Write(p []byte) (int, error) { l <- string(p); return len(p), nil }

func TestARunThatGoesOnForLongIsToldWithItsSeedOnce(t *testing.T) {
	clearEnvironment(t)
	told := make(lines, 10)
	runs := 0
	sim.ExploreOneSlow(&spy{name: "TestX"}, time.Nanosecond, told, func(seed uint64) error {
		if runs++; runs > 1 {
			return nil
		}
		text := <-told // the run goes on until then
		if !strings.Contains(text, "TestX: a run of seed 0 ") || !strings.Contains(text, "sim.Limit") ||
			!strings.Contains(text, "replay: EDO_SEED=0 go test -run '^TestX$'\n") {
			t.Errorf("told %q", text)
		}
		return sim.Run(seed, func(task *edo.Task) error { return edo.Yield(task) })
	})
	if len(told) != 0 {
		t.Errorf("told again: %q", <-told)
	}
}
