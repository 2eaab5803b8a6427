package schedule

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
)

// A Kind says how a seed chooses.
type Kind uint8

// The kinds. A mixture is not used by a run: the seed draws one of the others.
const (
	Mixture Kind = iota
	Quiet
	Uniform
	Sticky
	PCT
	HeldBack
	Fresh
	Paced
)

var kinds = [...]string{"", "quiet", "uniform", "sticky", "pct", "held-back", "fresh", "paced"}

// String returns the name of k. That of a mixture is empty.
func (k Kind) String() string { return kinds[k] }

// KindOf returns the kind with a name.
func KindOf(name string) (Kind, error) {
	if i := slices.Index(kinds[:], name); i >= 0 {
		return Kind(i), nil
	}
	return 0, fmt.Errorf("there is no strategy %q: it must be %s, or empty for a mixture", name, strings.Join(kinds[1:], ", "))
}

// Seeded draws its choices from a seed. New strategies are drawn by the numbers that follow
// the choices, so that a seed which was kept stays the same run.
//
// Each strategy finds bugs that the others hardly ever meet:
//
//   - Uniform takes each candidate with the same probability. It finds bugs that need many
//     switches, in no special place.
//   - Sticky stays with the task that ran last, with a probability that the run draws. It
//     finds bugs that need several switches with long stretches in between.
//   - PCT gives each task a random rank, runs the one with the highest, and lowers the rank of
//     the one that runs at one to three random points. It finds each bug that needs so few
//     switches with a probability that does not fall exponentially with their distance.
//     Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized Scheduler with
//     Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.
//   - HeldBack runs one of the candidates not at all for a while, and chooses uniformly
//     otherwise. It finds bugs in which one task is late by many steps of the others.
//   - Fresh draws a rank for each operation and runs the highest, so that an operation that
//     has been passed over stays behind. It is the basic form of partial order sampling: Yuan,
//     Yang and Gu, "Partial Order Aware Concurrency Sampling", CAV 2018.
//   - Paced gives each task a pace, and draws all paces anew now and then. It finds bugs that need
//     many switches while one task is faster than another.
type Seeded struct {
	source rand.PCG
	seed   uint64
	kind   Kind

	stay    uint64 // Sticky: with what probability the task that ran last runs on, in 2^-64
	change  uint64 // PCT, HeldBack: with what probability a choice is a change, in 2^-64
	changes int    // PCT: how many are left
	low     uint64 // PCT: the next rank below all others
	held    ID     // HeldBack: the candidate that does not run
	holds   int    // HeldBack: for how many more choices
	longest int    // HeldBack: how long one is held at the most
	paces   uint32 // Paced: how often they were drawn
}

// The constants of the streams that one seed makes. Each is one half of the state of a PCG.
const choiceStream = 0x9e3779b97f4a7c15

// patience is for how many choices a candidate is passed over before it runs without a
// choice. A strategy that starves a task for ever would run a loop that waits for that task
// for ever, which the real scheduler does not.
const patience = 2000

// NewSeeded returns the strategy of a kind and a seed.
func NewSeeded(k Kind, seed uint64) *Seeded {
	s := &Seeded{}
	s.Init(k, seed)
	return s
}

// Init makes s the strategy of a kind and a seed.
func (s *Seeded) Init(k Kind, seed uint64) {
	*s = Seeded{kind: k, seed: seed, source: *rand.NewPCG(seed, choiceStream)}
	if k == Mixture {
		s.kind = mixture[s.draw(len(mixture))]
	}
	switch s.kind {
	case Sticky:
		s.stay = -(uint64(1) << (63 - s.draw(5))) // 1/2, 3/4, … 31/32
	case PCT:
		s.changes = 1 + s.draw(3)
		s.change = 1 << (62 - s.draw(8)) // 1/4 … 1/512
		s.low = 1 << 32
	case HeldBack:
		s.change = 1 << (63 - s.draw(6)) // 1/2 … 1/64
		s.longest = 8 << s.draw(6)       // 8 … 256
	case Paced:
		s.change = 1 << (62 - s.draw(5)) // 1/4 … 1/64
		s.paces = uint32(s.draw(1 << 16))
	}
}

