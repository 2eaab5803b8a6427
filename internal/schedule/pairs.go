package schedule

import "math/rand/v2"

// Pairs counts the pairs of steps of two tasks that have followed each other. A step is known
// by its task and by how many steps the task had done.
type Pairs struct {
	seen [pairWords]uint64 // a bit for each pair, by a hash
	all  int
	of   ID     // the task of the step that came last
	step uint32 // the number of that
	New  int
}

const pairWords = 1 << 10

// Begin begins a run.
func (p *Pairs) Begin() { p.of, p.step, p.New = 0, 0, 0 }

// Len returns how many pairs there have been.
func (p *Pairs) Len() int { return p.all }

// add counts a step of a task, which has done so many before it.
func (p *Pairs) add(id ID, steps int) {
	step := uint32(min(steps, 1<<10))
	if p.of != 0 && p.of != id {
		h := uint64(p.of.Child(p.step).Child(uint32(id.Child(step))))
		bit := uint64(1) << (h & 63)
		if w := &p.seen[h>>6%pairWords]; *w&bit == 0 {
			*w |= bit
			p.all++
			p.New++
		}
	}
	p.of, p.step = id, step
}

// A Corpus keeps the schedules of runs that have reached new pairs, and proposes others that are
// like them.
type Corpus struct {
	Pairs Pairs
	kept  []Choices
	next  int // the one that a new schedule replaces when there is no room
}

// maxCorpus is how many schedules a corpus keeps.
const maxCorpus = 256

// Add keeps a schedule that has reached something new.
func (c *Corpus) Add(of Choices) {
	if len(of) == 0 {
		return
	}
	if len(c.kept) < maxCorpus {
		c.kept = append(c.kept, of)
		return
	}
	c.kept[c.next] = of
	c.next = (c.next + 1) % maxCorpus
}

// Len returns how many schedules are kept.
func (c *Corpus) Len() int { return len(c.kept) }

// Propose returns a strategy that begins as a schedule of the corpus, and goes on as then does;
// or one with a few changes in the middle. The corpus must not be empty.
func (c *Corpus) Propose(r *rand.Rand, then Strategy) Strategy {
	base := c.kept[r.IntN(len(c.kept))]
	if r.IntN(2) == 0 {
		return &Follow{Choices: base[:r.IntN(len(base)+1)], Then: then}
	}
	changed := append(Choices(nil), base...)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(changed))
		switch r.IntN(3) {
		case 0:
			changed[at] = 0
		case 1:
			changed[at]++
		default: // later by one
			other := min(at+1, len(changed)-1)
			changed[at], changed[other] = changed[other], changed[at]
		}
	}
	return &Follow{Choices: changed, Then: then}
}
