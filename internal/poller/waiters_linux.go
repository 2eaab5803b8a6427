package poller

import (
	"slices"
	"sync"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// The waiters of a source: the tasks that wait to read it, and those that wait to write
// it. The latest of each direction is in the source itself. The others, which almost no
// source has, are in the overflow table of the poller. All of them are woken together,
// and those that find nothing wait again. So none depends on what another waiter does
// after its wake.

// overflowTable has the waiters for which a source has no slot. A source without such
// waiters has no entry.
//
// Rule: the overflow bit of a direction is set and cleared under mu, and is set exactly
// while the list of the direction is not empty.
type overflowTable struct {
	mu      sync.Mutex // guards entries
	entries map[*Source]*overflowEntry
}

// overflowEntry has the waiters of one source, by their direction.
type overflowEntry [2]driver.Waiters

// outside is the context of wakes that come neither from a poll nor from a look.
var outside = sched.NewContext(nil, nil)

// Arm makes t a waiter in direction d. False says that something has happened meanwhile,
// and that t is no waiter.
func (s *Source) Arm(d driver.Direction, t *sched.Task) bool {
	if invariant.Enabled {
		invariant.Step("Source.Arm: before the store")
	}
	s.Wait(d, t)
	if invariant.Enabled {
		invariant.Step("Source.Arm: stored")
	}
	if s.state.Load()&(uint32(1)<<d|closed) == 0 { // rule 2
		return true
	}
	s.waiters[d].CompareAndSwap(t, nil) // if it fails, a waker has removed t and wakes it
	return false
}

// Wait makes t a waiter in direction d, whether the source is ready or not. Another task
// in the slot moves to the overflow table.
func (s *Source) Wait(d driver.Direction, t *sched.Task) {
	if before := s.waiters[d].Swap(t); before != nil && before != t {
		s.moveToOverflow(d, before, t)
	}
}

// Waits reports whether t is a waiter in direction d.
func (s *Source) Waits(d driver.Direction, t *sched.Task) bool {
	return s.waiters[d].Load() == t || s.overflows(d) && s.isInOverflow(d, t)
}

// Forget removes t from the waiters in direction d.
func (s *Source) Forget(d driver.Direction, t *sched.Task) {
	s.waiters[d].CompareAndSwap(t, nil)
	if s.overflows(d) {
		s.removeFromOverflow(d, t)
	}
}

// Wake wakes all waiters in direction d, although nothing has happened there.
func (s *Source) Wake(d driver.Direction) { s.wake(d, outside) }

// wake removes all waiters in direction d, wakes them by cx, and reports whether there
// were any. Rule 8: the slot first, and the overflow table afterwards.
func (s *Source) wake(d driver.Direction, cx *sched.Context) (woke bool) {
	if s.waiters[d].Load() != nil {
		if t := s.waiters[d].Swap(nil); t != nil { // rule 3
			t.WakeBack(cx)
			woke = true
		}
	}
	if s.overflows(d) && s.wakeOverflow(d, cx) {
		woke = true
	}
	return woke
}

// overflows reports whether s has waiters of direction d in the overflow table.
func (s *Source) overflows(d driver.Direction) bool { return s.state.Load()&(overflow<<d) != 0 }

// moveToOverflow moves before, whose slot t has taken, to the overflow table. A waker that
// came between the two has woken t alone: then all waiters are woken once more (rule 8).
func (s *Source) moveToOverflow(d driver.Direction, before, t *sched.Task) {
	if invariant.Enabled {
		invariant.Step("Source.moveToOverflow: before the move")
	}
	table := &s.poller.overflow
	table.mu.Lock()
	e := table.entries[s]
	if e == nil {
		if table.entries == nil {
			table.entries = map[*Source]*overflowEntry{}
		}
		e = new(overflowEntry)
		table.entries[s] = e
	}
	// Tasks that have ended wait no longer. Nor does t wait here if it is still in the
	// slot. A task that takes the slot from t comes by here too, under the lock.
	inSlot := s.waiters[d].Load() == t
	e[d] = slices.DeleteFunc(e[d], func(o *sched.Task) bool {
		return o == t && inSlot || o == before || o.IsResolved()
	})
	e[d] = append(e[d], before)
	s.state.Or(overflow << d)
	table.mu.Unlock()
	if invariant.Enabled {
		invariant.Step("Source.moveToOverflow: moved")
	}
	if s.waiters[d].Load() != t {
		s.Wake(d)
	}
}

// wakeOverflow removes the waiters of direction d from the overflow table, wakes them by
// cx, and reports whether there were any.
func (s *Source) wakeOverflow(d driver.Direction, cx *sched.Context) bool {
	table := &s.poller.overflow
	table.mu.Lock()
	var woken driver.Waiters
	if e := table.entries[s]; e != nil {
		woken = e[d].RemoveAll()
		table.removeEmpty(s, d, e)
	}
	table.mu.Unlock()
	for _, t := range woken {
		t.WakeBack(cx)
	}
	return len(woken) > 0
}

func (s *Source) removeFromOverflow(d driver.Direction, t *sched.Task) {
	table := &s.poller.overflow
	table.mu.Lock()
	defer table.mu.Unlock()
	if e := table.entries[s]; e != nil {
		e[d].Remove(t)
		table.removeEmpty(s, d, e)
	}
}

func (s *Source) isInOverflow(d driver.Direction, t *sched.Task) bool {
	table := &s.poller.overflow
	table.mu.Lock()
	defer table.mu.Unlock()
	e := table.entries[s]
	return e != nil && e[d].Contains(t)
}

// removeEmpty removes what is empty of e, the entry of s, after a task of direction d was
// removed. mu is held.
func (o *overflowTable) removeEmpty(s *Source, d driver.Direction, e *overflowEntry) {
	if len(e[d]) > 0 {
		return
	}
	e[d] = nil
	s.state.And(^(overflow << d))
	if e[driver.Reading] == nil && e[driver.Writing] == nil {
		delete(o.entries, s)
	}
}
