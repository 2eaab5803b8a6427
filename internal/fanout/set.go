package fanout

import "github.com/edo-go/edo"

// Set is a set of tasks that wait for the same event, and are all woken when it comes. The
// lock of the hub guards it, and the entries in it.
//
// The zero Set is empty.
type Set struct {
	// Rules:
	//
	//  1. An entry is in the set when its gen is one more than the gen of the set. Then its
	//     slot is slots[index], which has the waker, and points back to the entry.
	//  2. MoveAll adds one to gen. So it removes all entries at once, without touching them,
	//     and they may join again while their old wakers are being woken.
	//  3. The array that MoveAll has moved into a batch belongs to the batch, until
	//     WakeBatch returns it as spare.
	//
	// gen does not overflow within the life of a program.
	slots []slot
	spare []slot // an array for slots after MoveAll; its slots are zero
	gen   uint64
}

type slot struct {
	waker edo.Waker
	entry *Entry
}

// Entry is a place in a set. It is for one set during its life. The zero Entry is in none.
type Entry struct {
	gen   uint64
	index int
}

// has reports whether e is in s, by rule 1.
func (s *Set) has(e *Entry) bool { return e.gen == s.gen+1 }

// Join puts e into s, with w as its waker. If e is in s already, w replaces its waker.
func (s *Set) Join(e *Entry, w edo.Waker) {
	if s.has(e) {
		s.slots[e.index].waker = w
		return
	}
	e.gen, e.index = s.gen+1, len(s.slots)
	s.slots = append(s.slots, slot{w, e})
}

// Admit is Join, unless e has another waker than w: then that waker stays, and Admit
// returns false.
func (s *Set) Admit(e *Entry, w edo.Waker) bool {
	if s.has(e) {
		return s.slots[e.index].waker == w
	}
	s.Join(e, w)
	return true
}

// waker returns the waker of e, if e is in s.
func (s *Set) waker(e *Entry) (w edo.Waker) {
	if s.has(e) {
		w = s.slots[e.index].waker
	}
	return w
}

// Leave removes e from s, if it is in s, and returns its waker.
func (s *Set) Leave(e *Entry) (w edo.Waker) {
	if !s.has(e) {
		return w
	}
	last := len(s.slots) - 1
	w = s.slots[e.index].waker
	s.slots[e.index] = s.slots[last]
	s.slots[e.index].entry.index = e.index
	s.slots[last] = slot{}
	s.slots = s.slots[:last]
	e.gen = 0
	return w
}

// Len returns how many entries are in s.
func (s *Set) Len() int { return len(s.slots) }

// maxCopied is up to how many wakers are copied into a batch under the lock: that takes
// less time than to move the array, and to lock once more to return it.
const maxCopied = 4

// Batch has the wakers that were moved out of a set. The zero Batch is empty.
type Batch struct {
	copied [maxCopied]edo.Waker
	n      int    // how many of copied are used
	array  []slot // if there are more than maxCopied
}

// MoveAll moves all wakers of s into b, which must be empty.
func (s *Set) MoveAll(b *Batch) {
	if len(s.slots) > 0 {
		s.moveAll(b)
	}
}

func (s *Set) moveAll(b *Batch) {
	s.gen++ // rule 2
	if len(s.slots) > maxCopied {
		b.array = s.slots // rule 3
		s.slots, s.spare = s.spare, nil
		return
	}
	for i, slot := range s.slots {
		b.copied[i] = slot.waker
	}
	b.n = len(s.slots)
	clear(s.slots)
	s.slots = s.slots[:0]
}

// appendTo removes all entries from s, and appends their wakers to ws.
func (s *Set) appendTo(ws []edo.Waker) []edo.Waker {
	s.gen++ // rule 2
	for _, slot := range s.slots {
		ws = append(ws, slot.waker)
	}
	clear(s.slots)
	s.slots = s.slots[:0]
	return ws
}

// WakeBatch wakes b, which was moved out of h.Waiting, by cx unless that is nil. The caller
// does not hold Mu.
func (h *Hub) WakeBatch(cx *edo.Context, b *Batch) {
	for _, w := range b.copied[:b.n] {
		w.WakeBy(cx)
	}
	if b.array != nil {
		h.wakeArray(cx, b.array)
	}
}

// wakeArray wakes the wakers of array, and returns array to h.Waiting: rule 3.
func (h *Hub) wakeArray(cx *edo.Context, array []slot) {
	for i := range array {
		array[i].waker.WakeBy(cx)
	}
	clear(array)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	switch s := &h.Waiting; {
	case cap(s.slots) == 0: // no task has joined since MoveAll
		s.slots = array[:0]
	case cap(s.spare) < cap(array):
		s.spare = array[:0]
	}
}
