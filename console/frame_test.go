package console_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/tasktest"
)

var million = flag.Bool("million", false, "hold a million tasks where the suite has 20,000")

func TestAFrameOfManyTasksIsBounded(t *testing.T) {
	n := 20_000
	if *million {
		n = 1_000_000
	}
	p := newPlace(t, edo.Config{Workers: 2})
	gates := make([]tasktest.Gate, n)
	for i := range gates {
		gates[i].Name = "gate"
		if i%2 == 0 {
			gates[i].Name = strings.Repeat(string(rune('a'+i%26)), 1+i%500) + "<script>" // very many groups
		}
		if i%10 == 0 {
			edo.Spawn(p.rt, &gates[i], edo.Name(strings.Repeat("long ", 1000)))
		} else {
			edo.Spawn(p.rt, &gates[i])
		}
	}
	_, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool { return rt.Round.Whole && rt.Round.Asked == n })
	_, size := p.frame()
	sum := rt.LeftOut
	for _, g := range rt.Groups {
		sum += g.Count
	}
	if sum != n || rt.LeftOut == 0 || rt.Metrics.Waiting != n {
		t.Errorf("the groups have %d tasks, %d left out; the metrics are %+v", sum, rt.LeftOut, rt.Metrics)
	}
	if rt.Round.Took <= 0 {
		t.Errorf("the round of %d tasks has taken %v", n, rt.Round.Took)
	}
	if size > 400_000 {
		t.Errorf("the frame of %d tasks has %d bytes", n, size)
	}
}
