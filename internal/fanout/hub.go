package fanout

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/waiters"
)

// Hub is the part of a channel that knows nothing of its values. Mu guards all of it, and
// the fields of the channel that the channel says.
//
// Why [sync.Mutex], and not the shorter lock of package mpsc: a value is copied under it,
// which takes longer for a larger value, and many receivers come at the same time after a
// send. Then it is better to sleep than to spin.
type Hub struct {
	Mu      sync.Mutex
	Waiting Set    // the tasks that wait for a value
	Package string // the first word of errors and reports

	senders   int
	receivers int
	madeAt    origin.Places        // where the open senders were made
	awaited   waiters.List[Sender] // the senders by which a task waits for the last receiver to go
}

// Senders returns how many senders are open. The caller holds Mu.
func (h *Hub) Senders() int { return h.senders }

// Receivers returns how many receivers there are. The caller holds Mu.
func (h *Hub) Receivers() int { return h.receivers }

// AddReceiver counts one more receiver. The caller holds Mu.
func (h *Hub) AddReceiver() { h.receivers++ }

// RemoveReceiver counts one receiver less. If none is left, it appends to ws the wakers of
// the tasks that waited for that, which the caller wakes after it has released Mu. The
// caller holds Mu.
func (h *Hub) RemoveReceiver(ws []edo.Waker) []edo.Waker {
	h.receivers--
	if h.receivers == 0 {
		for s := h.awaited.First(); s != nil; s = h.awaited.First() {
			ws = s.removeClosedWaiters(ws)
		}
	}
	return ws
}

// SenderCount returns how many senders are open.
func (h *Hub) SenderCount() int {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	return h.senders
}

// ReceiverCount returns how many receivers there are.
func (h *Hub) ReceiverCount() int {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	return h.receivers
}

// SendersMadeAt returns where the open senders were made. The caller holds Mu, and describes
// the places after it has released Mu.
func (h *Hub) SendersMadeAt() origin.Places { return h.madeAt.Clone() }
