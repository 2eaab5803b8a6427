package mpmc

import (
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fifo"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/waiters"
)

// Receiver is a handle to receive with. It is an [edo.Stream] of the messages that come to it:
// of all handles, one receive gets each message. Any number of goroutines may use a handle at
// the same time, and any number of tasks may wait by way of it with Recv, RecvMany, RecvTimeout
// and futures, each for its own turn. A poll of the handle itself (PollNext, PollRecv,
// PollRecvMany, and so edo.Next, a Select, and combinators of streams) waits in a place that
// the handle has once: a second task that does so while the first waits gets an
// [*edo.BusyError].
//
// The owner drops it when it takes no more messages. When no receiver is left, sends are
// refused, and the messages in the channel are dropped.
type Receiver[T any] struct {
	ch       *channel[T]
	seat     *seat[T]
	turnLent bool    // turn is in use; guarded by the channel's lock
	ownTurn  turn[T] // for one Recv that waits
	cleanup  runtime.Cleanup
}

// Clone returns another receiver of the same channel, which is closed on its own. The
// clone of a closed receiver is closed. Making and dropping it takes about a microsecond.
//
//go:noinline
func (rx *Receiver[T]) Clone() *Receiver[T] {
	c, pc := rx.ch, origin.Caller()
	c.mu.Lock()
	if rx.seat.ended {
		c.mu.Unlock()
		return &Receiver[T]{ch: c, seat: &seat[T]{ch: c, ended: true}}
	}
	c.addReceiver(pc)
	c.mu.Unlock()
	return newReceiver(c, pc)
}

// Close ends this receiver while there are others: its receives fail from now on, also those
// that wait, and a message that was promised to its stream goes to the next in line. The other
// receivers do not notice. The last receiver that is open closes the channel instead, as that
// of package mpsc does: sends are refused, and those that wait are woken with an error that
// matches [edo.ErrClosed]. It can still receive the messages that were accepted, and those
// that are sent with permits that are out. Then it is at the end.
func (rx *Receiver[T]) Close() {
	c := rx.ch
	c.mu.Lock()
	switch {
	case rx.seat.ended:
		c.mu.Unlock()
	case c.receivers > 1:
		rx.endHandle()
	default:
		c.closed = true
		c.settle(nil)
	}
}

// CloseAll closes the channel for all senders: sends are refused from now on, and those that
// wait are woken with an error that matches [edo.ErrClosed]. The receivers stay: they receive
// the messages that were accepted, and those that are sent with permits that are out. Then
// they are at the end.
func (rx *Receiver[T]) CloseAll() {
	c := rx.ch
	c.mu.Lock()
	if rx.seat.ended {
		c.mu.Unlock()
		return
	}
	c.closed = true
	c.settle(nil)
}

// Drop ends this receiver, for owners: its receives fail from now on, also those that wait, and
// a message that was promised to its stream goes to the next in line. When it was the last
// receiver, sends are refused, also those with permits that are out, and the messages that
// were not received are dropped.
func (rx *Receiver[T]) Drop() {
	c := rx.ch
	c.mu.Lock()
	if rx.seat.ended {
		c.mu.Unlock()
		return
	}
	rx.endHandle()
}

// endHandle ends the handle. The caller holds the lock, and endHandle releases it.
func (rx *Receiver[T]) endHandle() {
	lost.CloseHandle((*watchedReceiver[T])(rx))
	rx.ch.endSeat(rx.seat)
}

// endSeat ends a handle that is open: the waits by way of it are refused, and the last handle
// empties the channel. The caller holds the lock, and endSeat releases it.
func (c *channel[T]) endSeat(s *seat[T]) {
	s.ended = true
	c.receivers--
	c.origins.receivers.Remove(s.pc)
	var wakers []edo.Waker
	switch s.streamTurn.state {
	case queued:
		wakers = append(wakers, c.turns.remove(&s.streamTurn))
	case chosen:
		c.promised--
	}
	release.Store32(&s.streamTurn.state, outside)
	for w := c.turns.First(); w != nil && s.waiting != 0; {
		next := waiters.Next(w)
		if w.seat == s {
			wakers = append(wakers, c.turns.refuseTurn(w))
		}
		w = next
	}
	left := c.queue
	if c.receivers == 0 {
		c.closed, c.dropped = true, true
		c.queue.Reset()
		c.promised = 0
	}
	dropped := c.dropped
	c.settle(nil)
	for _, w := range wakers {
		w.Wake()
	}
	if dropped {
		discardAll(&left)
	}
}

// Withdraw gives up the place in line that a poll of this handle has taken (PollNext, PollRecv,
// PollRecvMany), and passes on the message that was promised to it. It is for code that has
// polled, and does something else before it polls again: meanwhile its place would hold back
// one message from the other receivers. A receive by way of the handle, its Close and its Drop
// do the same. It works from any goroutine, and does nothing when there is no such place.
func (rx *Receiver[T]) Withdraw() {
	c := rx.ch
	c.mu.Lock()
	c.abandonTurn(&rx.seat.streamTurn)
	c.settle(nil)
}

// IsClosed reports whether the channel accepts no more messages, or this receiver gets none: the
// receivers have closed the channel, or all senders are closed and no permit is out, or this
// receiver was closed. There may be messages left.
func (rx *Receiver[T]) IsClosed() bool {
	c := rx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	return rx.seat.ended || c.closed || !c.mayStillSend()
}

// SameChannel reports whether both receive from the same senders.
func (rx *Receiver[T]) SameChannel(other *Receiver[T]) bool { return rx.ch == other.ch }

// addReceiver counts a handle that was made at pc. Locked.
func (c *channel[T]) addReceiver(pc uintptr) {
	c.receivers++
	c.origins.receivers.Add(pc)
}

// discardAll drops the messages that are left in a queue, all of them also when a Drop panics.
func discardAll[T any](left *fifo.Queue[T]) {
	defer func() {
		if left.Len() != 0 {
			discardAll(left)
		}
	}()
	for left.Len() != 0 {
		own.Discard(left.Take())
	}
}
