package traces

import (
	"slices"
	"testing"

	"github.com/edo-go/edo/stackless/internal/proof/testbed/bedtest"
)

// TestOneSeedGivesTheSameEventsInBothBuilds runs the examples under their thousand seeds.
func TestOneSeedGivesTheSameEventsInBothBuilds(t *testing.T) {
	repo, edo := bedtest.Edo(t)
	c, err := Compare(t.Context(), repo, edo, t.TempDir(), "./examples/...")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d simulations, %d events", c.Runs, c.Events)
	if c.Runs < 6*1000 || c.Events < 10*c.Runs {
		t.Error("too few")
	}
	for i, build := range []string{"coroutines", "lowered"} {
		for _, trace := range c.Different[i][:min(3, len(c.Different[i]))] {
			t.Errorf("only %s: %s", build, trace)
		}
	}
}

// TestWithoutCountsHowOftenATraceStands compares small lists.
func TestWithoutCountsHowOftenATraceStands(t *testing.T) {
	x, y := []string{"a", "a", "b", "d"}, []string{"a", "c", "d", "e"}
	if got := without(x, y); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
	if got := without(y, x); !slices.Equal(got, []string{"c", "e"}) {
		t.Error(got)
	}
}
