package schedule

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var allBugs = flag.Bool("bugs", false, "look for all bugs of the table with each strategy, and print the table")

// A bug is a condition on the order of the steps of some tasks. The tables of this file say
// which strategy finds which kinds of bugs.
type bug struct {
	tasks, steps int
	found        func(r *race) bool
}

// race is a run of tasks: at[t][k] is when the step k of task t came, from 0 on.
type race struct {
	at    [4][128]int
	done  [4]int
	total int

	steps, last int
	ranks       [4]uint64
	since       [4]int
	order       [4]int
	n           int
}

func (r *race) run(b *bug, s Strategy) bool {
	*r = race{steps: b.steps, last: -1}
	for t := range b.tasks {
		r.ranks[t] = s.Rank()
		r.order[t] = t
	}
	r.n = b.tasks
	for r.n > 0 {
		i := s.Choose(r)
		t := r.order[i]
		r.at[t][r.done[t]] = r.total
		r.done[t]++
		r.total++
		// The task that runs is the first candidate, and leaves when it has ended.
		if r.last >= 0 && r.last != t && r.done[r.last] < b.steps {
			copy(r.order[:], r.order[1:r.n]) // the one that is left waits behind the others
			r.order[r.n-1] = r.last
			r.since[r.last] = r.total
			i--
		}
		copy(r.order[i:], r.order[i+1:r.n])
		r.n--
		r.last = t
		if r.done[t] < b.steps {
			copy(r.order[1:], r.order[:r.n])
			r.order[0] = t
			r.n++
		}
	}
	return b.found(r)
}

func (r *race) Len() int        { return r.n }
func (r *race) Continues() bool { return r.last >= 0 && r.done[r.last] < r.steps }
func (r *race) ID(i int) ID     { return ID(1 + r.order[i]) }
func (r *race) Last() (int, bool) {
	if r.Continues() {
		return 0, false
	}
	return -1, false
}
func (r *race) Waited() int { return 0 }
func (r *race) Highest() (best int) {
	for i := 1; i < r.n; i++ {
		if r.ranks[r.order[i]] > r.ranks[r.order[best]] {
			best = i
		}
	}
	return best
}
func (r *race) SetRank(i int, rank uint64)  { r.ranks[r.order[i]] = rank }
func (r *race) Steps(i int) int             { return r.done[r.order[i]] }
func (*race) Objects(int) (_ []any, _ bool) { return nil, false }

// A row is a kind of bugs.
type row struct {
	name string
	draw func(r *rand.Rand) *bug
}

var rows = []row{
	{"depth 5 among 20 points", func(r *rand.Rand) *bug {
		// At five points of the one task the other is between two points that are near to each other.
		p, q := increasing(r, 5, 8), increasing(r, 5, 10)
		slack := [5]int{}
		for i := range slack {
			slack[i] = 1 + min(1, r.IntN(3))
		}
		return &bug{2, 10, func(r *race) bool {
			for i := range p {
				if at := r.at[1][q[i]]; at < r.at[0][p[i]] || at > r.at[0][p[i]+slack[i]] {
					return false
				}
			}
			return true
		}}
	}},
	{"held back for 16 steps", func(r *rand.Rand) *bug {
		victim, at := r.IntN(2), 1+r.IntN(8)
		return &bug{2, 24, func(r *race) bool { return r.at[victim][at]-r.at[victim][at-1] > 16 }}
	}},
	{"2 switches among 100 points", func(r *rand.Rand) *bug {
		// All steps of one task come between two neighbouring steps of the other.
		first, p := r.IntN(2), r.IntN(49)
		return &bug{2, 50, func(r *race) bool {
			return r.at[1-first][0] > r.at[first][p] && r.at[1-first][49] < r.at[first][p+1]
		}}
	}},
}

// increasing returns n different numbers below limit, in order.
func increasing(r *rand.Rand, n, limit int) []int {
	all := r.Perm(limit)[:n]
	for i := range all {
		for k := i; k > 0 && all[k] < all[k-1]; k-- {
			all[k], all[k-1] = all[k-1], all[k]
		}
	}
	return all
}

// search returns the number of the first run of a kind of strategy that finds the bug, or 0. feedback
// has it vary schedules that have reached something new, as an exploration does.
func search(b *bug, k Kind, feedback bool, runs int, from uint64) int {
	var c Corpus
	var r race
	for n := range uint64(runs) {
		seeded := NewSeeded(k, from+n)
		var s Strategy = seeded
		if feedback && n%16 == 15 && c.Len() > 0 {
			s = c.Propose(rand.New(rand.NewPCG(n, 1)), seeded)
		}
		if feedback {
			c.Pairs.Begin()
			record := &Record{Of: s, Pairs: &c.Pairs}
			found := r.run(b, record)
			if found {
				return int(n) + 1
			}
			if c.Pairs.New > 0 {
				c.Add(record.Choices())
			}
		} else if r.run(b, s) {
			return int(n) + 1
		}
	}
	return 0
}

// count returns how many of so many bugs of a row are found within 10,000 runs.
func count(w row, k Kind, feedback bool, bugs int) (found int) {
	for i := range bugs {
		if search(w.draw(rand.New(rand.NewPCG(uint64(i), 7))), k, feedback, 10_000, uint64(i)*1_000_000) != 0 {
			found++
		}
	}
	return found
}

func TestTheMixtureFindsWhatEachStrategyMisses(t *testing.T) {
	bugs, least := 40, 39
	if testing.Short() {
		bugs, least = 10, 9
	}
	for _, w := range rows {
		if n := count(w, Mixture, true, bugs); n < least {
			t.Errorf("%s: the mixture finds %d of %d", w.name, n, bugs)
		}
	}
}

func TestTheTableOfBugs(t *testing.T) {
	if !*allBugs {
		t.Skip("for -bugs")
	}
	var text strings.Builder
	for _, w := range rows {
		fmt.Fprintf(&text, "%-36s", w.name)
		for k := Uniform; k <= Paced; k++ {
			fmt.Fprintf(&text, " %v %d,", k, count(w, k, false, 40))
		}
		fmt.Fprintf(&text, " mixture %d, with feedback %d\n", count(w, Mixture, false, 40), count(w, Mixture, true, 40))
	}
	t.Logf("found of 40:\n%s", &text)
}
