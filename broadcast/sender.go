package broadcast

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// Sender is a handle to send with. Any number of goroutines may use one at the same time.
// Its owner closes or drops it after the last send: the receivers wait for that.
type Sender[T any] struct {
	ch     *channel[T]
	handle fanout.Sender
}

// New returns a channel that retains exactly up to capacity values, with a first sender and
// a first receiver; [Sender.Subscribe] makes more receivers. Memory is allocated as it is
// needed. A capacity below 1 is a mistake in the program, and panics.
func New[T any](capacity int) (*Sender[T], *Receiver[T]) {
	if capacity < 1 {
		panic(errCapacity)
	}
	c := &channel[T]{capacity: uint64(capacity)}
	c.Package = "broadcast"
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

// Send sends v to all receivers, and returns how many there are: a receiver may still miss
// v, or be dropped, before it receives v. Send never waits and allocates nothing; it
// overwrites the oldest value when the channel is full. With an error, which matches
// [edo.ErrClosed], v still belongs to the caller: there are no receivers, or this sender
// was closed. After [Sender.Subscribe] a send succeeds again.
func (tx *Sender[T]) Send(v T) (receivers int, err error) { return tx.send(nil, v) }

// SendBy is [Sender.Send] inside the poll of cx, and faster: a task that waits runs next on
// this worker, most of the time.
func (tx *Sender[T]) SendBy(cx *edo.Context, v T) (receivers int, err error) {
	return tx.send(cx, v)
}

func (tx *Sender[T]) send(cx *edo.Context, v T) (receivers int, err error) {
	c := tx.ch
	c.Mu.Lock()
	if !tx.handle.IsOpen() {
		err = errSenderClosed
	} else if c.Receivers() == 0 {
		err = errNoReceivers
	}
	if err != nil {
		c.Mu.Unlock()
		return 0, err
	}
	var batch fanout.Batch
	receivers = c.send(v, &batch)
	c.Mu.Unlock()
	c.WakeBatch(cx, &batch)
	return receivers, nil
}

// Subscribe returns a new receiver, of the values that are sent from now on.
func (tx *Sender[T]) Subscribe() *Receiver[T] {
	tx.ch.Mu.Lock()
	defer tx.ch.Mu.Unlock()
	return tx.ch.subscribe()
}

// PollClosed is Ready while a send through this sender is refused, as [Sender.IsClosed]
// reports. Otherwise it keeps the waker of the task. Any number of tasks may wait by one
// sender; each is woken.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll { return tx.handle.PollClosed(cx) }

// Closed waits until a send through this sender is refused: there are no receivers, or this
// sender is closed. If a receiver has subscribed again before the task runs, it waits on.
// The error is that of the task. Closed allocates nothing.
//
//edo:step ClosedStep
func (tx *Sender[T]) Closed(task *edo.Task) error { return tx.handle.Closed(task) }

// ClosedStep is the step form of [Sender.Closed].
func (tx *Sender[T]) ClosedStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return tx.handle.ClosedStep(task, st)
}

// ClosedFuture returns [Sender.Closed] as a future. To drop it does not change the sender.
func (tx *Sender[T]) ClosedFuture() edo.Future[edo.Unit] { return tx.handle.ClosedFuture() }

// IsClosed reports whether a send through this sender is refused. It may become false
// again, by [Sender.Subscribe], unless this sender is closed.
func (tx *Sender[T]) IsClosed() bool { return tx.handle.IsClosed() }

// Close closes this sender, for all goroutines that share it. After the last sender was
// closed, the receivers get the values that they have yet to receive, and then the end.
func (tx *Sender[T]) Close() { tx.handle.Close() }

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }

// Len returns how many values are retained: those that a receiver has yet to receive.
func (tx *Sender[T]) Len() int {
	c := tx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return int(c.tail - c.oldest)
}

// Cap returns the capacity.
func (tx *Sender[T]) Cap() int { return int(tx.ch.capacity) }

// ReceiverCount returns how many receivers there are.
func (tx *Sender[T]) ReceiverCount() int { return tx.ch.ReceiverCount() }

// SenderCount returns how many senders are open.
func (tx *Sender[T]) SenderCount() int { return tx.ch.SenderCount() }

// SameChannel reports whether both send to the same receivers.
func (tx *Sender[T]) SameChannel(other *Sender[T]) bool { return tx.ch == other.ch }
