package coro

import (
	"sync"

	"github.com/edo-go/edo/internal/carried"
)

// A shelf keeps coroutines that no pool wants any more, for the next pool that needs one.
//
// There is one, and only under the race detector. In Go 1.26 the runtime tells the
// detector of the end of a goroutine, but not of that of a coroutine: each that ends leaves
// 5 KB behind for ever, and some 90 when it has done much, for the detector remembers what a
// goroutine has read and written. A program that makes runtimes or mock tasks by the
// thousand, as tests do, would grow without bound.
//
// The first of them end as they do without the detector. So a test that counts goroutines, or
// looks for those that leak, finds what it expects, unless its program has ended so many by
// then.
//
// A coroutine dies of [runtime.Goexit], which cannot be taken back. But the calls that it has
// deferred may go on as long as they like: the goroutine stays in one of them, and serves
// another coroutine, the heir, on a stack that is some hundred bytes higher.
//
// A coroutine on the shelf stands at its own place. One that was made in a bubble of
// testing/synctest belongs to that bubble, which waits for its end: it is never kept. And
// nobody in a bubble is given one.
type shelf struct {
	mu    sync.Mutex // guards the following
	end   int        // how many may end before any is kept
	room  int        // how many more may be kept
	idle  []*Coro
	given uint64 // how many were taken
}

const (
	shelfEnd  = 2048 // some 200 MB of the detector's memory
	shelfRoom = 8192
)

// theShelf is nil without the race detector.
var theShelf = newShelf()

func newShelf() *shelf {
	if !detected {
		return nil
	}
	return &shelf{end: shelfEnd, room: shelfRoom}
}

// Kept returns how many coroutines the process keeps for pools that are still to come: none
// without the race detector.
func Kept() int {
	if theShelf == nil {
		return 0
	}
	theShelf.mu.Lock()
	defer theShelf.mu.Unlock()
	return len(theShelf.idle)
}

// maxExits is how often a goroutine may stay although it was told to exit. What the
// functions before had at hand stays with it, on its stack.
const maxExits = 8

// wants says whether c, which has just died, should wait for an heir.
func (s *shelf) wants(c *Coro) bool {
	if s == nil || c.bubbled || c.exits == maxExits {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end == 0 && s.room != 0
}

// inherit returns a coroutine that has the place and the goroutine of c, which is dead and
// stands at its own place.
func (c *Coro) inherit() *Coro {
	h := &Coro{place: c.place, self: c.self, bubbled: c.bubbled, exits: c.exits + 1}
	h.at = h
	c.pool, c.labels = nil, nil // c stays on the stack
	return h
}

// keeps says whether c, which is idle, or dead, is to be put here instead of ending.
func (s *shelf) keeps(c *Coro) bool {
	if s == nil || c.bubbled || c.exits == maxExits {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end > 0 {
		s.end--
		return false
	}
	if s.room == 0 {
		return false
	}
	s.room--
	return true
}

// put keeps c, which stands at its own place, and belongs to no pool.
func (s *shelf) put(c *Coro) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = append(s.idle, c)
}

// take takes out the one put last, for p; nil: there is none.
func (s *shelf) take(p *Pool) *Coro {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.idle) - 1
	if n < 0 || carried.InBubble() {
		return nil
	}
	c := s.idle[n]
	s.idle[n] = nil
	s.idle = s.idle[:n]
	s.room++
	s.given++
	c.pool = p
	return c
}
