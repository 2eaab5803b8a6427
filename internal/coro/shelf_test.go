package coro

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"
)

// newShelved returns a pool with a shelf of its own.
func newShelved(s *shelf, max int) *Pool {
	p := NewPool(max)
	p.shelf = s
	return p
}

// endAll ends the coroutines that s keeps.
func (s *shelf) endAll(t *testing.T, goroutines int) {
	p := newShelved(s, 0)
	s.toEnd = 1 << 30
	var all []*Coro
	for len(s.idle) != 0 {
		all = append(all, p.Get())
	}
	for _, c := range all {
		p.Put(c)
	}
	p.Close()
	waitForGoroutines(t, goroutines)
}

func TestCoroutinesOfAClosedPoolServeTheNextPool(t *testing.T) {
	before := goroutines()
	s := &shelf{toEnd: 3, room: 100}
	const rounds, n = 50, 10
	made := map[*Coro]bool{}
	for range rounds {
		p := newShelved(s, 5)
		var out []*Coro
		for range n {
			c := p.Get()
			made[c] = true
			out = append(out, c)
			if r := c.Start(func(c *Coro) {}); r.State != Ended {
				t.Fatal(r.State)
			}
		}
		for _, c := range out {
			p.Put(c)
		}
		p.Close()
		if p.Out() != 0 {
			t.Fatalf("%d are out", p.Out())
		}
	}
	if len(made) != n+3 || len(s.idle) != n || s.given != (rounds-1)*n-3 {
		t.Errorf("%d made, %d kept, %d taken again; want %d, %d, %d", len(made), len(s.idle), s.given, n+3, n, (rounds-1)*n-3)
	}
	s.endAll(t, before)
}

func TestTheShelfHasABound(t *testing.T) {
	before := goroutines()
	s := &shelf{room: 7}
	p := newShelved(s, 0)
	var out []*Coro
	for range 20 {
		out = append(out, p.Get())
	}
	for _, c := range out {
		c.Start(func(*Coro) {})
		p.Put(c)
	}
	if len(s.idle) != 7 {
		t.Errorf("%d are kept, want 7", len(s.idle))
	}
	p.Close()
	s.endAll(t, before)
}

func TestCoroutinesParkedInEachOthersSlotsAreKeptInTheirOwn(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		before := goroutines()
		s := &shelf{toEnd: rnd.IntN(10), room: 5 + rnd.IntN(20)}
		p := newShelved(s, rnd.IntN(4))
		list := ring(t, p, 20)
		for _, i := range rnd.Perm(len(list)) {
			if r := list[i].Resume(); r.State != Ended {
				t.Fatalf("%d: state %v", i, r.State)
			}
			p.Put(list[i])
		}
		p.Close()
		if len(s.idle) == 0 {
			t.Fatalf("seed %d: none is kept", seed)
		}
		for _, c := range s.idle {
			if c.parkedIn != c || c.occupant != nil || c.index != 0 || c.moveTo != nil {
				t.Fatalf("seed %d: in its own slot %v, occupant %v, index %d", seed, c.parkedIn == c, c.occupant, c.index)
			}
		}
		q := newShelved(s, 3)
		for _, c := range ring(t, q, 20) { // some of them from the shelf
			c.Resume()
			q.Put(c)
		}
		q.Close()
		s.endAll(t, before)
	}
}

func TestTheGoroutineOfADeadCoroutineRunsItsSuccessor(t *testing.T) {
	before := goroutines()
	s := &shelf{room: 10}
	p := newShelved(s, 4)
	b := suspend(t, p, func(c *Coro) { c.Yield(); runtime.Goexit() })
	a := suspend(t, p, func(c *Coro) { c.Yield(); c.SwitchTo(b) })
	runAside(func() { a.Resume() }, func() {})
	a.Resume()
	p.Put(a)
	p.Close()
	if len(s.idle) != 2 || s.idle[0] == b || s.idle[1] == b || !b.Dead() {
		t.Errorf("%d are kept, want the one that lives and the successor of the other", len(s.idle))
	}
	s.endAll(t, before)
}

func TestAGoroutineThatWasToldToExitRunsMaxExitsMore(t *testing.T) {
	before := goroutines()
	s := &shelf{room: 10}
	gids := map[uintptr]int{}
	for n := range 3 * maxExits {
		p := newShelved(s, 1)
		c := p.Get()
		late := n%3 == 0
		var value any
		if runAside(func() {
			c.Start(func(c *Coro) {
				gids[c.Gid()]++
				defer func() {
					if late {
						lateOnPurpose(n)
					}
				}()
				runtime.Goexit()
			})
		}, func() { value = recover() }) || !c.Dead() {
			t.Fatalf("%d: Start has returned, or it lives: dead %v", n, c.Dead())
		}
		if l, ok := value.(*Late); ok != late || late && l.Value != n {
			t.Fatalf("%d: the resumer got %v", n, value)
		}
		d := p.Get() // a panic that is recovered, and a function that waits, work as before
		if r := d.Start(func(c *Coro) { gids[c.Gid()]++; c.Yield(); panic(n) }); r.State != Suspended {
			t.Fatalf("%d: %v", n, r.State)
		}
		if r := d.Resume(); r.State != Panicked || r.Value != n {
			t.Fatalf("%d: %v, %v", n, r.State, r.Value)
		}
		p.Put(d)
		p.Close()
		if p.Out() != 0 {
			t.Fatalf("%d: %d are out", n, p.Out())
		}
	}
	if len(gids) > 8 {
		t.Errorf("%d goroutines for %d functions", len(gids), 6*maxExits)
	}
	s.endAll(t, before)
}

func TestNoCoroutineGoesIntoABubbleOrOutOfIt(t *testing.T) {
	before := goroutines()
	s := &shelf{room: 10}
	p := newShelved(s, 0)
	outside := p.Get()
	p.Put(outside)
	synctest.Test(t, func(t *testing.T) { // fails when a goroutine of the bubble is left
		p := newShelved(s, 1)
		c := p.Get()
		if c == outside {
			t.Error("one from outside")
		}
		c.Start(func(*Coro) {})
		p.Put(c)
		p.Close()
	})
	if len(s.idle) != 1 || s.idle[0] != outside {
		t.Errorf("%d are kept, want the one from outside", len(s.idle))
	}
	p.Close()
	s.endAll(t, before)
}

func TestNothingIsKeptForLongPoolsWithoutTheRaceDetector(t *testing.T) {
	if !raceDetector && (theShelf != nil || theShelf.kept() != 0) {
		t.Error("there is a shelf")
	}
	if raceDetector && theShelf == nil {
		t.Error("there is none with it")
	}
}
