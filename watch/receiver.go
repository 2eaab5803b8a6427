package watch

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// Receiver sees the value. One task at a time waits with it: another one that comes
// meanwhile gets an [*edo.BusyError], at once, that names both, and the first waits on.
// For several tasks [Receiver.Clone] makes one for each. Everything works from any
// goroutine. The owner drops it when it is of no more use.
//
// It is an [edo.Stream] of the values that it has not seen.
type Receiver[T any] struct {
	ch    *channel[T]
	seen  uint64 // the version; guarded by the channel's lock, as are the next two
	gone  bool
	entry fanout.Entry
}

// Borrow returns the value, and does not mark it as seen. It works for ever, also when
// the receiver and all senders are closed.
func (rx *Receiver[T]) Borrow() T { return rx.ch.borrow() }

// BorrowAndUpdate returns the value, and marks it as seen. In a loop with
// [Receiver.Changed] it is the one to use: with Borrow a value that was sent between the
// two comes twice.
func (rx *Receiver[T]) BorrowAndUpdate() T {
	c := rx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	rx.seen = c.version
	return c.value
}

// HasChanged says whether there is a value that this receiver has not seen. The error
// matches [edo.ErrClosed] where that of [Receiver.Changed] would: there is none, and none
// can come.
func (rx *Receiver[T]) HasChanged() (bool, error) {
	c := rx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.unseen(rx)
}

// unseen says whether rx has not seen the value, or why it will have none to see.
// Locked.
func (c *channel[T]) unseen(rx *Receiver[T]) (bool, error) {
	switch {
	case rx.gone:
		return false, errGone
	case rx.seen != c.version:
		return true, nil
	case c.Senders() == 0:
		return false, errDone
	}
	return false, nil
}

// MarkChanged makes the value one that this receiver has not seen, even if no other is
// ever sent. It wakes nobody: a wait that is under way sees it when it is polled next.
func (rx *Receiver[T]) MarkChanged() {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	rx.seen = never
}

// MarkUnchanged marks the value as seen, without looking at it.
func (rx *Receiver[T]) MarkUnchanged() {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	rx.seen = rx.ch.version
}

// Clone returns another receiver, which has seen what rx has. The clone of a closed
// receiver is closed.
func (rx *Receiver[T]) Clone() *Receiver[T] {
	c := rx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	if !rx.gone {
		c.AddReceiver()
	}
	return &Receiver[T]{ch: c, seen: rx.seen, gone: rx.gone}
}

// Close ends this receiver: every wait fails from now on, also one that is under way.
// The other receivers do not notice. When it was the last one, who waits for that is
// woken, and [Sender.Send] is refused.
func (rx *Receiver[T]) Close() { rx.leave().Wake() }

// Drop is [Receiver.Close], for owners: it wakes nobody that waits with rx.
func (rx *Receiver[T]) Drop() { rx.leave() }

// leave ends rx, once, and returns the waker of a wait that is under way.
func (rx *Receiver[T]) leave() (waker edo.Waker) {
	c := rx.ch
	c.Mu.Lock()
	if rx.gone {
		c.Mu.Unlock()
		return waker
	}
	rx.gone = true
	waker = c.Waiting.Leave(&rx.entry)
	var some [4]edo.Waker
	closers := c.RemoveReceiver(some[:0])
	c.Mu.Unlock()
	fanout.WakeAll(closers)
	return waker
}

// SenderCount returns how many handles to send with are open.
func (rx *Receiver[T]) SenderCount() int { return rx.ch.senderCount() }

// SameChannel says whether both see the same value.
func (rx *Receiver[T]) SameChannel(other *Receiver[T]) bool { return rx.ch == other.ch }
