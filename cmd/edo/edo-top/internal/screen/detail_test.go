package screen

import (
	"strings"
	"testing"

	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/report"
)

// longWait is what a task waits for whose wait has a place, and what ends it.
const longWait = "oneshot: receive (of 1), from its sender, which has neither sent nor closed (a function of github.com/shop/orders/pipeline/writer.go:128), until 2026-11-30 12:30:00.000"

func TestTheRowOfTheCursorHasItsWholeText(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {80, 40}, {120, 24}, {120, 40}} {
		s := example(size[0], size[1])
		f := exampleFrame()
		rt := &f.Runtimes[0]
		rt.Groups = append([]console.Group{{Group: report.Group{Key: "w", Count: 30_000, Name: "writer", State: "waiting", Waits: []string{longWait}}}}, rt.Groups...)
		rt.Graph.Edges[0].On, rt.Graph.Edges[0].Place = longWait, "github.com/shop/orders/pipeline/locks.go:4711"
		s.Take(f, noon)
		for _, keys := range []string{"1", "w"} {
			press(s, keys)
			want := longWait
			if keys == "w" {
				want += " of #5 pay, taken at github.com/shop/orders/pipeline/locks.go:4711"
			}
			screen := strings.Join(plain(t, s), " ")
			if !strings.Contains(squeezed(screen), squeezed(want)) {
				t.Errorf("%v, %s: the text is cut:\n%s", size, keys, strings.Join(plain(t, s), "\n"))
			}
			first := s.list()
			press(s, "down")
			second := s.list()
			if before, after := s.rowsHeight(&first), s.rowsHeight(&second); before != after {
				t.Errorf("%v, %s: there was room for %d rows, and is for %d: they move under the cursor", size, keys, before, after)
			}
		}
	}
}

// squeezed returns a text without spaces: lines break anywhere.
func squeezed(text string) string { return strings.Join(strings.Fields(text), "") }

func TestAFindingLeadsToItsSubjectWhicheverTaskIsItsExample(t *testing.T) {
	s := example(80, 40)
	f := exampleFrame()
	f.Findings[0].Task = f.Runtimes[0].Cycles[0].Tasks[1]
	f.Findings[1].Since = ago(11)
	f.Findings[2].Task, f.Findings[2].Since = f.Runtimes[0].Objects[0].Holders[0].TaskRef, ago(11)
	s.Take(f, noon)
	press(s, "f enter")
	has(t, s, "its tasks")
	press(s, "f esc f down enter")
	has(t, s, "and it runs")
	press(s, "esc down enter")
	has(t, s, "last used by", "waiting tasks")
	s.Take(exampleFrame(), noon) // with another task as its example
	has(t, s, "last used by", "waiting tasks")
	hasNot(t, s, "it is so no more")
}
