package watch

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// Sender is a handle to change the value with. Any number of goroutines may use one at the
// same time. Its owner closes or drops it after the last change: the receivers wait for
// that.
type Sender[T any] struct {
	ch     *channel[T]
	handle fanout.Sender
}

// New returns a channel with the value initial, a first sender, and a first receiver, which
// has seen the value. [Sender.Subscribe] and [Receiver.Clone] make more receivers.
func New[T any](initial T) (*Sender[T], *Receiver[T]) {
	c := &channel[T]{value: initial}
	c.Package = "watch"
	tx := &Sender[T]{ch: c}
	tx.handle.Init(&c.Hub, 1)
	return tx, tx.Subscribe()
}

// Clone returns another sender of the same channel, which is closed on its own. The clone
// of a closed sender is closed.
func (tx *Sender[T]) Clone() *Sender[T] {
	clone := &Sender[T]{ch: tx.ch}
	clone.handle.Clone(&tx.handle, 1)
	return clone
}

// Send makes v the value, and wakes the tasks that wait for a change. With an error, which
// matches [edo.ErrClosed], v still belongs to the caller and the value is what it was: there
// are no receivers, or this sender was closed. [Sender.SendReplace] needs no receivers.
// Send allocates nothing. It waits only while another goroutine modifies the value, or, when
// many modify it, for about a millisecond of modifications.
func (tx *Sender[T]) Send(v T) error {
	_, err := tx.ch.store(&tx.handle, nil, v, false)
	return err
}

// SendBy is [Sender.Send] inside the poll of cx, and faster: a task that waits runs next on
// this worker, most of the time.
func (tx *Sender[T]) SendBy(cx *edo.Context, v T) error {
	_, err := tx.ch.store(&tx.handle, cx, v, false)
	return err
}

// SendReplace makes v the value, also when there are no receivers, wakes the tasks that wait
// for a change, and returns the value before. If this sender was closed, it returns v. The
// value that it returns is not in the channel.
func (tx *Sender[T]) SendReplace(v T) T {
	before, err := tx.ch.store(&tx.handle, nil, v, true)
	if err != nil {
		return v
	}
	return before
}

// SendModify calls fn to change the value, also when there are no receivers, and wakes the
// tasks that wait for a change. fn gets a copy, as by assignment, which becomes the value
// when fn returns: if fn panics, the value does not change and no task is woken. Data that
// the value points to is not copied. fn may read the channel. It must not send to it, which
// panics, nor wait for a task, nor keep the pointer. If this sender was closed, fn is not
// called. SendModify allocates nothing.
func (tx *Sender[T]) SendModify(fn func(*T)) {
	tx.ch.modify(&tx.handle, func(v *T) bool {
		fn(v)
		return true
	})
}

// SendIfModified is [Sender.SendModify], but marks the value as unseen, and wakes tasks,
// only if fn returns true. It returns the result of fn. When fn returns false, its changes
// are in the value all the same, and no receiver is told of them.
func (tx *Sender[T]) SendIfModified(fn func(*T) bool) bool { return tx.ch.modify(&tx.handle, fn) }

// Borrow returns the value.
func (tx *Sender[T]) Borrow() T { return tx.ch.borrow() }

// Subscribe returns a new receiver, which has seen the current value.
func (tx *Sender[T]) Subscribe() *Receiver[T] {
	c := tx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	c.AddReceiver()
	return &Receiver[T]{ch: c, seen: c.version}
}

// PollClosed is Ready while [Sender.Send] through this sender is refused, as
// [Sender.IsClosed] reports. Otherwise it keeps the waker of the task. Any number of tasks
// may wait by one sender; each is woken.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll { return tx.handle.PollClosed(cx) }

// Closed waits until [Sender.Send] through this sender is refused: there are no receivers,
// or this sender is closed. If a receiver has subscribed again before the task runs, it
// waits on. The error is that of the task. Closed allocates nothing.
//
//edo:step ClosedStep
func (tx *Sender[T]) Closed(task *edo.Task) error { return tx.handle.Closed(task) }

// ClosedStep is the step form of [Sender.Closed].
func (tx *Sender[T]) ClosedStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return tx.handle.ClosedStep(task, st)
}

// ClosedFuture returns [Sender.Closed] as a future. To drop it does not change the sender.
func (tx *Sender[T]) ClosedFuture() edo.Future[edo.Unit] { return tx.handle.ClosedFuture() }

// IsClosed reports whether [Sender.Send] through this sender is refused. It may become false
// again, by [Sender.Subscribe], unless this sender is closed.
func (tx *Sender[T]) IsClosed() bool { return tx.handle.IsClosed() }

// Close closes this sender, for all goroutines that share it. After the last sender was
// closed, the receivers see the last value, if they have not seen it, and then the end.
func (tx *Sender[T]) Close() { tx.handle.Close() }

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }

// ReceiverCount returns how many receivers there are.
func (tx *Sender[T]) ReceiverCount() int { return tx.ch.ReceiverCount() }

// SenderCount returns how many senders are open.
func (tx *Sender[T]) SenderCount() int { return tx.ch.SenderCount() }

// SameChannel reports whether both change the same value.
func (tx *Sender[T]) SameChannel(other *Sender[T]) bool { return tx.ch == other.ch }

func (c *channel[T]) borrow() T {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.value
}
