package report

import "slices"

// Graph is which task waits for which. Tasks are numbered in the order in which they were
// added, from 0. The zero Graph is empty.
//
// A task may have several waits, as a select has, and goes on when one of them ends. A
// wait names tasks that can end it: one of them will do, or all must go on (every). So
// "can go on" is the least set of tasks that
//
//   - have no wait, or
//   - have a wait that ends: one of its tasks can go on; or, with every, all of them can.
//
// The others can never go on: a deadlock in the AND-OR model (E. Knapp, Deadlock
// Detection in Distributed Databases, ACM Computing Surveys 19, 1987). The set is found
// by graph reduction (R. C. Holt, Some Deadlock Properties of Computer Systems, ACM
// Computing Surveys 4, 1972): take away a task that can go on, then those that this lets
// go on, and so forth, which is linear when each wait counts what it still lacks (W. F.
// Dowling and J. H. Gallier, Linear-Time Algorithms for Testing the Satisfiability of
// Propositional Horn Formulae, 1984).
type Graph struct {
	tasks []int32 // where the waits of each begin
	waits []link
	by    []int32 // the tasks of all waits; outside: one that can go on
}

// link is a wait.
type link struct {
	task  int32 // whose wait it is
	by    int32 // where its tasks begin
	every bool
}

// Outside is what can end a wait and is no task of the graph, or a task that can go on.
const Outside = -1

// Len returns how many tasks there are.
func (g *Graph) Len() int { return len(g.tasks) }

// Task adds a task, and returns its number. The waits that are added next are its waits.
func (g *Graph) Task() int {
	g.tasks = append(g.tasks, int32(len(g.waits)))
	return len(g.tasks) - 1
}

// Wait adds a wait to the task that was added last. By are the tasks that can end it, by
// their numbers, those included that are added later; or Outside. A wait that no task can
// end is taken for one that ends.
func (g *Graph) Wait(every bool, by ...int) {
	g.waits = append(g.waits, link{int32(len(g.tasks) - 1), int32(len(g.by)), every})
	if len(by) == 0 {
		g.by = append(g.by, Outside)
	}
	for _, b := range by {
		g.by = append(g.by, int32(b))
	}
}

// waitsOf returns the numbers of the waits of t.
func (g *Graph) waitsOf(t int32) (from, to int32) {
	if int(t)+1 < len(g.tasks) {
		return g.tasks[t], g.tasks[t+1]
	}
	return g.tasks[t], int32(len(g.waits))
}

// byOf returns the tasks that can end the wait w.
func (g *Graph) byOf(w int32) []int32 {
	if int(w)+1 < len(g.waits) {
		return g.by[g.waits[w].by:g.waits[w+1].by]
	}
	return g.by[g.waits[w].by:]
}

// stuck says of each task whether it can never go on.
func (g *Graph) stuck() []bool {
	n := int32(len(g.tasks))
	stuck := make([]bool, n)
	for t := range stuck {
		stuck[t] = true
	}
	after, of := g.reversed()
	lacks := make([]int32, len(g.waits)) // how many of its tasks a wait lacks
	var free []int32
	release := func(t int32) {
		if stuck[t] {
			stuck[t] = false
			free = append(free, t)
		}
	}
	for t := range n {
		from, to := g.waitsOf(t)
		if from == to {
			release(t)
		}
		for w := from; w < to; w++ {
			by := g.byOf(w)
			lacks[w] = 1
			if g.waits[w].every {
				lacks[w] = int32(len(by))
			}
			for _, b := range by {
				if b == Outside {
					lacks[w]--
				}
			}
			if lacks[w] <= 0 {
				release(t)
			}
		}
	}
	for len(free) != 0 {
		t := free[len(free)-1]
		free = free[:len(free)-1]
		for _, w := range of[after[t]:after[t+1]] {
			if lacks[w]--; lacks[w] <= 0 {
				release(g.waits[w].task)
			}
		}
	}
	return stuck
}

// reversed returns, for each task t, the waits that it can end: of[after[t]:after[t+1]].
func (g *Graph) reversed() (after, of []int32) {
	after = make([]int32, len(g.tasks)+1)
	for _, b := range g.by {
		if b != Outside {
			after[b+1]++
		}
	}
	for t := range g.tasks {
		after[t+1] += after[t]
	}
	of = make([]int32, after[len(g.tasks)])
	next := slices.Clone(after)
	for w := range g.waits {
		for _, b := range g.byOf(int32(w)) {
			if b != Outside {
				of[next[b]] = int32(w)
				next[b]++
			}
		}
	}
	return after, of
}
