package origin

import (
	"regexp"
	"testing"
)

//go:noinline
func note(c *Callers, skip int) { c.Note(skip) }

func TestThePlaceOfCallersIsTheFirstOutsideOfEdo(t *testing.T) {
	var here, above, below, none Callers
	here.Note(0)
	note(&above, 1)
	below.Note(1) // of package testing
	for name, c := range map[string]struct {
		callers Callers
		want    string
	}{
		"here":    {here, `^callers_test\.go:\d+$`},
		"above":   {above, `^callers_test\.go:\d+$`},
		"below":   {below, `^testing/testing\.go:\d+$`},
		"nothing": {none, `^$`},
	} {
		if got := c.callers.Place(); !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%s: %q, want %s", name, got, c.want)
		}
	}
	if Frame(here[0]).Line+1 != Frame(above[0]).Line {
		t.Errorf("lines %d and %d, want one after the other", Frame(here[0]).Line, Frame(above[0]).Line)
	}
}

func TestOfNoPlaceNothingIsKnown(t *testing.T) {
	if f := Frame(0); f.Function != "" || f.File != "" || f.Line != 0 {
		t.Errorf("got %+v", f)
	}
}

// placeInlined is a call that the compiler puts into its callers.
func placeInlined() string { return PlaceOfCaller() }

func TestThePlaceOfACallIsTheSameEachTime(t *testing.T) {
	for range 3 {
		first, second := PlaceOfCaller(), placeInlined()
		literal := func() string { return PlaceOfCaller() }()
		for _, p := range []string{first, second, literal} {
			if !regexp.MustCompile(`^callers_test\.go:\d+$`).MatchString(p) {
				t.Fatalf("the place is %q", p)
			}
		}
		if first == second || second == literal {
			t.Errorf("%q, %q and %q are three lines", first, second, literal)
		}
	}
}
