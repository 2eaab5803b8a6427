package mpsc

import "github.com/edo-go/edo/internal/origin"

// WeakSender is a handle that does not keep its channel open. An actor keeps one of its own
// channel, to give senders to others, and is not itself a sender that it waits for. Any number
// of goroutines may use one.
//
// It need not be dropped: a Drop matters only to [Sender.WeakCount].
type WeakSender[T any] struct {
	ch   *channel[T]
	gone bool // dropped, or made from a handle that was closed; guarded by the channel's lock
}

// Downgrade returns a weak handle of the same channel. A weak handle of a closed handle cannot
// be upgraded. It takes some 40 ns.
func (tx *Sender[T]) Downgrade() *WeakSender[T] {
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.ended {
		return &WeakSender[T]{ch: c, gone: true}
	}
	c.weak++
	return &WeakSender[T]{ch: c}
}

// Upgrade returns a handle to send with, which its owner closes. ok is false when the channel
// is not kept open any more: when every handle is closed, no permit is out, and the line is
// empty. From then on it stays false. The handle of a channel whose receiver is closed refuses
// to send, as all of them do. Making it takes about 0.4 µs.
//
//go:noinline
func (w *WeakSender[T]) Upgrade() (tx *Sender[T], ok bool) {
	c, pc := w.ch, origin.Caller()
	c.mu.Lock()
	if w.gone || !c.mayStillSend() {
		c.mu.Unlock()
		return nil, false
	}
	c.addSender(pc)
	c.mu.Unlock()
	return newSender(c, pc), true
}

// Clone returns another weak handle of the same channel.
func (w *WeakSender[T]) Clone() *WeakSender[T] {
	c := w.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if !w.gone {
		c.weak++
	}
	return &WeakSender[T]{ch: c, gone: w.gone}
}

// Drop ends the handle: it counts no longer, and cannot be upgraded.
func (w *WeakSender[T]) Drop() {
	c := w.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if !w.gone {
		w.gone = true
		c.weak--
	}
}
