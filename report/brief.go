package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// maxBrief is how many groups a line names.
const maxBrief = 5

// briefOf returns what n tasks do, in one line: "299 × main.(*server).handle: socket: read;
// main.flush, cancelled, still running; and 3 more". Groups of cancelled tasks come first,
// then the largest. The texts of the waits have no details.
func briefOf(n int, tasks iter.Seq[*Task]) string {
	g := newGrouper(n, tasks, true)
	slices.SortFunc(g.order, func(a, b *group) int {
		if a.sample.Cancelled != b.sample.Cancelled {
			if a.sample.Cancelled {
				return -1
			}
			return 1
		}
		return bySize(a, b)
	})
	var parts []string
	left := n
	for _, one := range g.order[:min(len(g.order), maxBrief)] {
		parts = append(parts, one.brief())
		left -= one.count
	}
	if left > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", left))
	}
	return strings.Join(parts, "; ")
}

// brief returns what the group does, for a line that names several groups.
func (g *group) brief() string {
	name, waits := g.text(true)
	if g.count > 1 {
		name = fmt.Sprintf("%d × %s", g.count, name)
	}
	if more := len(waits) - 1; more > 0 {
		waits[0] += fmt.Sprintf(", or %d more", more)
	}
	switch {
	case len(waits) != 0 && g.sample.Cancelled:
		return name + ", cancelled, still waits for " + waits[0]
	case len(waits) != 0:
		return name + ": " + waits[0]
	case g.sample.Cancelled && g.sample.State == Waiting:
		return name + ", cancelled, still waits"
	case g.sample.Cancelled:
		return name + ", cancelled, still " + g.sample.State
	case g.sample.State == Waiting:
		return name + ": waits"
	}
	return name + ": " + g.sample.State
}

// withoutDetails cuts the text of a wait before its details: before a bracket behind a
// space, a comma, or an address. A bracket in a name, such as pkg.(*T).f, is no detail.
func withoutDetails(on string) string {
	on = clip(on)
	for _, detail := range [...]string{" (", ","} {
		on, _, _ = strings.Cut(on, detail)
	}
	var room [16]slot
	for _, s := range slotsOf(room[:0], on) {
		if s.kind == address {
			on = on[:s.from]
			break
		}
	}
	on = strings.TrimSpace(on)
	for _, word := range [...]string{" from", " to", " at"} {
		on = strings.TrimSuffix(on, word)
	}
	return on
}

// remainingText returns the line about the n tasks that keep a program from ending: their
// number, since when ("the interrupt 1 s ago"), what they do, and the way to end them ("a
// second signal ends them").
func remainingText(n int, tasks iter.Seq[*Task], since, way string) string {
	have := "tasks have"
	if n == 1 {
		have = "task has"
	}
	text := fmt.Sprintf("edo: %d %s not ended since %s: %s", n, have, since, briefOf(n, tasks))
	if way != "" {
		text += "; " + way
	}
	return text
}
