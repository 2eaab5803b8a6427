package poller

import (
	"runtime"
	"sync"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant"
)

// A connection that was not closed, and that no goroutine can reach, was forgotten: it is
// closed and reported. The collector alone knows which one is, and a cleanup, by which it
// tells, takes some 100 bytes and a microsecond for each object that has one. So nearly no
// handle has a cleanup. That of an idle connection needs none: a task waits there, the task
// can be reached, and it refers to the handle.
//
//	a handle is  by the source   the collector finds it            changed by
//	held         referred to     never                             a look → let go
//	let go       not referred to when no goroutine can reach it,   HoldHandle → held
//	                             by its cleanup                    remove → the cleanup is stopped
//
// Rules:
//
//  1. After each collection a look goes over the sources, of at most partOfLook chunks of the
//     table. It marks a source as untouched. An operation that begins removes the mark.
//  2. A look that finds the mark, and neither a waiter nor an operation, lets the handle go.
//     So a forgotten connection is found by the third collection after its last operation.
//  3. A look that finds the mark and a waiter lets nothing go. But a task may have given its
//     operation up without a word, and then its handle. So in one round of wakeEvery the
//     waiters are woken: a task that still waits becomes a waiter again, and from the others
//     rule 2 takes the handle.
//  4. HoldHandle holds a handle again that was let go, when an operation waits.
//  5. A handle is let go, and held again, under mu, with its cleanup. A look that has let one
//     go loads the state afterwards, and closing a source sets a bit of the state and loads
//     the handle afterwards: so one of the two removes the cleanup.

// handles is how a poller looks for handles that were forgotten.
type handles struct {
	mu       sync.Mutex                  // guards the following
	found    func(driver.Conn)           // for a handle that the collector has found
	isAsked  bool                        // the next collection is followed by a look
	cleanups map[*Source]runtime.Cleanup // of the handles that were let go

	looking sync.Mutex // held by a look, guards the following
	next    int        // the chunk where the next look begins
	round   int        // how often all chunks have been looked at
}

const (
	partOfLook = 8  // chunks: 4,096 descriptors
	wakeEvery  = 32 // rounds; a divisor of chunkSize
)

// HoldHandle keeps h, what the program has of s, alive while a task waits for s. found is
// called, on a goroutine of the collector's, when s was not closed and no goroutine can reach
// h. It is called again whenever an operation of s has to wait.
func (s *Source) HoldHandle(h *driver.Handle, found func(driver.Conn)) {
	if s.handle.Load() != h {
		s.poller.holdHandle(s, h, found)
	}
}

func (p *Poller) holdHandle(s *Source, h *driver.Handle, found func(driver.Conn)) {
	hs := &p.handles
	hs.mu.Lock()
	defer hs.mu.Unlock()
	hs.stopCleanup(s)
	s.handle.Store(h)
	if hs.found = found; !hs.isAsked {
		hs.isAsked = true
		p.askCollector()
	}
}

// stopCleanup stops the cleanup of s, if it has one. mu is held.
func (hs *handles) stopCleanup(s *Source) {
	if c, ok := hs.cleanups[s]; ok {
		c.Stop()
		delete(hs.cleanups, s)
	}
}

// remove forgets the handle of s, which is closed. A source that holds its handle has no
// cleanup (rule 5).
func (hs *handles) remove(s *Source) {
	if s.handle.Load() == nil {
		hs.mu.Lock()
		hs.stopCleanup(s)
		hs.mu.Unlock()
	}
}

// garbage is what the next collection finds.
type garbage struct{ _ *Poller }

// askCollector has the next collection followed by a look.
func (p *Poller) askCollector() { runtime.AddCleanup(&garbage{}, (*Poller).hasCollected, p) }

// hasCollected is called after each collection, on a goroutine of the collector's.
func (p *Poller) hasCollected() {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if !closed {
		p.lookAtHandles()
		p.askCollector()
	}
}

// lookAtHandles looks at a part of the sources (rule 1).
func (p *Poller) lookAtHandles() {
	chunks, hs := p.sources.chunks.Load(), &p.handles
	if chunks == nil {
		return
	}
	hs.looking.Lock()
	defer hs.looking.Unlock()
	for range min(len(*chunks), partOfLook) {
		if hs.next >= len(*chunks) {
			hs.next = 0
			hs.round++
		}
		if c := (*chunks)[hs.next]; c != nil {
			for i := range c {
				if s := c[i].Load(); s != nil {
					s.lookAtHandle((i+hs.round)%wakeEvery == 0)
				}
			}
		}
		hs.next++
	}
}

// lookAtHandle looks at the handle of s. wakes says that it is the round of s (rule 3).
func (s *Source) lookAtHandle(wakes bool) {
	h, state := s.handle.Load(), s.state.Load()
	switch {
	case h == nil || state&closed != 0:
	case state&untouched == 0: // rule 1
		s.state.Or(untouched)
	case s.hasWaiters(): // rule 3
		if wakes {
			s.Wake(driver.Reading)
			s.Wake(driver.Writing)
		}
	case state < oneOperation: // rule 2
		s.poller.handles.letGo(s, h)
	}
}

func (s *Source) hasWaiters() bool {
	return s.waiters[driver.Reading].Load() != nil || s.waiters[driver.Writing].Load() != nil ||
		s.overflows(driver.Reading) || s.overflows(driver.Writing)
}

// letGo lets h go, the handle of s.
func (hs *handles) letGo(s *Source, h *driver.Handle) {
	if invariant.Enabled {
		invariant.Step("Source.letGo: before")
	}
	hs.mu.Lock()
	if s.handle.CompareAndSwap(h, nil) {
		if hs.cleanups == nil {
			hs.cleanups = map[*Source]runtime.Cleanup{}
		}
		hs.cleanups[s] = runtime.AddCleanup(h, hs.found, h.Inner)
	}
	hs.mu.Unlock()
	if invariant.Enabled {
		invariant.Step("Source.letGo: has let go")
	}
	if s.IsClosed() { // rule 5
		hs.remove(s)
	}
}
