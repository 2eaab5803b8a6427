package broadcast

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// Sender is a handle to send with. Any number of goroutines may use one at the same
// time. Whoever owns it closes or drops it when no more is to be sent: the receivers
// wait for that.
type Sender[T any] struct {
	ch *channel[T]
	h  fanout.Sender
}

// New returns a channel that retains capacity values at most, and that exactly, with a
// first receiver; [Sender.Subscribe] makes others. Memory is taken as it is needed. A
// capacity below 1 is a mistake in the program, and panics.
func New[T any](capacity int) (*Sender[T], *Receiver[T]) {
	if capacity < 1 {
		panic(errCapacity)
	}
	c := &channel[T]{capacity: uint64(capacity)}
	c.Package = "broadcast"
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

// Send sends v to all receivers, and returns how many there are: one of them may still
// lag behind, or be dropped, before it receives v. It never waits and allocates
// nothing; it overwrites the oldest value when the channel is full. With an error,
// which matches [edo.ErrClosed], v is still the caller's: there are no receivers, or
// this handle was closed. [Sender.Subscribe] makes a send succeed again.
func (tx *Sender[T]) Send(v T) (receivers int, err error) { return tx.send(nil, v) }

// SendBy is [Sender.Send] from inside the poll that cx belongs to, and faster: who
// waits runs next on this worker, most of the time.
func (tx *Sender[T]) SendBy(cx *edo.Context, v T) (receivers int, err error) {
	return tx.send(cx, v)
}

func (tx *Sender[T]) send(cx *edo.Context, v T) (receivers int, err error) {
	c := tx.ch
	c.Mu.Lock()
	if !tx.h.Open() {
		err = errEnded
	} else if c.Receivers() == 0 {
		err = errRefused
	}
	if err != nil {
		c.Mu.Unlock()
		return 0, err
	}
	var herd fanout.Herd
	receivers = c.send(v, &herd)
	c.Mu.Unlock()
	c.Wake(cx, &herd)
	return receivers, nil
}

// Subscribe returns another receiver, of what is sent from now on.
func (tx *Sender[T]) Subscribe() *Receiver[T] {
	tx.ch.Mu.Lock()
	defer tx.ch.Mu.Unlock()
	return tx.ch.subscribe()
}

// PollClosed is Ready while a send through this handle would be refused, as
// [Sender.IsClosed] says it. Otherwise it keeps the waker of the task. Any number of
// tasks may wait with one handle; each is woken.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll { return tx.h.PollClosed(cx) }

// Closed waits until a send through this handle would be refused: there are no
// receivers, or this handle is closed. It waits on when somebody has subscribed before
// the task ran. The error is that of the task. It allocates nothing.
func (tx *Sender[T]) Closed(task *edo.Task) error { return tx.h.Closed(task) }

// ClosedFuture returns [Sender.Closed] as a future. Dropping it leaves the sender as
// it is.
func (tx *Sender[T]) ClosedFuture() edo.Future[edo.Unit] { return tx.h.ClosedFuture() }

// IsClosed says whether a send through this handle would be refused. It may become
// false again, by [Sender.Subscribe], unless this handle is closed.
func (tx *Sender[T]) IsClosed() bool { return tx.h.IsClosed() }

// Close ends this handle, for all who share it. When no handle is left open the
// receivers get what they have not received yet, and then the end.
func (tx *Sender[T]) Close() { tx.h.Close() }

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }

// Len returns how many values are retained: those that some receiver has yet to
// receive.
func (tx *Sender[T]) Len() int {
	c := tx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return int(c.tail - c.oldest)
}

// Cap returns the capacity.
func (tx *Sender[T]) Cap() int { return int(tx.ch.capacity) }

// ReceiverCount returns how many receivers there are.
func (tx *Sender[T]) ReceiverCount() int { return tx.ch.receiverCount() }

// SenderCount returns how many handles to send with are open.
func (tx *Sender[T]) SenderCount() int { return tx.ch.senderCount() }

// SameChannel says whether both send to the same receivers.
func (tx *Sender[T]) SameChannel(other *Sender[T]) bool { return tx.ch == other.ch }

func (c *channel[T]) receiverCount() int {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.Receivers()
}

func (c *channel[T]) senderCount() int {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.Senders()
}
