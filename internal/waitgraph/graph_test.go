package waitgraph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// waits is a graph in the notation of the tests: for each task its waits.
type waits [][]testWait

type testWait struct {
	every bool
	by    []int
}

func one(by ...int) testWait { return testWait{by: by} }
func all(by ...int) testWait { return testWait{every: true, by: by} }

func (all waits) graph() *Graph {
	g := &Graph{}
	for _, t := range all {
		g.Task()
		for _, w := range t {
			g.Wait(w.every, w.by...)
		}
	}
	return g
}

// stuck is the naive model: it looks at all tasks again and again, until no further task can
// go on.
func (all waits) stuck() []bool {
	stuck := make([]bool, len(all))
	for t := range stuck {
		stuck[t] = true
	}
	can := func(b int) bool { return b == Outside || !stuck[b] }
	for changed := true; changed; {
		changed = false
		for t, ws := range all {
			goesOn := len(ws) == 0
			for _, w := range ws {
				ends := slices.ContainsFunc(w.by, can)
				if w.every {
					ends = !slices.ContainsFunc(w.by, func(b int) bool { return !can(b) })
				}
				goesOn = goesOn || ends || len(w.by) == 0
			}
			if stuck[t] && goesOn {
				stuck[t], changed = false, true
			}
		}
	}
	return stuck
}

func random(r *rand.Rand) waits {
	all := make(waits, 1+r.IntN(9))
	for t := range all {
		for range r.IntN(3) {
			w := testWait{every: r.IntN(2) == 0}
			for range 1 + r.IntN(3) {
				b := r.IntN(len(all))
				if r.IntN(12) == 0 {
					b = Outside
				}
				w.by = append(w.by, b)
			}
			all[t] = append(all[t], w)
		}
	}
	return all
}

func TestKnotsAreTheTasksThatTheNaiveModelLeaves(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 20_000 {
		ws := random(r)
		k, want := ws.graph().Knots(), ws.stuck()
		for task, core := range k.Of {
			if (core >= 0) != want[task] {
				t.Fatalf("%v: task %d is in core %d, and stuck: %v", ws, task, core, want[task])
			}
		}
		found += len(k.Cores)
		for i := range k.Cores {
			if err := ws.checkCore(k, i); err != nil {
				t.Fatalf("%v: core %v: %v", ws, k.Cores[i], err)
			}
		}
	}
	if found < 5_000 {
		t.Errorf("only %d cores", found)
	}
}

// checkCore checks the promises of Knots for one core and its cycle.
func (all waits) checkCore(k *Knots, i int) error {
	core := k.Cores[i]
	if !slices.IsSorted(core) || i > 0 && k.Cores[i-1][0] >= core[0] {
		return fmt.Errorf("out of order")
	}
	alone := make(waits, len(all)) // every other task can go on
	for _, t := range core {
		alone[t] = all[t]
		if k.Of[t] != i {
			return fmt.Errorf("task %d is of core %d", t, k.Of[t])
		}
	}
	for t, is := range alone.stuck() {
		if is != slices.Contains(core, t) {
			return fmt.Errorf("by itself, task %d is stuck: %v", t, is)
		}
	}
	cycle := k.Cycle(i)
	if cycle[0] != core[0] {
		return fmt.Errorf("the cycle %v does not begin with the first", cycle)
	}
	seen := map[int]bool{}
	for j, t := range cycle {
		next := cycle[(j+1)%len(cycle)]
		if seen[t] || !slices.Contains(core, t) || !slices.ContainsFunc(all[t], func(w testWait) bool { return slices.Contains(w.by, next) }) {
			return fmt.Errorf("%v is no cycle at %d", cycle, t)
		}
		seen[t] = true
	}
	return nil
}

func TestKnots(t *testing.T) {
	for _, c := range []struct {
		name  string
		waits waits
		cores string
		of    string
		cycle string
	}{
		{"nothing", waits{}, "[]", "[]", ""},
		{"two locks", waits{{one(1)}, {one(0)}}, "[[0 1]]", "[0 0]", "[0 1]"},
		{"itself", waits{{}, {one(1)}}, "[[1]]", "[-1 0]", "[1]"},
		{"a holder that runs", waits{{one(1)}, {}}, "[]", "[-1 -1]", ""},
		{"a select with a way out", waits{{one(1), one(2)}, {one(0)}, {}}, "[]", "[-1 -1 -1]", ""},
		{"a select without", waits{{one(1), one(2)}, {one(0)}, {one(0)}}, "[[0 1 2]]", "[0 0 0]", "[0 1]"},
		{"one of two senders can", waits{{one(1, 2)}, {one(0)}, {}}, "[]", "[-1 -1 -1]", ""},
		{"a writer needs both readers", waits{{all(1, 2)}, {one(0)}, {}}, "[[0 1]]", "[0 0 -1]", "[0 1]"},
		{"behind a cycle", waits{{one(1)}, {one(2)}, {one(1)}, {one(0)}}, "[[1 2]]", "[0 0 0 0]", "[1 2]"},
		{"two cycles", waits{{one(3)}, {one(2)}, {one(1)}, {one(0)}}, "[[0 3] [1 2]]", "[0 1 1 0]", "[0 3]"},
		{"what is outside ends it", waits{{one(1, Outside)}, {one(0)}}, "[]", "[-1 -1]", ""},
		{"every, and one is outside", waits{{all(1, Outside)}, {one(0)}}, "[[0 1]]", "[0 0]", "[0 1]"},
		{"every of those outside", waits{{all(Outside, Outside)}}, "[]", "[-1]", ""},
		{"nothing known", waits{{one()}, {one(0)}}, "[]", "[-1 -1]", ""},
	} {
		k := c.waits.graph().Knots()
		if got := fmt.Sprint(k.Cores); got != c.cores || fmt.Sprint(k.Of) != c.of {
			t.Errorf("%s: got %s, %v; want %s, %s", c.name, got, k.Of, c.cores, c.of)
		}
		if c.cycle != "" {
			if got := fmt.Sprint(k.Cycle(0)); got != c.cycle {
				t.Errorf("%s: the cycle is %s, want %s", c.name, got, c.cycle)
			}
		}
	}
}

// chain is n tasks that each wait for the next; the last for the first.
func chain(n int) *Graph {
	g := &Graph{}
	for i := range n {
		g.Task()
		g.Wait(false, (i+1)%n)
	}
	return g
}

func TestACycleOfManyTasksIsFound(t *testing.T) {
	const n = 200_000
	k := chain(n).Knots()
	if len(k.Cores) != 1 || len(k.Cores[0]) != n || len(k.Cycle(0)) != n {
		t.Errorf("%d cores", len(k.Cores))
	}
}

func BenchmarkKnots(b *testing.B) {
	const n = 1_000_000
	star := &Graph{} // all wait for one
	for range n {
		star.Task()
		star.Wait(false, 0)
	}
	for name, g := range map[string]*Graph{"chain": chain(n), "star": star} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if k := g.Knots(); len(k.Cores) != 1 {
					b.Fatal(len(k.Cores))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/task")
		})
	}
}
