package fanout

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
)

// Hub is the part of a channel that knows nothing of its values. Mu guards all of it,
// and whatever the channel says.
//
// Why [sync.Mutex], and not the shorter lock of package mpsc: a value is copied under it,
// which takes as long as the value is large, and when one is sent many receivers come
// for it at the same time. Then it is better to sleep than to spin.
type Hub struct {
	Mu      sync.Mutex
	Waiting Set    // the tasks that wait for news
	Package string // what errors and reports begin with

	senders   int
	receivers int
	made      origin.Places // where the senders that are open were made
	watchers  *Sender       // those by which somebody has begun to wait for there to be no receivers
	kept      *closing      // for direct style
	keptCount int
}

// Senders returns how many handles to send with are open. Locked.
func (h *Hub) Senders() int { return h.senders }

// Receivers returns how many receivers there are. Locked.
func (h *Hub) Receivers() int { return h.receivers }

// AddReceiver counts one more. Locked.
func (h *Hub) AddReceiver() { h.receivers++ }

// RemoveReceiver counts one less, and appends to closers who waited for there to be
// none: to be woken without the lock. Locked.
func (h *Hub) RemoveReceiver(closers []edo.Waker) []edo.Waker {
	h.receivers--
	if h.receivers == 0 {
		for h.watchers != nil {
			closers = h.watchers.forget(closers)
		}
	}
	return closers
}

// Made returns where the handles that are open were made. Locked; to say it in words is
// for later.
func (h *Hub) Made() origin.Places { return h.made.Clone() }
