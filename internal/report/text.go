package report

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// maxGroups is how many groups of tasks a text has lines for.
const maxGroups = 50

// maxDepth is how deep a tree is indented.
const maxDepth = 24

// Text returns what the tasks do, n in all, which come in the order of their IDs, as
// lines. Below each group of tasks, indented, are those that they have spawned. Up to 12
// tasks have a line each, unless they have no IDs and are the same in all; of more, those
// that are alike are one group. At the most 50 groups are shown, the largest, in the
// order of their IDs, or of their numbers when they have no IDs; the last line says how
// many tasks are left out.
//
// tasks is gone through twice. Each time it may give the same *Task with other contents.
func Text(n int, tasks iter.Seq[*Task]) (lines []string) {
	g := newGrouper(n, tasks, false)
	shown := g.choose(maxGroups)
	tr := &tree{below: map[*group][]*group{}}
	left := n
	for _, at := range shown {
		up := at.up
		for up != nil && !up.shown {
			up = up.up
		}
		tr.below[up] = append(tr.below[up], at)
		left -= at.count
	}
	tr.write(nil, "", 0)
	if left > 0 {
		tr.lines = append(tr.lines, fmt.Sprintf("and %d more", left))
		if groups := len(g.order) - len(shown); groups < left {
			tr.lines[len(tr.lines)-1] += fmt.Sprintf(", in %d groups", groups)
		}
	}
	return tr.lines
}

// choose returns the groups to show, in the order in which to show siblings, and marks
// them. Those above a group are shown too, while there is room.
func (g *grouper) choose(limit int) []*group {
	if len(g.order) <= limit {
		for _, at := range g.order {
			at.shown = true
		}
		if !g.exact {
			slices.SortFunc(g.order, byID)
		}
		return g.order
	}
	var shown []*group
	for _, at := range largest(g.order, limit) {
		above := 0
		for up := at; up != nil && !up.shown && above <= limit-len(shown); up = up.up {
			above++
		}
		if len(shown)+above > limit {
			above = 1
		}
		for up := at; above > 0 && len(shown) < limit && !up.shown; above-- {
			up.shown = true
			shown = append(shown, up)
			up = up.up
			if up == nil {
				break
			}
		}
	}
	slices.SortFunc(shown, byID)
	return shown
}

// byID orders groups by the first of their tasks; those without IDs by size.
func byID(a, b *group) int {
	return cmp.Or(cmp.Compare(a.first, b.first), bySize(a, b))
}

// bySize orders groups, the largest first.
func bySize(a, b *group) int {
	return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.first, b.first), strings.Compare(a.key, b.key))
}

// largest returns the n largest groups, in order. It looks at each once, and keeps no
// more than twice as many.
func largest(groups []*group, n int) []*group {
	kept := make([]*group, 0, 2*n)
	for _, at := range groups {
		if len(kept) >= n && bySize(at, kept[n-1]) > 0 {
			continue // kept[:n] is in order: there are n that are larger
		}
		kept = append(kept, at)
		switch len(kept) {
		case n:
			slices.SortFunc(kept, bySize)
		case 2 * n:
			slices.SortFunc(kept, bySize)
			kept = kept[:n]
		}
	}
	slices.SortFunc(kept, bySize)
	return kept[:min(n, len(kept))]
}

// tree is groups while they become text.
type tree struct {
	below map[*group][]*group // those that are shown below each
	lines []string
}

func (tr *tree) write(up *group, indent string, depth int) {
	for _, at := range tr.below[up] {
		tr.group(at, indent)
		if depth < maxDepth {
			tr.write(at, indent+"    ", depth+1)
		} else {
			tr.write(at, indent, depth)
		}
	}
}

// group writes what the tasks of a group do.
func (tr *tree) group(g *group, indent string) {
	name, waits := g.text(false)
	head := indent
	switch {
	case g.count > 1:
		head += fmt.Sprintf("%d × ", g.count)
	case g.first != 0:
		head += fmt.Sprintf("#%d ", g.first)
	}
	head += name
	if g.sample.Cancelled {
		head += ", cancelled"
	}
	if g.sample.Spawned != "" {
		head += ", spawned at " + g.sample.Spawned
	}
	if g.up == nil && g.parents != 0 {
		if g.parent == g.parents {
			head += fmt.Sprintf(" by #%d, which has ended", g.parent)
		} else {
			head += " by tasks that have ended"
		}
	}
	if len(waits) == 0 {
		waits = []string{g.sample.doing()}
	} else {
		for i := range waits {
			waits[i] = "waits for " + waits[i]
		}
	}
	if g.count > 1 && len(waits) == 1 {
		tr.lines = append(tr.lines, head+": "+strings.TrimPrefix(waits[0], "waits for "))
		return
	}
	tr.lines = append(tr.lines, head)
	for _, w := range waits {
		tr.lines = append(tr.lines, indent+"  "+w)
	}
}

// doing says what a task does that does not say what it waits for.
func (t *Task) doing() string {
	if t.State == Waiting {
		return "waits for something that does not say what it is"
	}
	return t.State
}
