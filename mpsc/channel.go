package mpsc

import (
	"errors"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

// channel is what the handles point to: a queue of messages, numbered from 0, and
// a line of senders that wait for room in it.
//
//	0 ... consumed ... head ........ seen ........ tail ... stop
//	      received     |  the receiver's |  accepted |  room   |
//	                   |  without a lock |           |         |
//
// A lock that is held for some ten nanoseconds was measured to be faster than a
// queue without locks (a sequence number in each slot): with one processor per
// side both pay for the cache line that they share, and the lock lets the receiver
// take everything there is at once. The senders pay for the lock with each
// message, the receiver once per batch.
//
// # Who may touch what
//
//	the receiver's   head, seen; from, once there is one; the slots from head to seen
//	consumed         written by the receiver, read by anybody
//	waiting, closed  written with the lock, read by anybody
//	guarded by mu    everything else, and the slots from seen on
//
// # Rules
//
//  1. tail - received <= capacity, where received is what the receiver has taken:
//     the larger of consumed, which it stores without the lock, and released, which
//     is what the holder of the lock knows of.
//  2. A sender may fill slot tail without another look while tail != stop. At stop
//     it looks at consumed, and moves stop on. So capacity is exact: a receive
//     that has returned has made room, although the receiver tells nobody.
//  3. A free slot belongs to the head of the line. While anybody is in line, stop
//     is tail, nobody looks at consumed, and only the receiver moves values, from
//     the line into the queue. (Len is at capacity then, outside of a receive.)
//  4. waiting is true while somebody is in line. A sender sets it and then looks at
//     consumed once more before it gets in line; the receiver stores consumed and
//     then looks at waiting. One of them sees the other: no free slot is forgotten
//     with somebody in line.
//  5. A receive that finds waiting set settles before it returns: it moves the value
//     of the first in line into the slot that it has emptied, and wakes that sender
//     without the lock. It cannot leave this to a later receive, to do several at
//     once: the receiver may be about to wait for that very sender.
//  6. Closing sets stop to tail and empties the line, so whoever was not accepted by
//     then finds out at stop. What was accepted will be received.
//  7. The receiver's waker is in rx only while the queue is empty and open. Whoever
//     accepts a message or ends the channel takes it out, and wakes it without the
//     lock.
//  8. The end is: nothing in the queue, and closed or no senders left. The line is
//     empty then, by rule 3.
//
// Memory: everything that passes from one side to the other passes through the
// lock, or through consumed: the receiver clears a slot before it stores consumed,
// and a sender fills it after it has loaded that.
type channel[T any] struct {
	mu       lock
	tail     uint64 // messages accepted so far
	stop     uint64
	into     *segment[T] // where tail is
	rx       edo.Waker
	released uint64
	line     line[T]

	capacity  uint64
	senders   int
	closers   line[T] // those that wait for the end
	kept      *waiter[T]
	keptCount int
	spare     *segment[T]
	closed    atomic.Bool

	// The receiver's cache line. Senders look at it when they find no room.
	consumed atomic.Uint64
	waiting  atomic.Bool
	head     uint64 // messages received so far
	seen     uint64
	from     *segment[T] // where head is
	_        [24]byte
}

const unbounded uint64 = 1<<63 - 1

var (
	errClosed   = edo.NewError(edo.ErrClosed, "mpsc: send on closed channel")
	errEnded    = edo.NewError(edo.ErrClosed, "mpsc: send on closed sender")
	errFull     = edo.NewError(edo.ErrFull, "mpsc: channel is full")
	errEmpty    = edo.NewError(edo.ErrEmpty, "mpsc: channel is empty")
	errDone     = edo.NewError(edo.ErrClosed, "mpsc: receive on closed channel")
	errCapacity = errors.New("mpsc: capacity must be at least 1; NewUnbounded has no limit")
)

// accept makes room for one message at tail and says so, or returns why there is
// none: errFull, errClosed, or errEnded when the handle tx was closed. Locked.
func (c *channel[T]) accept(tx *Sender[T]) error {
	if tx.ended {
		return errEnded
	}
	if c.tail != c.stop {
		return nil
	}
	if c.closed.Load() {
		return errClosed
	}
	if c.line.first != nil {
		return errFull
	}
	c.released = max(c.released, c.consumed.Load())
	if !c.reach() {
		return errFull
	}
	return nil
}

// reach moves stop to where rules 1 and 2 allow it, and says whether there is room
// for a message now. Locked, with nobody in line.
func (c *channel[T]) reach() bool {
	if c.tail-c.released >= c.capacity {
		c.stop = c.tail
		return false
	}
	c.stop = min(c.fit(), c.released+c.capacity)
	return true
}

// fit returns how far the segment that tail is in reaches, which is beyond tail:
// otherwise it goes on to another segment. Locked.
func (c *channel[T]) fit() uint64 {
	if s := c.into; s != nil {
		if end := max(s.start, c.released) + uint64(len(s.slots)); end != c.tail {
			return end
		}
	}
	c.grow()
	return c.tail + uint64(len(c.into.slots))
}

// put puts v at tail, where there is room. Locked.
func (c *channel[T]) put(v T) {
	*c.into.slot(c.tail) = v
	c.tail++
}

// takeRx takes the waker of the receiver. Locked.
func (c *channel[T]) takeRx() edo.Waker {
	w := c.rx
	if !w.IsZero() {
		c.rx = edo.Waker{}
	}
	return w
}

// trySend sends v if there is room. The waker that it returns is to be woken.
func (c *channel[T]) trySend(tx *Sender[T], v T) (edo.Waker, error) {
	c.mu.Lock()
	if err := c.accept(tx); err != nil {
		c.mu.Unlock()
		return edo.Waker{}, err
	}
	c.put(v)
	rx := c.takeRx()
	c.mu.Unlock()
	return rx, nil
}

// queue puts w, for which accept found no room, in line, unless there is room at
// a second look, which rule 4 asks for. Locked.
func (c *channel[T]) queue(w *waiter[T]) (joined bool) {
	if c.line.first == nil {
		if invariant.Enabled {
			invariant.Step("mpsc: about to say that somebody waits")
		}
		c.waiting.Store(true)
		if invariant.Enabled {
			invariant.Step("mpsc: said that somebody waits")
		}
		if c.accept(w.via) == nil {
			c.waiting.Store(false)
			return false
		}
	}
	c.line.push(w)
	return true
}

// leave takes w out of the line, if it is in it still, and returns the state it
// was in. Locked.
func (c *channel[T]) leave(w *waiter[T]) (state uint32) {
	state = w.state
	if state == queued {
		c.line.remove(w)
		w.state = outside
		if c.line.first == nil {
			c.waiting.Store(false)
		}
	}
	return state
}

// settle moves the value of the first in line into the slot that the receiver has
// just emptied, and returns its waker. Locked, by the receiver.
//
// While somebody is in line there is no more than one free slot: the first in line
// has found none at its second look, and consumed is behind head by one at the most.
// There may be none: a sender may have filled it before the others got in line.
func (c *channel[T]) settle() (sender edo.Waker) {
	c.released = c.head
	w := c.line.first
	if w == nil || c.tail-c.released == c.capacity {
		return sender
	}
	c.fit()
	c.put(w.value)
	c.stop = c.tail
	var zero T
	w.value = zero
	sender = c.line.remove(w)
	storeRelease(&w.state, accepted)
	if c.line.first == nil {
		c.waiting.Store(false)
	}
	return sender
}

// receive returns the next message. Without one it is Pending, and waker will be
// woken; or it is the End. cx may be nil, and waker zero: then an earlier one stays.
func (c *channel[T]) receive(cx *edo.Context, waker edo.Waker) (v T, p edo.Poll) {
	if c.head == c.seen {
		if p := c.refill(waker); p != edo.Ready {
			return v, p
		}
	}
	slot := c.from.slot(c.head)
	var zero T
	v, *slot = *slot, zero
	c.head++
	if !c.waiting.Load() {
		if invariant.Enabled {
			invariant.Step("mpsc: about to store consumed")
		}
		c.consumed.Store(c.head)
		if invariant.Enabled {
			invariant.Step("mpsc: consumed stored")
		}
		if !c.waiting.Load() {
			return v, edo.Ready
		}
	}
	c.mu.Lock()
	sender := c.settle()
	c.look()
	c.mu.Unlock()
	wake(cx, sender)
	return v, edo.Ready
}

// refill is Ready when the receiver has a message between head and seen.
func (c *channel[T]) refill(waker edo.Waker) (p edo.Poll) {
	c.mu.Lock()
	c.look()
	switch {
	case c.head != c.seen:
		p = edo.Ready
	case c.closed.Load() || c.senders == 0:
		p = edo.End
	case !waker.IsZero():
		c.rx = waker
	}
	c.mu.Unlock()
	return p
}

// close ends sending for good and wakes everybody who waits for that, and the
// receiver if it is to.
func (c *channel[T]) close(andReceiver bool) {
	c.mu.Lock()
	if c.closed.Load() {
		c.mu.Unlock()
		return
	}
	c.closed.Store(true)
	c.stop = c.tail
	c.waiting.Store(false)
	var wakers []edo.Waker
	for _, l := range []*line[T]{&c.line, &c.closers} {
		for l.first != nil {
			w := l.first
			wakers = append(wakers, l.remove(w))
			storeRelease(&w.state, refused)
		}
	}
	rx := c.takeRx()
	c.mu.Unlock()
	for _, w := range wakers {
		w.Wake()
	}
	if andReceiver {
		rx.Wake()
	}
}

// wake wakes w by cx, unless that is nil.
func wake(cx *edo.Context, w edo.Waker) {
	if cx != nil {
		w.WakeBy(cx)
	} else {
		w.Wake()
	}
}
