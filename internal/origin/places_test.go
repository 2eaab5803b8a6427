package origin

import (
	"regexp"
	"slices"
	"testing"
)

//go:noinline
func shop() uintptr { return made() }

//go:noinline
func made() uintptr { return Here(1) }

//go:noinline
func elsewhere() uintptr { return made() }

func TestPlacesCountTheHandlesOfEach(t *testing.T) {
	var p Places
	first, second := shop(), elsewhere()
	for range 3 {
		p.Add(first)
	}
	p.Add(second)
	before := p.Clone()
	p.Remove(first)
	p.Remove(second)
	p.Remove(second) // none is left
	for _, c := range []struct {
		p     Places
		total int
		want  []string
	}{
		{before, 4, []string{
			"3 senders made at places_test.go:1 (func origin.shop)",
			"a sender made at places_test.go:1 (func origin.elsewhere)",
		}},
		{p, 2, []string{"2 senders made at places_test.go:1 (func origin.shop)"}},
		{nil, 0, nil},
	} {
		var got []string
		for _, line := range c.p.Describe("sender") {
			got = append(got, regexp.MustCompile(`:\d+`).ReplaceAllString(line, ":1"))
		}
		if !slices.Equal(got, c.want) || c.p.Total() != c.total {
			t.Errorf("%d made: %q, want %d: %q", c.p.Total(), got, c.total, c.want)
		}
	}
}

func TestPlacesWithTheSameCountAreInTheOrderOfTheText(t *testing.T) {
	var p Places
	for _, pc := range []uintptr{shop(), elsewhere()} {
		p.Add(pc)
	}
	got := p.Describe("sender")
	if !slices.IsSorted(got) {
		t.Errorf("%q", got)
	}
	slices.Reverse(p)
	if again := p.Describe("sender"); !slices.Equal(got, again) {
		t.Errorf("%q, and %q when they were made in another order", got, again)
	}
}
