package mpsc

import (
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
)

// Sender is a handle to send with. Any number of goroutines may use one at the same
// time. Whoever owns it closes or drops it when no more is to be sent: the receiver
// waits for that.
type Sender[T any] struct {
	ch      *channel[T]
	ended   bool        // closed; guarded by the channel's lock, as are the next two
	closers uint32      // those that wait for the end by way of it, without watches
	waiters *waiters[T] // made when first needed
	pc      uintptr     // where it was made
	cleanup runtime.Cleanup
}

// New returns a channel that holds capacity messages at most, and that exactly: a
// send that finds so many waits. Memory is taken as it is needed. A capacity below
// 1 is a mistake in the program, and panics.
func New[T any](capacity int) (*Sender[T], *Receiver[T]) {
	if capacity < 1 {
		panic(errCapacity)
	}
	return open[T](uint64(capacity), caller())
}

// NewUnbounded returns a channel that is never full: nothing slows its senders down
// but memory.
func NewUnbounded[T any]() (*Sender[T], *Receiver[T]) {
	return open[T](unbounded, caller())
}

// open makes a channel, and its first handle.
func open[T any](capacity uint64, pc uintptr) (*Sender[T], *Receiver[T]) {
	c := &channel[T]{capacity: capacity, limit: capacity, lag: uint8(min(capacity/4, 64))}
	c.debt.To = (*debtor[T])(c)
	c.addSender(pc)
	return newSender(c, pc), (*Receiver[T])(c)
}

// Clone returns another handle of the same channel, which is closed on its own. The
// clone of a closed handle is closed. Making and closing it takes about 0.7 µs.
func (tx *Sender[T]) Clone() *Sender[T] {
	c, pc := tx.ch, caller()
	c.mu.Lock()
	if tx.ended {
		c.mu.Unlock()
		return &Sender[T]{ch: c, ended: true}
	}
	c.addSender(pc)
	c.mu.Unlock()
	return newSender(c, pc)
}

// TrySend sends v if there is room for it and nobody waits in line. It never waits.
// The error matches [edo.ErrFull] or [edo.ErrClosed]; then v is still the caller's.
func (tx *Sender[T]) TrySend(v T) error {
	rx, err := tx.ch.trySend(tx, v)
	rx.Wake()
	return err
}

// Send sends v, and waits in line while the channel is full. With an error v is
// still the caller's, and was not sent: the error matches [edo.ErrClosed] when the
// receiver, or this handle, was closed, and [edo.ErrCancelled] when the task was
// asked to end while it waited. It allocates nothing.
func (tx *Sender[T]) Send(task *edo.Task, v T) error {
	if err := task.Proceed((*sending[T])(tx)); err != nil {
		return err
	}
	c, cx := tx.ch, task.Internal(internal.Key{})
	c.mu.Lock()
	if err := c.accept(tx); err != nil {
		w, err := c.enqueue(cx, tx, v, err)
		if w != nil {
			return c.await(task, w, w)
		}
		return err
	}
	c.put(v)
	rx := c.takeRx()
	c.mu.Unlock()
	rx.WakeBy(cx)
	return nil
}

// enqueue puts v in line, and returns the waiter that it is in, where accept has said
// err. It may send it after all, or return an error. It is called with the lock, and lets
// go of it.
func (c *channel[T]) enqueue(cx *edo.Context, tx *Sender[T], v T, err error) (*waiter[T], error) {
	if err == errFull {
		w := tx.lend()
		w.value, w.waker, w.asked = v, cx.Waker(), true
		if c.queue(w) {
			c.mu.Unlock()
			return w, nil
		}
		w.waker = edo.Waker{}
		c.giveBack(w)
		err = nil
	}
	if err != nil {
		c.mu.Unlock()
		return nil, err
	}
	c.put(v)
	rx := c.takeRx()
	c.mu.Unlock()
	rx.WakeBy(cx)
	return nil, nil
}

// sending is a sender as a leaf that need not wait for room: only for its task's next
// turn, when the budget is used up.
type sending[T any] Sender[T]

// Close ends this handle, for all who share it. Sends that wait in line already go
// on; what is sent through it afterwards is refused. When no handle is left open
// and no permit is out, the receiver gets what was accepted, and then the end.
func (tx *Sender[T]) Close() {
	c := tx.ch
	c.mu.Lock()
	if tx.ended {
		c.mu.Unlock()
		return
	}
	tx.ended = true
	wakers := c.forget(tx)
	rx := c.dropSender(tx.pc)
	c.mu.Unlock()
	tx.cleanup.Stop()
	runtime.KeepAlive(tx) // not collected before Stop
	rx.Wake()
	for _, w := range wakers {
		w.Wake()
	}
}

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }

// IsClosed says whether a send would be refused: the receiver was closed or
// dropped, or this handle was closed. Once true it stays true.
func (tx *Sender[T]) IsClosed() bool {
	tx.ch.mu.Lock()
	defer tx.ch.mu.Unlock()
	return tx.isClosed()
}

// isClosed is IsClosed. Locked.
func (tx *Sender[T]) isClosed() bool { return tx.ended || tx.ch.closed.Load() }

// SameChannel says whether both send to the same receiver.
func (tx *Sender[T]) SameChannel(other *Sender[T]) bool { return tx.ch == other.ch }
