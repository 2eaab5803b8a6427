package fanout

import (
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/waiters"
)

// Sender is a handle to send with, without the value. The sender of the public package
// contains it. The zero Sender is closed, once its hub is set.
type Sender struct {
	node      waiters.Node[Sender] // in the hub's awaited
	isAwaited bool                 // it is in that list
	open      bool
	hub       *Hub
	pc        uintptr // where it was made

	// The tasks that wait until IsClosed by this sender, and the entries of those that have polled.
	closedWaiters Set
	polled        waiters.Roster[*Entry]
	firstEntry    Entry // one of these
}

// This does not compile unless node is the first field, as package waiters requires.
const _ = -unsafe.Offsetof(Sender{}.node)

// Init makes s the first sender of h. skip is the number of calls between Init and the call
// to remember for reports, which is most of what a sender costs.
func (s *Sender) Init(h *Hub, skip int) {
	s.hub = h
	s.pc = origin.Here(skip + 1)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	s.countOpen()
}

// Clone makes s another sender of the hub of original. It is closed if original is.
func (s *Sender) Clone(original *Sender, skip int) {
	h := original.hub
	s.hub = h
	s.pc = origin.Here(skip + 1)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if original.open {
		s.countOpen()
	}
}

// countOpen makes s one of the open senders. The caller holds the hub's Mu.
func (s *Sender) countOpen() {
	s.open = true
	s.hub.senders++
	s.hub.madeAt.Add(s.pc)
}

// addClosedWaiter makes w, by e, wait until IsClosed. The caller holds the hub's Mu.
func (s *Sender) addClosedWaiter(e *Entry, w edo.Waker) {
	s.closedWaiters.Join(e, w)
	s.markAwaited()
}

// admitClosedWaiter is addClosedWaiter, unless e has another waker: then it returns false.
// The caller holds the hub's Mu.
func (s *Sender) admitClosedWaiter(e *Entry, w edo.Waker) bool {
	if !s.closedWaiters.Admit(e, w) {
		return false
	}
	s.markAwaited()
	return true
}

// markAwaited puts s into the hub's awaited. The caller holds the hub's Mu.
func (s *Sender) markAwaited() {
	if !s.isAwaited {
		s.isAwaited = true
		s.hub.awaited.PushBack(s)
	}
}

// removeClosedWaiters removes all that wait by s until IsClosed, and appends their wakers
// to ws. The caller holds the hub's Mu.
func (s *Sender) removeClosedWaiters(ws []edo.Waker) []edo.Waker {
	if s.isAwaited {
		return s.unmarkAwaited(ws)
	}
	return ws
}

// unmarkAwaited is removeClosedWaiters for a sender that is in the hub's awaited.
func (s *Sender) unmarkAwaited(ws []edo.Waker) []edo.Waker {
	s.isAwaited = false
	s.hub.awaited.Remove(s)
	return s.closedWaiters.appendTo(ws)
}

// IsOpen reports whether s was not closed. The caller holds the hub's Mu.
func (s *Sender) IsOpen() bool { return s.open }

// Close closes s, once. It wakes the tasks that wait by s until IsClosed and, if no sender
// is left open, the tasks that wait for a value.
func (s *Sender) Close() {
	h := s.hub
	h.Mu.Lock()
	if !s.open {
		h.Mu.Unlock()
		return
	}
	s.open = false
	h.madeAt.Remove(s.pc)
	var array [maxCopied]edo.Waker
	closedWaiters := s.removeClosedWaiters(array[:0])
	var batch Batch
	if h.senders--; h.senders == 0 {
		h.Waiting.MoveAll(&batch)
	}
	h.Mu.Unlock()
	WakeAll(closedWaiters)
	h.WakeBatch(nil, &batch)
}

// WakeAll wakes each waker of ws.
func WakeAll(ws []edo.Waker) {
	for _, w := range ws {
		w.Wake()
	}
}

// IsClosed reports whether a send through s is refused: s was closed, or there are no
// receivers.
func (s *Sender) IsClosed() bool {
	s.hub.Mu.Lock()
	defer s.hub.Mu.Unlock()
	return s.isClosed()
}

// isClosed is IsClosed. The caller holds the hub's Mu.
func (s *Sender) isClosed() bool { return !s.open || s.hub.receivers == 0 }