// mixture has the strategies of a mixture, each as often as it is drawn.
var mixture = [...]Kind{
	Uniform, Uniform, Uniform, Uniform, Uniform, Uniform, Uniform, PCT, PCT, Uniform, HeldBack, PCT, Sticky, Uniform, Fresh, Paced,
}

// Kind returns the strategy that the seed has drawn.
func (s *Seeded) Kind() Kind { return s.kind }

// Seed returns the seed.
func (s *Seeded) Seed() uint64 { return s.seed }

// draw returns a number from 0 to n-1. A seed that was kept must give the same run under every
// version of Go. Go promises that for PCG itself, and not for the functions built on it, so
// draw does not use them. Its bias is n in 2^64.
func (s *Seeded) draw(n int) int {
	if n == 1 {
		return 0
	}
	hi, _ := bits.Mul64(s.source.Uint64(), uint64(n))
	return int(hi)
}

// Draw returns a number from 0 to n-1.
func (s *Seeded) Draw(n int) int { return s.draw(n) }

// Rank returns the rank of a new candidate: above all that were lowered.
func (s *Seeded) Rank() uint64 {
	if s.kind != PCT && s.kind != Fresh {
		return 0
	}
	return s.source.Uint64() | 1<<63
}

// Tracks is false.
func (*Seeded) Tracks() bool { return false }

// Choose chooses one of c.
func (s *Seeded) Choose(c Candidates) int {
	n := c.Len()
	if n == 1 {
		return 0
	}
	if s.kind != Uniform && c.Waited() > patience {
		return oldest(c)
	}
	switch s.kind {
	case Quiet:
		return 0
	case Sticky:
		return s.chooseSticky(c)
	case PCT:
		return s.choosePCT(c)
	case HeldBack:
		return s.chooseHeldBack(c)
	case Fresh:
		return s.chooseFresh(c)
	case Paced:
		return s.choosePaced(c)
	}
	return s.draw(n)
}

// oldest returns the candidate that has waited for longest.
func oldest(c Candidates) int {
	if c.Continues() {
		return 1
	}
	return 0
}

func (s *Seeded) chooseSticky(c Candidates) int {
	if last, gaveWay := c.Last(); last >= 0 && !gaveWay && s.source.Uint64() < s.stay {
		return last
	}
	return s.draw(c.Len())
}

// choosePCT lowers the task that runs at a change, and also when it gives way: a task that
// waits for another one in a loop does so, and would keep that from running.
func (s *Seeded) choosePCT(c Candidates) int {
	if last, gaveWay := c.Last(); gaveWay && last >= 0 {
		s.lower(c, last)
	}
	i := c.Highest()
	if s.changes > 0 && s.source.Uint64() < s.change {
		s.changes--
		s.lower(c, i)
		i = c.Highest()
	}
	return i
}

// lower gives a candidate a rank below all others.
func (s *Seeded) lower(c Candidates, i int) {
	s.low--
	c.SetRank(i, s.low)
}

func (s *Seeded) chooseHeldBack(c Candidates) int {
	n := c.Len()
	if s.holds == 0 && s.source.Uint64() < s.change {
		s.held = c.ID(s.draw(n))
		s.holds = 1 + s.draw(s.longest)
	}
	i := s.draw(n)
	if s.holds > 0 {
		s.holds--
		if c.ID(i) == s.held {
			i = (i + 1 + s.draw(n-1)) % n
		}
	}
	return i
}

// chooseFresh gives the operation that follows the chosen one a new rank.
func (s *Seeded) chooseFresh(c Candidates) int {
	i := c.Highest()
	c.SetRank(i, s.source.Uint64()|1<<63)
	return i
}

// maxPace is the highest pace of a task; the lowest is 1, and each is a power of 2.
const maxPace = 16

// choosePaced takes a candidate with a probability that grows with its pace. It draws one and
// refuses it, the slower the more often: so it costs the same for many candidates.
func (s *Seeded) choosePaced(c Candidates) int {
	if s.source.Uint64() < s.change {
		s.paces++
	}
	n := c.Len()
	i := s.draw(n)
	for range 2 * maxPace {
		pace := 1 << (uint64(c.ID(i).Child(s.paces)) % 5)
		if s.draw(maxPace) < pace {
			break
		}
		i = s.draw(n)
	}
	return i
}
