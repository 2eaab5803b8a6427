package screen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/cell"
	"github.com/edo-go/edo/console"
)

// waitsFor is which task waits for which, as a tree: below each task are those that wait for it. Cycles come first; the tasks of
// one follow each other in the order in which they wait.
func (s *Screen) waitsFor(rt *console.Runtime) list {
	l := list{title: "Waits-for", none: "no task waits for another task by name", columns: []column{
		{head: "CYCLE", least: 6, keep: 2}, {head: "TASK", least: 16, share: 2, keep: 3}, {head: "WAITS FOR", least: 16, share: 3, keep: 1},
	}}
	g := &rt.Graph
	switch n := len(rt.Cycles); {
	case n == 1:
		l.note = "1 cycle: its tasks can never go on"
	case n > 1:
		l.note = fmt.Sprintf("%d cycles: their tasks can never go on", n)
	case len(g.Nodes) > 0:
		l.note = "no cycle"
	}
	if g.More > 0 {
		l.note += fmt.Sprintf("; %s more tasks wait", thousands(g.More))
	}
	t := tree{graph: g, list: &l, isIn: make([]bool, len(g.Nodes))}
	for i := range g.Nodes {
		if g.Nodes[i].Cycle && !t.isIn[i] {
			t.cycle(i)
		}
	}
	for i := range g.Nodes {
		if !t.isIn[i] && t.edgeFrom(i) < 0 {
			t.add(i, -1, 0)
		}
	}
	for i := range g.Nodes { // tasks that wait for each other, where the console knows of no cycle
		if !t.isIn[i] {
			t.add(i, t.edgeFrom(i), 0)
		}
	}
	return l
}

// tree is a graph while it is written out. Each node comes once.
type tree struct {
	graph *console.Graph
	list  *list
	isIn  []bool
}

// edgeFrom returns an edge by which a node waits for another, or -1.
func (t *tree) edgeFrom(node int) int {
	return slices.IndexFunc(t.graph.Edges, func(e console.Edge) bool { return e.From == node })
}

// cycle adds the nodes of a cycle, each of which waits for the next, and then what waits for them.
func (t *tree) cycle(first int) {
	var around []int
	for node := first; node >= 0 && !t.isIn[node]; {
		t.isIn[node] = true
		around = append(around, node)
		next := -1
		for i := range t.graph.Edges {
			if e := &t.graph.Edges[i]; e.Cycle && e.From == node {
				t.row(node, i, 0)
				next = e.To
				break
			}
		}
		node = next
	}
	for _, node := range around {
		t.below(node, 1)
	}
}

// add adds a node, which waits by an edge, or by none, and what waits for it.
func (t *tree) add(node, edge, depth int) {
	t.isIn[node] = true
	t.row(node, edge, depth)
	t.below(node, depth+1)
}

// below adds what waits for a node.
func (t *tree) below(node, depth int) {
	for i := range t.graph.Edges {
		if e := &t.graph.Edges[i]; e.To == node && !t.isIn[e.From] {
			t.add(e.From, i, depth)
		}
	}
}

// row adds the row of a node.
func (t *tree) row(node, edge, depth int) {
	n := &t.graph.Nodes[node]
	name := n.Name
	if n.Count > 1 {
		name = thousands(n.Count) + " × " + name
	}
	if depth > 0 {
		name = strings.Repeat("  ", min(depth-1, 8)) + "└ " + name
	}
	r := row{key: fmt.Sprint(n.Ref, " ", n.Count), texts: []string{"", name, ""}, to: toTask(n.TaskRef)}
	if edge >= 0 {
		e := &t.graph.Edges[edge]
		r.texts[2] = e.On + " of " + t.graph.Nodes[e.To].Name
		if e.Place != "" {
			r.texts[2] += ", taken at " + e.Place
		}
	}
	if n.Cycle {
		r.texts[0], r.style = "cycle", cell.Fault
	}
	t.list.rows = append(t.list.rows, r)
}
