package watch

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// Sender is a handle to change the value with. Any number of goroutines may use one at
// the same time. Whoever owns it closes or drops it when the value does not change any
// more: the receivers wait for that.
type Sender[T any] struct {
	ch *channel[T]
	h  fanout.Sender
}

// New returns a channel that holds initial, with a first receiver, which has seen it;
// [Sender.Subscribe] and [Receiver.Clone] make others.
func New[T any](initial T) (*Sender[T], *Receiver[T]) {
	c := &channel[T]{value: initial}
	c.Package = "watch"
	tx := &Sender[T]{ch: c}
	tx.h.Init(&c.Hub, 1)
	return tx, tx.Subscribe()
}

// Clone returns another handle of the same channel, which is closed on its own. The
// clone of a closed handle is closed.
func (tx *Sender[T]) Clone() *Sender[T] {
	clone := &Sender[T]{ch: tx.ch}
	clone.h.Clone(&tx.h, 1)
	return clone
}

// Send makes v the value, and wakes the receivers that wait. With an error, which
// matches [edo.ErrClosed], v is still the caller's and the value is what it was: there
// are no receivers, or this handle was closed. [Sender.SendReplace] needs no receivers.
// Send allocates nothing, and waits only for another goroutine's modification to
// return, or several when many modify the value: about a millisecond of them.
func (tx *Sender[T]) Send(v T) error {
	_, err := tx.ch.store(&tx.h, nil, v, false)
	return err
}

// SendBy is [Sender.Send] from inside the poll that cx belongs to, and faster: who
// waits runs next on this worker, most of the time.
func (tx *Sender[T]) SendBy(cx *edo.Context, v T) error {
	_, err := tx.ch.store(&tx.h, cx, v, false)
	return err
}

// SendReplace makes v the value, also when there are no receivers, wakes those that
// wait, and returns the value before. Through a handle that was closed it returns v: what
// it returns is not in the channel.
func (tx *Sender[T]) SendReplace(v T) T {
	before, err := tx.ch.store(&tx.h, nil, v, true)
	if err != nil {
		return v
	}
	return before
}

// SendModify has fn change the value, also when there are no receivers, and wakes those
// that wait. fn gets a copy, as by assignment, which becomes the value when fn returns:
// if it panics, the value stays and nobody is woken. What the value points to is not
// copied. fn may look at the channel. It must not send to it, which panics, nor wait for
// a task, nor keep the pointer. Through a handle that was closed fn is not called.
// SendModify allocates nothing.
func (tx *Sender[T]) SendModify(fn func(*T)) {
	tx.ch.modify(&tx.h, func(v *T) bool {
		fn(v)
		return true
	})
}

// SendIfModified is [Sender.SendModify], but wakes the receivers, and makes the value
// unseen, only if fn returns true, and returns the same. What fn has changed when it
// returns false is there for whoever looks, and nobody is told of it.
func (tx *Sender[T]) SendIfModified(fn func(*T) bool) bool { return tx.ch.modify(&tx.h, fn) }

// Borrow returns the value.
func (tx *Sender[T]) Borrow() T { return tx.ch.borrow() }

// Subscribe returns another receiver, which has seen the value that there is now.
func (tx *Sender[T]) Subscribe() *Receiver[T] {
	c := tx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	c.AddReceiver()
	return &Receiver[T]{ch: c, seen: c.version}
}

// PollClosed is Ready while [Sender.Send] through this handle would be refused, as
// [Sender.IsClosed] says it. Otherwise it keeps the waker of the task. Any number of
// tasks may wait with one handle; each is woken.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll { return tx.h.PollClosed(cx) }

// Closed waits until [Sender.Send] through this handle would be refused: there are no
// receivers, or this handle is closed. It waits on when somebody has subscribed before
// the task ran. The error is that of the task. It allocates nothing.
func (tx *Sender[T]) Closed(task *edo.Task) error { return tx.h.Closed(task) }

// ClosedFuture returns [Sender.Closed] as a future. Dropping it leaves the sender as
// it is.
func (tx *Sender[T]) ClosedFuture() edo.Future[edo.Unit] { return tx.h.ClosedFuture() }

// IsClosed says whether [Sender.Send] through this handle would be refused. It may
// become false again, by [Sender.Subscribe], unless this handle is closed.
func (tx *Sender[T]) IsClosed() bool { return tx.h.IsClosed() }

// Close ends this handle, for all who share it. When no handle is left open the
// receivers see the last value, if they have not, and then the end.
func (tx *Sender[T]) Close() { tx.h.Close() }

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }

// ReceiverCount returns how many receivers there are.
func (tx *Sender[T]) ReceiverCount() int {
	tx.ch.Mu.Lock()
	defer tx.ch.Mu.Unlock()
	return tx.ch.Receivers()
}

// SenderCount returns how many handles to send with are open.
func (tx *Sender[T]) SenderCount() int { return tx.ch.senderCount() }

// SameChannel says whether both change the same value.
func (tx *Sender[T]) SameChannel(other *Sender[T]) bool { return tx.ch == other.ch }

func (c *channel[T]) senderCount() int {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.Senders()
}

func (c *channel[T]) borrow() T {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.value
}
