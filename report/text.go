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

// linesOf returns what n tasks do, as lines. The tasks come in the order of their IDs.
// Below each group, indented, are the groups of the tasks that it has spawned. Up to
// maxSingle tasks have a line each, unless they have no IDs and are equal; of more, tasks
// that are alike are one group. At most maxGroups groups are shown, the largest, in the
// order of their IDs, or of their sizes if they have no IDs. The last line counts the tasks
// that are left out.
//
// linesOf iterates over tasks twice. The iterator may yield one *Task again and again, with
// new contents.
func linesOf(n int, tasks iter.Seq[*Task]) (lines []string) {
	g := newGrouper(n, tasks, false)
	shown := g.chooseShown(maxGroups)
	tr := &tree{below: map[*group][]*group{}}
	left := n
	for _, one := range shown {
		above := one.above
		for above != nil && !above.isShown {
			above = above.above
		}
		tr.below[above] = append(tr.below[above], one)
		left -= one.count
	}
	tr.writeBelow(nil, "", 0)
	if left > 0 {
		tr.lines = append(tr.lines, fmt.Sprintf("and %d more", left))
		if groups := len(g.order) - len(shown); groups < left {
			tr.lines[len(tr.lines)-1] += fmt.Sprintf(", in %d groups", groups)
		}
	}
	return tr.lines
}

// chooseShown returns the groups to show, in the order of siblings, and marks them. The
// groups above a group are shown too, while the limit allows it.
func (g *grouper) chooseShown(limit int) []*group {
	if len(g.order) <= limit {
		for _, one := range g.order {
			one.isShown = true
		}
		if !g.isExact {
			slices.SortFunc(g.order, byID)
		}
		return g.order
	}
	var shown []*group
	for _, one := range largest(g.order, limit) {
		toShow := 0 // the group, and those above it
		for next := one; next != nil && !next.isShown && toShow <= limit-len(shown); next = next.above {
			toShow++
		}
		if len(shown)+toShow > limit {
			toShow = 1
		}
		for next := one; toShow > 0 && len(shown) < limit && !next.isShown; toShow-- {
			next.isShown = true
			shown = append(shown, next)
			next = next.above
			if next == nil {
				break
			}
		}
	}
	slices.SortFunc(shown, byID)
	return shown
}

// byID orders groups by their first ID; groups without IDs by size.
func byID(a, b *group) int {
	return cmp.Or(cmp.Compare(a.firstID, b.firstID), bySize(a, b))
}

// bySize orders groups, the largest first.
func bySize(a, b *group) int {
	return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.firstID, b.firstID), strings.Compare(a.key, b.key))
}

// largest returns the n largest groups, in order. It looks at each group once, and keeps at
// most 2n of them.
func largest(groups []*group, n int) []*group {
	kept := make([]*group, 0, 2*n)
	for _, one := range groups {
		if len(kept) >= n && bySize(one, kept[n-1]) > 0 {
			continue // kept[:n] is sorted: n groups are larger
		}
		kept = append(kept, one)
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

// tree is the groups that are shown, while they become lines.
type tree struct {
	below map[*group][]*group // the groups that are shown below each group
	lines []string
}

// writeBelow writes the groups below a group.
func (tr *tree) writeBelow(above *group, indent string, depth int) {
	for _, one := range tr.below[above] {
		tr.writeGroup(one, indent)
		if depth < maxDepth {
			tr.writeBelow(one, indent+"    ", depth+1)
		} else {
			tr.writeBelow(one, indent, depth)
		}
	}
}

// writeGroup writes what the tasks of a group do.
func (tr *tree) writeGroup(g *group, indent string) {
	name, waits := g.text(false)
	head := indent
	switch {
	case g.count > 1:
		head += fmt.Sprintf("%d × ", g.count)
	case g.firstID != 0:
		head += fmt.Sprintf("#%d ", g.firstID)
	}
	head += name
	if g.sample.Cancelled {
		head += ", cancelled"
	}
	if g.sample.Spawned != "" {
		head += ", spawned at " + g.sample.Spawned
	}
	if g.above == nil && g.lastParent != 0 {
		if g.firstParent == g.lastParent {
			head += fmt.Sprintf(" by #%d, which has ended", g.firstParent)
		} else {
			head += " by tasks that have ended"
		}
	}
	if len(waits) == 0 {
		waits = []string{g.sample.stateText()}
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

// stateText returns what a task does that has no known waits.
func (t *Task) stateText() string {
	if t.State == Waiting {
		return "waits for something that does not say what it is"
	}
	return t.State
}
