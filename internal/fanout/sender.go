package fanout

import (
	"runtime"

	"github.com/edo-go/edo"
)

// Sender is a handle to send with, without the value. It is embedded in the handle
// that the user has. The zero Sender is closed, once its hub is set.
type Sender struct {
	hub        *Hub
	open       bool
	prev, next *Sender // while it is open
	pc         uintptr // where it was made
	closers    Set     // those that wait, by this handle, for there to be no receivers
	own        Entry   // what PollClosed waits with
}

// Init makes s the first handle of h, for the caller skip levels above that of Init.
// To remember where it was made is most of what a handle costs.
func (s *Sender) Init(h *Hub, skip int) {
	s.hub = h
	s.pc = caller(skip)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	s.add()
}

// Clone makes s another handle beside of, which is closed if that is.
func (s *Sender) Clone(of *Sender, skip int) {
	h := of.hub
	s.hub = h
	s.pc = caller(skip)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if of.open {
		s.add()
	}
}

func caller(skip int) uintptr {
	var pc [1]uintptr
	runtime.Callers(skip+3, pc[:])
	return pc[0]
}

// add makes s one of the open handles. Locked.
func (s *Sender) add() {
	h := s.hub
	s.open = true
	s.prev = h.last
	if h.last == nil {
		h.senders = s
	} else {
		h.last.next = s
	}
	h.last = s
	h.senderCount++
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
	if s.prev == nil {
		h.senders = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		h.last = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.prev, s.next = nil, nil
	var some [few]edo.Waker
	closers := s.closers.appendTo(some[:0])
	var herd Herd
	if h.senderCount--; h.senderCount == 0 {
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
