package reduce

import (
	"context"
	"go/importer"
	"slices"
	"strings"
	"testing"
)

const source = `package p

import "errors"

func helper(x int) int { return x * 2 }

func f(n int) (string, error) {
	a := helper(n)
	var out string
	for i := range a {
		if i > 3 {
			out += "x"
		} else {
			out += "y"
			println("the cause", helper(i+1))
		}
	}
	switch n {
	case 1:
		return out, errors.New("one")
	}
	return out, nil
}
`

// TestWhatFailsRemains reduces to a program in which a call stays, and nothing around it.
func TestWhatFailsRemains(t *testing.T) {
	builds := 0
	got, err := Reduce(t.Context(), source, importer.Default(), func(_ context.Context, programs []string) (int, error) {
		builds++
		return slices.IndexFunc(programs, func(p string) bool { return strings.Contains(p, `"the cause"`) }), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got, "\n"); n > 14 || !strings.Contains(got, `"the cause"`) || strings.Contains(got, "for") {
		t.Errorf("after %d builds:\n%s", builds, got)
	}
}

// TestEveryCandidateTypeChecks makes candidates of candidates.
func TestEveryCandidateTypeChecks(t *testing.T) {
	first, err := Candidates(source, importer.Default())
	if err != nil || len(first) < 10 {
		t.Fatal(len(first), err)
	}
	for _, c := range first {
		if _, err := Candidates(c, importer.Default()); err != nil {
			t.Fatalf("%v\n%s", err, c)
		}
	}
}
