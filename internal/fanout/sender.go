package fanout

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
)

// Sender is a handle to send with, without the value. It is embedded in the handle
// that the user has. The zero Sender is closed, once its hub is set.
type Sender struct {
	hub        *Hub
	open       bool
	watches    bool     // it is one of the hub's watchers
	prev, next *Sender  // while it is
	pc         uintptr  // where it was made
	closers    Set      // those that wait, by this handle, for there to be no receivers
	own        Entry    // what PollClosed waits with
	more       []*Entry // the same, for tasks beside the first
	asked      int      // which of these was asked last whether it waits
}

// Init makes s the first handle of h, for the caller skip levels above that of Init.
// To remember where it was made is most of what a handle costs.
func (s *Sender) Init(h *Hub, skip int) {
	s.hub = h
	s.pc = origin.Here(skip + 1)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	s.add()
}

// Clone makes s another handle beside of, which is closed if that is.
func (s *Sender) Clone(of *Sender, skip int) {
	h := of.hub
	s.hub = h
	s.pc = origin.Here(skip + 1)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if of.open {
		s.add()
	}
}

// add makes s one of the open handles. Locked.
func (s *Sender) add() {
	s.open = true
	s.hub.senders++
	s.hub.made.Add(s.pc)
}

// attend puts e among those that wait by s for there to be no receivers. Locked.
func (s *Sender) attend(e *Entry, w edo.Waker) {
	s.closers.Join(e, w)
	s.watch()
}

// admit is attend, unless another waker is there. Locked.
func (s *Sender) admit(e *Entry, w edo.Waker) bool {
	if !s.closers.Admit(e, w) {
		return false
	}
	s.watch()
	return true
}

// watch makes s one of the hub's watchers. Locked.
func (s *Sender) watch() {
	if s.watches {
		return
	}
	h := s.hub
	s.watches, s.next = true, h.watchers
	if s.next != nil {
		s.next.prev = s
	}
	h.watchers = s
}

// forget moves those that attend to the end of closers. Locked.
func (s *Sender) forget(closers []edo.Waker) []edo.Waker {
	if !s.watches {
		return closers
	}
	if s.prev == nil {
		s.hub.watchers = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	s.watches, s.prev, s.next = false, nil, nil
	return s.closers.appendTo(closers)
}

// Open says whether s was not closed. Locked.
func (s *Sender) Open() bool { return s.open }

// Close closes the handle, once, and wakes who must know: those that wait by it for
// there to be no receivers, and, if it was the last one, those that wait for news.
func (s *Sender) Close() {
	h := s.hub
	h.Mu.Lock()
	if !s.open {
		h.Mu.Unlock()
		return
	}
	s.open = false
	h.made.Remove(s.pc)
	var some [few]edo.Waker
	closers := s.forget(some[:0])
	var herd Herd
	if h.senders--; h.senders == 0 {
		h.Waiting.Take(&herd)
	}
	h.Mu.Unlock()
	WakeAll(closers)
	h.Wake(nil, &herd)
}

// WakeAll wakes each.
func WakeAll(wakers []edo.Waker) {
	for _, w := range wakers {
		w.Wake()
	}
}

// IsClosed says whether nothing can be sent through s: it was closed, or there are no
// receivers.
func (s *Sender) IsClosed() bool {
	s.hub.Mu.Lock()
	defer s.hub.Mu.Unlock()
	return s.isClosed()
}

// isClosed is IsClosed. Locked.
func (s *Sender) isClosed() bool { return !s.open || s.hub.receivers == 0 }
