package broadcast

import (
	"errors"
	"math/bits"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
	"github.com/edo-go/edo/internal/invariant"
)

// channel is what the handles point to: a ring of values, numbered from 0, and the position
// of each receiver in it.
//
//	0 ... oldest ........ next of a receiver ....... tail
//	      retained, and   |  this receiver has yet  |  the number of the value
//	      still to be     |  to receive             |  that is sent next
//	      received        |                         |
//
// # Ownership
//
// The lock of the hub guards everything, receivers included. No user code runs under it.
//
// # Counts
//
// A receiver with next n is counted in slot n, or in caughtUp when n is tail. A receiver
// that lags (next < oldest) is counted in slot oldest: there it will go on. The counts say
// which values are still needed, without a list of receivers. To receive, subscribe or
// leave takes a few additions, however far behind the receiver is.
//
// (Tokio counts in each slot how many receivers have yet to read it. There a receiver that
// leaves must walk through all values that it has not read.)
//
// # Rules
//
//  1. tail - oldest <= capacity, and <= the length of the ring, which is a power of two
//     and grows up to the capacity. So the capacity is exact, whatever the ring is.
//  2. The counts of the slots from oldest to tail, and caughtUp, add up to the number of
//     receivers.
//  3. Slot oldest has a count, unless oldest is tail: a value that no receiver has yet to
//     receive is cleared at once. All slots that are not retained are zero.
//  4. A receiver lags when next < oldest. It has missed oldest - next values. There is no
//     other way to lag: by rule 3 oldest passes a receiver only when a send finds capacity
//     values retained, and overwrites the oldest.
//  5. A receiver is in the set of waiting tasks only while its next is tail and a sender is
//     open. An operation that changes one of the two empties the set, and wakes the tasks
//     without the lock.
type channel[T any] struct {
	fanout.Hub
	ring     []slot[T]
	oldest   uint64
	tail     uint64
	capacity uint64
	caughtUp int
}

// slot has value i, for i modulo the length of the ring.
type slot[T any] struct {
	value     T
	receivers int // how many will receive this value next
}

const minRing = 4

var (
	errNoReceivers    = edo.NewError(edo.ErrClosed, "broadcast: send without receivers")
	errSenderClosed   = edo.NewError(edo.ErrClosed, "broadcast: send on closed sender")
	errEmpty          = edo.NewError(edo.ErrEmpty, "broadcast: nothing new was sent")
	errNoSenders      = edo.NewError(edo.ErrClosed, "broadcast: receive without senders")
	errReceiverClosed = edo.NewError(edo.ErrClosed, "broadcast: receive on closed receiver")
	errCapacity       = errors.New("broadcast: capacity must be at least 1")
)

func (c *channel[T]) slot(i uint64) *slot[T] { return &c.ring[i&uint64(len(c.ring)-1)] }

// send puts v at tail, and moves the waiting tasks into batch. It returns how many receivers
// there are. The caller holds Mu.
func (c *channel[T]) send(v T, batch *fanout.Batch) (receivers int) {
	switch c.tail - c.oldest {
	case c.capacity:
		c.overwrite()
	case uint64(len(c.ring)):
		c.grow()
	}
	s := c.slot(c.tail)
	s.value, s.receivers = v, c.caughtUp
	c.caughtUp = 0
	c.tail++
	c.check()
	c.Waiting.MoveAll(batch) // rule 5: no receiver has next == tail any more
	return c.Receivers()
}

// overwrite clears the oldest value. The receivers that had yet to receive it lag, and are
// counted where they will go on: rule 4.
func (c *channel[T]) overwrite() {
	s := c.slot(c.oldest)
	lagging := s.receivers
	*s = slot[T]{}
	c.oldest++
	*c.count(c.oldest) += lagging
}

// grow makes the ring larger, as rule 1 allows.
func (c *channel[T]) grow() {
	size := min(max(minRing, 2*uint64(len(c.ring))), 1<<bits.Len64(c.capacity-1))
	ring := make([]slot[T], size)
	for i := c.oldest; i != c.tail; i++ {
		ring[i&(size-1)] = *c.slot(i)
	}
	c.ring = ring
}

// count returns the count of the receivers with next i.
func (c *channel[T]) count(i uint64) *int {
	if i == c.tail {
		return &c.caughtUp
	}
	return &c.slot(i).receivers
}

// useResubscribe is the advice to a second task that waits with one receiver.
const useResubscribe = "one task at a time receives with a Receiver; Resubscribe gives each task one of its own, that gets every value"

// receive returns the next value of rx, or the error that it has lagged. Without either it
// is the End; or it is Pending, and keeps waker, unless that is zero. The caller holds Mu.
func (c *channel[T]) receive(rx *Receiver[T], waker edo.Waker) (v T, p edo.Poll, err error) {
	switch {
	case rx.closed:
		return v, edo.End, nil
	case rx.next < c.oldest:
		missed := c.oldest - rx.next
		rx.next = c.oldest
		return v, edo.Ready, &LaggedError{Missed: missed}
	case rx.next != c.tail:
		return c.takeNext(rx), edo.Ready, nil
	case c.Senders() == 0:
		return v, edo.End, nil
	case !waker.IsZero() && !c.Waiting.Admit(&rx.entry, waker):
		return v, fanout.Contested, nil
	}
	return v, edo.Pending, nil
}

// takeNext returns the next value of rx, which does not lag. The caller holds Mu.
func (c *channel[T]) takeNext(rx *Receiver[T]) T {
	s := c.slot(rx.next)
	v := s.value
	s.receivers--
	rx.next++
	*c.count(rx.next)++
	if s.receivers == 0 && rx.next == c.oldest+1 { // rule 3: rx is counted in the next slot now
		*s = slot[T]{}
		c.oldest++
	}
	c.check()
	return v
}

// check checks rule 3.
func (c *channel[T]) check() {
	if invariant.Enabled {
		invariant.Check(c.oldest == c.tail || c.slot(c.oldest).receivers > 0, "broadcast: a value is retained for no receiver")
	}
}

// uncount removes a receiver with next from the counts, and clears the values that only
// that receiver had yet to receive: rule 3. The caller holds Mu.
func (c *channel[T]) uncount(next uint64) {
	*c.count(max(next, c.oldest))--
	for c.oldest != c.tail && c.slot(c.oldest).receivers == 0 {
		*c.slot(c.oldest) = slot[T]{}
		c.oldest++
	}
}

// subscribe returns a receiver of the values that are sent from now on. The caller holds Mu.
func (c *channel[T]) subscribe() *Receiver[T] {
	c.AddReceiver()
	c.caughtUp++
	return &Receiver[T]{ch: c, next: c.tail}
}
