package fanout

import "github.com/edo-go/edo"

// Set is a set of tasks that wait for the same thing and are all woken when it comes.
// The lock of the hub guards it, and the entries in it.
//
// # Rules
//
//  1. An entry is in the set when its gen is one more than the gen of the set. Then
//     its place is slots[at], which has the waker, and the way back to the entry.
//  2. Take adds one to gen. So everybody is out at once, without being touched, and
//     may join again while the wakers of before are still being woken.
//  3. What Take has handed out is the taker's alone, until it gives it back as spare.
//
// The zero Set is empty. gen does not come round within the life of a program.
type Set struct {
	slots []slot
	spare []slot // for slots, when that is handed out; without wakers
	gen   uint64
}

type slot struct {
	waker edo.Waker
	entry *Entry
}

// Entry is one that may be in a set: in one set during its life. The zero Entry is in
// none.
type Entry struct {
	gen uint64
	at  int
}

func (s *Set) has(e *Entry) bool { return e.gen == s.gen+1 }

// Join puts e into s, with w to wake; if it is in already, w replaces its waker.
func (s *Set) Join(e *Entry, w edo.Waker) {
	if s.has(e) {
		s.slots[e.at].waker = w
		return
	}
	e.gen, e.at = s.gen+1, len(s.slots)
	s.slots = append(s.slots, slot{w, e})
}

// Admit is Join, unless another waker than w is there for e: then that stays, and Admit
// says no.
func (s *Set) Admit(e *Entry, w edo.Waker) bool {
	if s.has(e) {
		return s.slots[e.at].waker == w
	}
	s.Join(e, w)
	return true
}

// waker returns the waker of e, if e is in s.
func (s *Set) waker(e *Entry) (w edo.Waker) {
	if s.has(e) {
		w = s.slots[e.at].waker
	}
	return w
}

// Leave takes e out of s, if it is in, and returns its waker.
func (s *Set) Leave(e *Entry) (w edo.Waker) {
	if !s.has(e) {
		return w
	}
	last := len(s.slots) - 1
	w = s.slots[e.at].waker
	s.slots[e.at] = s.slots[last]
	s.slots[e.at].entry.at = e.at
	s.slots[last] = slot{}
	s.slots = s.slots[:last]
	e.gen = 0
	return w
}

// Len returns how many are in s.
func (s *Set) Len() int { return len(s.slots) }

// few is how many wakers are copied under the lock: copying them takes less time than
// to hand the array out, and to lock once more to get it back.
const few = 4

// Herd is who was in a set. The zero Herd is nobody.
type Herd struct {
	some [few]edo.Waker
	n    int
	all  []slot // if they are more
}

// Take moves everybody out of s into h, which must be empty.
func (s *Set) Take(h *Herd) {
	if len(s.slots) > 0 {
		s.take(h)
	}
}

func (s *Set) take(h *Herd) {
	s.gen++
	if len(s.slots) > few {
		h.all = s.slots
		s.slots, s.spare = s.spare, nil
		return
	}
	for i, o := range s.slots {
		h.some[i] = o.waker
	}
	h.n = len(s.slots)
	clear(s.slots)
	s.slots = s.slots[:0]
}

// appendTo moves everybody out of s to the end of ws.
func (s *Set) appendTo(ws []edo.Waker) []edo.Waker {
	s.gen++
	for _, o := range s.slots {
		ws = append(ws, o.waker)
	}
	clear(s.slots)
	s.slots = s.slots[:0]
	return ws
}

// Wake wakes the herd that was taken from h.Waiting, by cx unless that is nil.
// Without the lock.
func (h *Hub) Wake(cx *edo.Context, herd *Herd) {
	for _, w := range herd.some[:herd.n] {
		wake(cx, w)
	}
	if herd.all != nil {
		h.wakeAll(cx, herd.all)
	}
}

func (h *Hub) wakeAll(cx *edo.Context, all []slot) {
	for i := range all {
		wake(cx, all[i].waker)
	}
	clear(all)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	switch s := &h.Waiting; {
	case cap(s.slots) == 0: // nobody has joined meanwhile
		s.slots = all[:0]
	case cap(s.spare) < cap(all):
		s.spare = all[:0]
	}
}

// wake wakes w by cx, unless that is nil.
func wake(cx *edo.Context, w edo.Waker) {
	if cx != nil {
		w.WakeBy(cx)
	} else {
		w.Wake()
	}
}
