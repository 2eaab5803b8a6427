package testbed

import (
	"os"
	"strings"
	"testing"
	"time"
)

const deadly = `package p0

import (
	"os"

	"github.com/edo-go/edo"
	"proof.test/trace"
)

func init() {
	trace.Add("First", false, func(task *edo.Task, t *trace.T) error { t.At(1); return nil })
	trace.Add("Exits", false, func(task *edo.Task, t *trace.T) error {
		if t.Int(1, 5) != 5 {
			os.Exit(7)
		}
		return nil
	})
	trace.Add("Endless", false, func(task *edo.Task, t *trace.T) error {
		for {
		}
	})
	trace.Add("Overflows", false, func(task *edo.Task, t *trace.T) error {
		var down func(n int) int
		down = func(n int) int { return down(n+1) + 1 }
		t.At(down(1))
		return nil
	})
	trace.Add("Panics", false, func(task *edo.Task, t *trace.T) error { panic("value") })
	trace.Add("Last", false, func(task *edo.Task, t *trace.T) error { t.At(2); return nil })
}
`

// TestARunThatEndsTheProcessHidesNoOther has programs that exit, that do not end, and that overflow the
// stack, between others.
func TestARunThatEndsTheProcessHidesNoOther(t *testing.T) {
	if os.Getenv("EDO_PROOF") == "" {
		t.Skip("it builds a program: set EDO_PROOF=1")
	}
	bed, err := New(t.TempDir(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	bed.Limit = 5 * time.Second
	if err := bed.Packages("deadly", map[string]map[string]string{"p0": {"f.go": deadly}}); err != nil {
		t.Fatal(err)
	}
	program, err := bed.Compile(t.Context(), Plain, "deadly")
	if err != nil {
		t.Fatal(err)
	}
	const runs = 40
	results, err := bed.runAll(t.Context(), program, runs)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"First", "Panics", "Last"} {
		for n := range runs {
			if s := results[runKey{name, n}]; s.reports == "" || strings.HasPrefix(s.reports, "exit") {
				t.Errorf("run %d of %s: %v", n, name, s)
			}
		}
	}
	exits := 0
	for n := range runs {
		if s := results[runKey{"Exits", n}]; strings.HasPrefix(s.reports, "exit status 7") {
			exits++
		} else if (s.reports == "") != (exits > 0) {
			t.Errorf("run %d of Exits: %v after %d exits", n, s, exits)
		}
	}
	if exits != 1 {
		t.Errorf("%d runs of Exits exit, and the others should be left out", exits)
	}
	for name, want := range map[string]string{"Endless": "did not end", "Overflows": "stack exceeds"} {
		if s := results[runKey{name, 0}]; !strings.Contains(s.reports, want) {
			t.Errorf("%s: %v", name, s)
		}
		if s, ok := results[runKey{name, 1}]; ok {
			t.Errorf("the next run of %s: %v", name, s)
		}
	}
}
