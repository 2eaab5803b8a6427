package schedule

import (
	"maps"
	"slices"
)

// A turn is a step of a candidate and what comes until the next step: n is how many steps of the
// candidate are before it. The zero turn is before the first step. So what is drawn in a turn stays
// with it when others have their steps in another order, or draw less.
type turn struct {
	of ID
	n  int
}

// turns counts the steps of each candidate.
type turns struct {
	now   turn
	begun map[ID]int
}

// begin begins the next turn of a candidate.
func (t *turns) begin(id ID) {
	if t.begun == nil {
		t.begun = map[ID]int{}
	}
	t.now = turn{id, t.begun[id]}
	t.begun[id]++
}

// draws are the numbers that are drawn in each turn.
type draws map[turn][]uint32

// drawsOf returns those of a run.
func drawsOf(steps []Step) draws {
	d := draws{}
	var at turns
	for _, s := range steps {
		if s.ID == 0 {
			d[at.now] = append(d[at.now], s.I)
		} else {
			at.begin(s.ID)
		}
	}
	return d
}

// A draw is one of those of a turn, by its number.
type draw struct {
	in turn
	n  int
}

// loudOf returns the draws of a run that are not quiet.
func loudOf(steps []Step) (all []draw) {
	var at turns
	n := 0
	for _, s := range steps {
		if s.ID != 0 {
			at.begin(s.ID)
			n = 0
			continue
		}
		if s.I != 0 {
			all = append(all, draw{at.now, n})
		}
		n++
	}
	return all
}

// without returns d with the quiet outcome in some places.
func (d draws) without(quiet []draw) draws {
	d = maps.Clone(d)
	for _, q := range quiet {
		d[q.in] = slices.Clone(d[q.in])
		d[q.in][q.n] = 0
	}
	return d
}

// A drawer draws in each turn what was drawn in it, and the quiet outcome in one that there was not. It
// is a part of a strategy, which says when a turn begins.
type drawer struct {
	draws draws
	turns turns
	drawn int // in the present turn
}

func (d *drawer) begin(id ID) {
	d.turns.begin(id)
	d.drawn = 0
}

// Draw returns the number that was drawn.
func (d *drawer) Draw(n int) int {
	all := d.draws[d.turns.now]
	if d.drawn >= len(all) {
		return 0
	}
	i := int(all[d.drawn])
	d.drawn++
	if i >= n {
		return 0
	}
	return i
}

// Rank is 0: ranks do not matter.
func (*drawer) Rank() uint64 { return 0 }

// Tracks is false.
func (*drawer) Tracks() bool { return false }
