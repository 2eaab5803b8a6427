package coro

import (
	"sync"

	"github.com/edo-go/edo/internal/carried"
)

// A shelf keeps coroutines that no pool needs any more, for the next pool that needs one.
//
// There is a small one for short pools, see [NewShortPool], and a large one for all pools under the
// race detector. In Go 1.26 the runtime tells the
// detector of the end of a goroutine, but not of that of a coroutine: each that ends leaves
// 5 KB behind for ever, and some 90 when it has done much, for the detector remembers what a
// goroutine has read and written. A program that makes runtimes or mock tasks by the
// thousand, as tests do, would grow without bound.
//
// The first of them end as they do without the detector. So a test that counts goroutines, or
// looks for those that leak, finds what it expects, unless its program has ended so many by
// then.
//
// A coroutine dies of [runtime.Goexit], which cannot be taken back. But its deferred calls may
// run as long as they like: the goroutine stays in one of them, and runs another coroutine,
// the successor, on a stack that is some hundred bytes higher.
//
// A coroutine on the shelf is parked in its own slot. One that was made in a bubble of
// testing/synctest belongs to that bubble, which waits for its end: it is never kept. And
// a goroutine in a bubble gets none from the shelf.
type shelf struct {
	mu    sync.Mutex // guards the following
	toEnd int        // how many may end before any is kept
	room  int        // how many more may be kept
	idle  []*Coro
	given uint64 // how many were given to a pool
}

const (
	shelfEnd  = 2048 // some 200 MB of the detector's memory
	shelfRoom = 8192
)

// theShelf is nil without the race detector.
var theShelf = newShelf()

// shortShelf is that of the pools of [NewShortPool].
var shortShelf = &shelf{toEnd: shortEnd, room: shortRoom}

const (
	shortEnd  = 256
	shortRoom = 32
)

func newShelf() *shelf {
	if !raceDetector {
		return nil
	}
	return &shelf{toEnd: shelfEnd, room: shelfRoom}
}

// Kept returns how many coroutines the process keeps for pools that are still to come: without the
// race detector a few, of short pools.
func Kept() int { return theShelf.kept() + shortShelf.kept() }

func (s *shelf) kept() int {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.idle)
}

// maxExits is how often a goroutine may stay instead of exiting. The values that the
// functions before had on its stack stay alive with it.
const maxExits = 8

// mayKeep reports whether c may ever be kept. One whose function [Pool.Unwind] has ended would keep
// that function's stack, and so the whole simulation.
func (s *shelf) mayKeep(c *Coro) bool {
	return s != nil && !c.inBubble && !c.unwinds && c.exits != maxExits
}

// wants reports whether c, which has just died, should wait for a successor.
func (s *shelf) wants(c *Coro) bool {
	if !s.mayKeep(c) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.toEnd == 0 && s.room != 0
}

// newSuccessor returns a coroutine that has the slot and the goroutine of c, which is dead
// and parked in its own slot.
func (c *Coro) newSuccessor() *Coro {
	n := &Coro{slot: c.slot, self: c.self, inBubble: c.inBubble, exits: c.exits + 1}
	n.parkedIn = n
	c.pool, c.labels = nil, nil // c stays on the stack
	return n
}

// reserve reports whether c, which is idle or dead, is to be kept here instead of ending. If
// so it has reserved the room for add.
func (s *shelf) reserve(c *Coro) bool {
	if !s.mayKeep(c) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.toEnd > 0 {
		s.toEnd--
		return false
	}
	if s.room == 0 {
		return false
	}
	s.room--
	return true
}

// add keeps c, which is parked in its own slot, and belongs to no pool.
func (s *shelf) add(c *Coro) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = append(s.idle, c)
}

// remove removes the coroutine that was added last, for p; nil: there is none.
func (s *shelf) remove(p *Pool) *Coro {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.idle) - 1
	if n < 0 || !p.short && carried.InBubble() {
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
