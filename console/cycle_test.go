package console_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
)

func TestADeadlockOfTwoLocksIsACycle(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2, Trace: true})
	planted.Deadlock(p.rt)
	f, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool {
		return len(rt.Cycles) == 1 && rt.Cycles[0].Stuck == 3
	})
	c := rt.Cycles[0]
	for _, want := range []string{"pay waits for lock: mutex #", "refund waits for lock: mutex #", "held by #", "taken at internal/planted/planted.go:"} {
		if !strings.Contains(c.Text, want) {
			t.Errorf("%q is missing in %q", want, c.Text)
		}
	}
	if len(f.Findings) == 0 || f.Findings[0].Kind != "cycle" || f.Findings[0].Level != "fault" || !strings.Contains(f.Findings[0].Text, "1 more task waits") {
		t.Errorf("the findings are %v", f.Findings)
	}
	red := 0
	for _, e := range rt.Graph.Edges {
		a, b := rt.Graph.Nodes[e.From], rt.Graph.Nodes[e.To]
		if e.Cycle != (a.Cycle && b.Cycle) || e.Cycle == strings.Contains(a.Name, "audit") {
			t.Errorf("the edge from %v to %v is %v", a, b, e)
		}
		if e.Cycle {
			red++
		}
	}
	if red != 2 || len(rt.Graph.Edges) != 3 {
		t.Errorf("the graph is %v", rt.Graph)
	}
	for range 10 {
		_, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool { return len(rt.Cycles) == 1 })
		if now := rt.Cycles[0]; !now.Since.Equal(c.Since) || now.Text != c.Text || now.Tasks[0] != c.Tasks[0] {
			t.Errorf("the same cycle is told as %+v and later as %+v", c, now)
		}
		runtime.GC() // what leads to a task does not change when the collector runs
		<-console.NextFrame(p.h)
	}
}
