package mpmc

import (
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fifo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/release"
)

// Receiver is a handle to receive with. It is an [edo.Stream] of the messages that come to
// it: each message comes to one receive alone, of all handles. Any number of goroutines
// may use a handle at the same time, and any number of tasks may wait by way of it with
// Recv, RecvMany, RecvTimeout and futures, each for its own turn. What polls the handle
// itself (PollNext, PollRecv, PollRecvMany, and so edo.Next, a Select, and combinators
// of streams) waits in a place that the handle has once: when a second task does so while
// the first one waits, it gets an [*edo.BusyError].
//
// The owner drops it when it takes no more messages. When no receiver is left, sends are
// refused, and the messages in the channel are dropped.
type Receiver[T any] struct {
	ch      *channel[T]
	seat    *seat[T]
	lent    bool    // turn is in use; guarded by the channel's lock
	turn    turn[T] // for one Recv that waits
	cleanup runtime.Cleanup
}

// Clone returns another receiver of the same channel, which is closed on its own. The
// clone of a closed receiver is closed. Making and dropping it takes about a microsecond.
func (rx *Receiver[T]) Clone() *Receiver[T] {
	c, pc := rx.ch, caller()
	c.mu.Lock()
	if rx.seat.ended {
		c.mu.Unlock()
		return &Receiver[T]{ch: c, seat: &seat[T]{ch: c, ended: true}}
	}
	c.addReceiver(pc)
	c.mu.Unlock()
	return newReceiver(c, pc)
}

// Close ends this receiver while there are others: its receives fail from now on, those
// that wait included, and a message that was promised to its stream goes to the next in
// line. The other receivers do not notice. The last receiver that is open closes the
// channel instead, as that of package mpsc does: sends are refused, and those that wait
// are woken with an error that matches [edo.ErrClosed]; what was accepted, and what is
// sent with permits that are out, can still be received by it, and then it is at the end.
func (rx *Receiver[T]) Close() {
	c := rx.ch
	c.mu.Lock()
	switch {
	case rx.seat.ended:
		c.mu.Unlock()
	case c.receivers > 1:
		rx.end()
	default:
		c.closed = true
		c.settle(nil)
	}
}

// CloseAll closes the channel for all who send: sends are refused from now on, and those
// that wait are woken with an error that matches [edo.ErrClosed]. The receivers stay:
// what was accepted, and what is sent with permits that are out, is received by them, and
// then they are at the end.
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

// Drop ends this receiver, for owners: its receives fail from now on, those that wait
// included, and a message that was promised to its stream goes to the next in line. When
// it was the last receiver, sends are refused, also those with permits that are out, and
// the messages that were not received are dropped.
func (rx *Receiver[T]) Drop() {
	c := rx.ch
	c.mu.Lock()
	if rx.seat.ended {
		c.mu.Unlock()
		return
	}
	rx.end()
}

// end ends the handle. It is called with the lock, and lets go of it.
func (rx *Receiver[T]) end() {
	rx.cleanup.Stop()
	rx.ch.leaveSeat(rx.seat)
	runtime.KeepAlive(rx) // not collected before Stop
}

// leaveSeat ends a handle that is open: those that wait by way of it are refused, and the
// last one empties the channel. It is called with the lock, and lets go of it.
func (c *channel[T]) leaveSeat(s *seat[T]) {
	s.ended = true
	c.receivers--
	c.made.receivers.Remove(s.pc)
	var wakers []edo.Waker
	switch s.own.state {
	case queued:
		wakers = append(wakers, c.taking.remove(&s.own))
	case chosen:
		c.promised--
	}
	release.Store32(&s.own.state, outside)
	for w := c.taking.first; w != nil && s.waits != 0; {
		next := w.next
		if w.seat == s {
			wakers = append(wakers, c.taking.refuse(w))
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
		discard(&left)
	}
}

// Withdraw gives up the place in line that a poll of this handle has taken (PollNext and
// its like), and passes on what was promised to it. It is for code that has asked by a
// poll, and does something else before it asks again: as long as it does, its place would
// hold back one message from the other receivers. A receive by way of the handle, its Close
// and its Drop do the same. It works from any goroutine, and does nothing when there is no
// such place.
func (rx *Receiver[T]) Withdraw() {
	c := rx.ch
	c.mu.Lock()
	c.abandon(&rx.seat.own)
	c.settle(nil)
}

// IsClosed says whether the channel takes no more messages, or gives this receiver none:
// it was closed by the receivers, or all senders are closed and no permit is out, or this
// receiver was closed. There may be messages left.
func (rx *Receiver[T]) IsClosed() bool {
	c := rx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	return rx.seat.ended || c.closed || !c.alive()
}

// SameChannel says whether both receive what the same senders send.
func (rx *Receiver[T]) SameChannel(other *Receiver[T]) bool { return rx.ch == other.ch }

// addReceiver counts a handle that was made at pc. Locked.
func (c *channel[T]) addReceiver(pc uintptr) {
	c.receivers++
	c.made.receivers.Add(pc)
}

// discard drops what is left of a queue, also when a Drop panics.
func discard[T any](left *fifo.Queue[T]) {
	defer func() {
		if left.Len() != 0 {
			discard(left)
		}
	}()
	for left.Len() != 0 {
		own.Discard(left.Take())
	}
}
