package waitgraph

import "slices"

// Graph is which task waits for which. Tasks are numbered in the order in which they were
// added, from 0. The zero Graph is empty.
//
// A task may have several waits, as a select has, and goes on when one of them ends. A wait
// names the tasks that can end it: one of them is enough, or all must go on (every). So the
// tasks that can go on are the least set of tasks that
//
//   - have no wait, or
//   - have a wait that ends: one of its tasks can go on; with every, all of them can.
//
// The others can never go on: a deadlock in the AND-OR model (E. Knapp, Deadlock Detection in
// Distributed Databases, ACM Computing Surveys 19, 1987). The set is found by graph reduction
// (R. C. Holt, Some Deadlock Properties of Computer Systems, ACM Computing Surveys 4, 1972):
// remove a task that can go on, then the tasks that can go on because of that, and so on. This
// is linear when each wait counts the tasks that it still lacks (W. F. Dowling and J. H.
// Gallier, Linear-Time Algorithms for Testing the Satisfiability of Propositional Horn
// Formulae, 1984).
type Graph struct {
	tasks []int32 // tasks[t] is the index of the first wait of t
	waits []wait
	by    []int32 // the tasks of all waits, or Outside
}

// wait is one wait of a task.
type wait struct {
	task  int32 // the task that waits
	by    int32 // the index of its first task in by
	every bool
}

// Outside stands for a task that can go on, or that is not in the graph.
const Outside = -1

// Len returns how many tasks there are.
func (g *Graph) Len() int { return len(g.tasks) }

// Task adds a task, and returns its number. The waits that are added next belong to it.
func (g *Graph) Task() int {
	g.tasks = append(g.tasks, int32(len(g.waits)))
	return len(g.tasks) - 1
}

// Wait adds a wait to the task that was added last. by has the numbers of the tasks that can
// end it, also of tasks that are added later, or Outside. A wait without such a task counts as
// one that ends.
func (g *Graph) Wait(every bool, by ...int) {
	g.waits = append(g.waits, wait{int32(len(g.tasks) - 1), int32(len(g.by)), every})
	if len(by) == 0 {
		g.by = append(g.by, Outside)
	}
	for _, b := range by {
		g.by = append(g.by, int32(b))
	}
}

// waitsOf returns the indexes of the waits of t: from included, to excluded.
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

// stuck says for each task whether it can never go on.
func (g *Graph) stuck() []bool {
	// Each task is stuck until the reduction reaches it.
	n := int32(len(g.tasks))
	stuck := make([]bool, n)
	for t := range stuck {
		stuck[t] = true
	}
	after, of := g.reversed()
	lacks := make([]int32, len(g.waits)) // how many tasks must still go on before the wait ends
	var free []int32                     // can go on; their waiters are not looked at yet
	release := func(t int32) {
		if stuck[t] {
			stuck[t] = false
			free = append(free, t)
		}
	}
	// The first tasks that can go on have no wait, or a wait that ends at once.
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
	// Each of them may end waits of other tasks, which can then go on too.
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
