package schedule

import (
	"maps"
	"slices"
)

// An order is a run as the candidates in the order of their steps, and what was drawn in the turn of
// each. Where another order is made of it, each candidate still draws what it drew.
type order struct {
	ids   []ID
	draws map[turn][]uint32
}

// A turn is a step of a candidate and what comes until the next step: n is how many steps of the
// candidate are before it. The zero turn is before the first step.
type turn struct {
	of ID
	n  int
}

// orderOf returns the order of a run.
func orderOf(steps []Step) order {
	o := order{draws: map[turn][]uint32{}}
	var at turns
	for _, s := range steps {
		if s.ID == 0 {
			o.draws[at.now] = append(o.draws[at.now], s.I)
		} else {
			o.ids = append(o.ids, s.ID)
			at.begin(s.ID)
		}
	}
	return o
}

// with returns o with its steps in another order.
func (o order) with(ids []ID) order { return order{ids, o.draws} }

// loud returns the draws that are not quiet, in the order of a run.
func (o order) loud() (all []draw) {
	var at turns
	for i := -1; i < len(o.ids); i++ {
		if i >= 0 {
			at.begin(o.ids[i])
		}
		for j, d := range o.draws[at.now] {
			if d != 0 {
				all = append(all, draw{at.now, j})
			}
		}
	}
	return all
}

// A draw is one of those of a turn, by its number.
type draw struct {
	in turn
	n  int
}

// without returns o with quiet outcomes in the place of draws.
func (o order) without(quiet []draw) order {
	draws := maps.Clone(o.draws)
	for _, d := range quiet {
		draws[d.in] = slices.Clone(draws[d.in])
		draws[d.in][d.n] = 0
	}
	return order{o.ids, draws}
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

// FollowOrder follows an order as far as its candidates exist: one that there is not when its turn
// comes is left out. What was drawn in a turn is drawn again in it, and in one that the order has not
// the quiet outcome.
type FollowOrder struct {
	of    order
	at    int // in of.ids
	turns turns
	drawn int // in the present turn
}

// Choose returns the candidate whose turn it is, and the quiet one when no turn is left.
func (f *FollowOrder) Choose(c Candidates) int {
	i := f.next(c)
	f.turns.begin(c.ID(i))
	f.drawn = 0
	return i
}

func (f *FollowOrder) next(c Candidates) int {
	for f.at < len(f.of.ids) {
		id := f.of.ids[f.at]
		f.at++
		for i := range c.Len() {
			if c.ID(i) == id {
				return i
			}
		}
	}
	return 0
}

// Draw returns the number that was drawn.
func (f *FollowOrder) Draw(n int) int {
	draws := f.of.draws[f.turns.now]
	if f.drawn >= len(draws) {
		return 0
	}
	i := int(draws[f.drawn])
	f.drawn++
	if i >= n {
		return 0
	}
	return i
}

// Rank is 0: ranks do not matter.
func (*FollowOrder) Rank() uint64 { return 0 }

// Tracks is false.
func (*FollowOrder) Tracks() bool { return false }
