package real

import (
	"testing"
	"time"
)

// The wall clock is set while the runtime runs: instants, and their times, do not move.
func TestTheWallClockIsThatOfTheMachineAlsoWhenItIsSet(t *testing.T) {
	shown := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)
	c := newClock()
	c.wall = func() time.Time { return shown }
	before := c.Time(0)
	for _, set := range []time.Duration{0, 8 * time.Hour, -9 * time.Hour} {
		shown = shown.Add(set)
		if got := c.Wall(); !got.Equal(shown) {
			t.Errorf("the wall clock shows %v, want %v", got, shown)
		}
	}
	if c.Now() < 0 || c.Now() > int64(time.Hour) || !c.Time(0).Equal(before) {
		t.Errorf("the clock of the runtime was set too: %v, %v", c.Now(), c.Time(0))
	}
}

// A time with a monotonic part is compared by it, and so as if the wall clock had not been set.
func TestTheTimeOfTheWallClockHasNoMonotonicPart(t *testing.T) {
	c := newClock()
	if got := c.Wall(); got != got.Round(0) || time.Since(got).Abs() > time.Hour {
		t.Errorf("got %v", got)
	}
}
