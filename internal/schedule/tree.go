package schedule

import (
	"fmt"
	"slices"
)

// A Tree is a strategy that visits, run after run, every schedule of a program: depth first,
// the quiet choices first. Begin comes before each run, and Next after it.
//
//	for t := (&schedule.Tree{}); ; {
//		t.Begin()
//		run(t)
//		if !t.Next() {
//			break
//		}
//	}
//
// Of schedules that differ in the order of independent steps alone it visits one. Steps of two
// tasks are independent when they touch no common object. What a step touches are the objects of
// all operations that its task has done and of the one that it does now. A step of which that is
// not known depends on all others.
//
// The method is that of sleep sets: Godefroid, "Partial-Order Methods for the Verification of
// Concurrent Systems", LNCS 1032, 1996. When a choice has been visited, its task sleeps in the
// visits of the choices beside it, until a step that depends on it wakes it: what it would do
// while it sleeps has been seen.
type Tree struct {
	// Full makes the tree visit also the schedules that differ in nothing that matters.
	Full bool

	nodes  []node
	depth  int
	sleep  []ID // the tasks that sleep in the run, at the present depth
	idle   bool // the rest of the run has been seen in another one: the quiet choices are made
	Runs   int  // how many have ended that were new
	Pruned int  // how many have ended that turned out to have been seen
	err    error
}

// A node is a choice on the path of the present run.
type node struct {
	n       int  // how many candidates; of a number that is drawn: how many numbers
	chosen  int  // the candidate of the present run
	ids     []ID // nil: a number
	asleep  []ID // the tasks that slept when the run came here first
	visited []ID // the candidates that have been visited
}

// maxDepth is how many choices of a run a tree tries: the quiet choice is made at all further
// ones.
const maxDepth = 10_000

// Begin begins a run.
func (t *Tree) Begin() {
	t.depth, t.idle = 0, false
	t.sleep = t.sleep[:0]
}

// Next ends a run, and reports whether there is another one.
func (t *Tree) Next() bool {
	if t.idle {
		t.Pruned++
	} else {
		t.Runs++
	}
	for len(t.nodes) > 0 {
		n := &t.nodes[len(t.nodes)-1]
		if n.ids != nil {
			n.visited = append(n.visited, n.ids[n.chosen])
		}
		for n.chosen++; n.chosen < n.n; n.chosen++ {
			if n.ids == nil || t.Full || !slices.Contains(n.asleep, n.ids[n.chosen]) {
				return true
			}
		}
		t.nodes = t.nodes[:len(t.nodes)-1]
	}
	return false
}

// Choose returns the choice of the present run.
func (t *Tree) Choose(c Candidates) int {
	if t.idle || t.depth == maxDepth {
		return 0
	}
	i := 0
	if c.Len() > 1 {
		n := t.enter(c)
		if n == nil {
			t.idle = true
			return 0
		}
		i = n.chosen
		t.sleep = append(append(t.sleep[:0], n.asleep...), n.visited...)
	} else if !t.Full && slices.Contains(t.sleep, c.ID(0)) {
		t.idle = true
		return 0
	}
	if t.Full {
		t.sleep = t.sleep[:0]
		return i
	}
	t.wakeBy(c, i)
	return i
}

// enter goes to the node of the present depth, which it makes if there is none. It returns nil
// when all candidates sleep.
func (t *Tree) enter(c Candidates) *node {
	if t.depth == len(t.nodes) {
		n := node{n: c.Len(), asleep: slices.Clone(t.sleep)}
		for i := range n.n {
			n.ids = append(n.ids, c.ID(i))
		}
		for n.chosen < n.n && slices.Contains(n.asleep, n.ids[n.chosen]) {
			n.chosen++
		}
		if n.chosen == n.n {
			return nil
		}
		t.nodes = append(t.nodes, n)
	}
	n := &t.nodes[t.depth]
	t.depth++
	if n.n != c.Len() || n.ids == nil || n.ids[n.chosen] != c.ID(n.chosen) {
		t.err = fmt.Errorf("at choice %d there were %d candidates, and before that %d or others", t.depth, c.Len(), n.n)
		return nil
	}
	return n
}

// Err returns an error when the present run has differed from an earlier one that had made the
// same choices.
func (t *Tree) Err() error { return t.err }

// wakeBy wakes the tasks that sleep and depend on the step of the candidate i.
func (t *Tree) wakeBy(c Candidates, i int) {
	mine, isKnown := c.Objects(i)
	t.sleep = slices.DeleteFunc(t.sleep, func(z ID) bool {
		for k := range c.Len() {
			if c.ID(k) == z {
				theirs, areKnown := c.Objects(k)
				return k == i || !isKnown || !areKnown || haveCommon(mine, theirs)
			}
		}
		return true
	})
}

// haveCommon reports whether there is an object in both.
func haveCommon(a, b []any) bool {
	return slices.ContainsFunc(a, func(o any) bool { return slices.Contains(b, o) })
}

// Draw returns each of the numbers, run after run.
func (t *Tree) Draw(n int) int {
	if t.idle || t.depth == maxDepth || n <= 1 {
		return 0
	}
	if t.depth == len(t.nodes) {
		t.nodes = append(t.nodes, node{n: n, asleep: slices.Clone(t.sleep)})
	}
	t.depth++
	t.sleep = t.sleep[:0] // what is drawn may change everything
	return t.nodes[t.depth-1].chosen
}

// Rank is 0: ranks do not matter.
func (*Tree) Rank() uint64 { return 0 }

// Tracks is true unless all schedules are visited.
func (t *Tree) Tracks() bool { return !t.Full }

// Choices returns the schedule of the present run.
func (t *Tree) Choices() Choices {
	var c Choices
	for _, n := range t.nodes[:t.depth] {
		c = append(c, uint32(n.chosen))
	}
	return c.Trim()
}
