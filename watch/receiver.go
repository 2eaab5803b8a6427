package watch

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// Receiver sees the value. One task at a time waits with it: a second one gets an
// [*edo.BusyError] at once, which names both tasks, and the first waits on. For several
// tasks, [Receiver.Clone] makes a receiver for each. All methods work from any goroutine.
// The owner drops the receiver when it needs it no more.
//
// It is an [edo.Stream] of the values that it has not seen.
type Receiver[T any] struct {
	ch     *channel[T]
	seen   uint64 // the version that it has seen; guarded by Mu, as are the next two
	closed bool
	entry  fanout.Entry
}

// Borrow returns the value, and does not mark it as seen. It works always, also when the
// receiver and all senders are closed.
func (rx *Receiver[T]) Borrow() T { return rx.ch.borrow() }

// BorrowAndUpdate returns the value, and marks it as seen. In a loop with
// [Receiver.Changed] use this: with Borrow, a value that was sent between the two calls
// comes twice.
func (rx *Receiver[T]) BorrowAndUpdate() T {
	c := rx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	rx.seen = c.version
	return c.value
}

// HasChanged reports whether there is a value that this receiver has not seen. The error
// matches [edo.ErrClosed] where that of [Receiver.Changed] does: there is no such value, and
// none can come.
func (rx *Receiver[T]) HasChanged() (bool, error) {
	c := rx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.hasUnseen(rx)
}

// hasUnseen reports whether rx has not seen the value, or returns why no value to see can
// come. The caller holds Mu.
func (c *channel[T]) hasUnseen(rx *Receiver[T]) (bool, error) {
	switch {
	case rx.closed:
		return false, errReceiverClosed
	case rx.seen != c.version:
		return true, nil
	case c.Senders() == 0:
		return false, errNoSenders
	}
	return false, nil
}

// MarkChanged marks the value as unseen for this receiver, even if no other is ever sent. It
// wakes no task: a wait that is under way sees the value when it is polled next.
func (rx *Receiver[T]) MarkChanged() {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	rx.seen = never
}

// MarkUnchanged marks the value as seen, and does not return it.
func (rx *Receiver[T]) MarkUnchanged() {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	rx.seen = rx.ch.version
}

// Clone returns a new receiver, which has seen the same as rx. The clone of a closed receiver
// is closed.
func (rx *Receiver[T]) Clone() *Receiver[T] {
	c := rx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	if !rx.closed {
		c.AddReceiver()
	}
	return &Receiver[T]{ch: c, seen: rx.seen, closed: rx.closed}
}

// Close closes this receiver: every wait fails from now on, also one that is under way.
// Other receivers do not notice. If it was the last one, the tasks that wait for that are
// woken, and [Sender.Send] is refused.
func (rx *Receiver[T]) Close() { rx.leave().Wake() }

// Drop is [Receiver.Close], for owners: it does not wake a task that waits with rx.
func (rx *Receiver[T]) Drop() { rx.leave() }

// leave closes rx, once, and returns the waker of a wait that is under way.
func (rx *Receiver[T]) leave() (waker edo.Waker) {
	c := rx.ch
	c.Mu.Lock()
	if rx.closed {
		c.Mu.Unlock()
		return waker
	}
	rx.closed = true
	waker = c.Waiting.Leave(&rx.entry)
	var array [4]edo.Waker
	closedWaiters := c.RemoveReceiver(array[:0])
	c.Mu.Unlock()
	fanout.WakeAll(closedWaiters)
	return waker
}

// SenderCount returns how many senders are open.
func (rx *Receiver[T]) SenderCount() int { return rx.ch.SenderCount() }

// SameChannel reports whether both see the same value.
func (rx *Receiver[T]) SameChannel(other *Receiver[T]) bool { return rx.ch == other.ch }
