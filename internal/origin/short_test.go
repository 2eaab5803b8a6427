package origin

import "testing"

func TestShortKeepsThePlace(t *testing.T) {
	here := Here(0)
	if got := Shorten(here).PC(); got != here {
		t.Errorf("a place comes back as %#x, want %#x", got, here)
	}
	if got := Shorten(0).PC(); got != 0 {
		t.Errorf("no place comes back as %#x", got)
	}
	if got := Shorten(base + 1<<40).PC(); got != 0 {
		t.Errorf("a place that is too far comes back as %#x", got)
	}
}
