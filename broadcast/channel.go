package broadcast

import (
	"errors"
	"math/bits"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
	"github.com/edo-go/edo/internal/invariant"
)

// channel is what the handles point to: a ring of values, numbered from 0, and where
// in it each receiver is.
//
//	0 ... oldest ........ next of a receiver ........ tail
//	      retained, and   |  this receiver has yet   |  the number of the value
//	      still to be     |  to receive              |  that is sent next
//	      received        |                          |
//
// # Who may touch what
//
// The lock of the hub guards everything, receivers included. No user code runs under
// it.
//
// # Where a receiver is
//
// A receiver whose next is n is counted in slot n, or in caughtUp when n is tail. One
// that has fallen behind (next < oldest) is counted in slot oldest: there it will go
// on. These counts say what is still needed, without a list of receivers, and moving
// on, coming and going are a few additions, however far behind the receiver is.
//
// (Tokio counts in each slot how many have yet to read it. A receiver that goes must
// then walk through all that it has not read.)
//
// # Rules
//
//  1. tail - oldest <= capacity, and <= the length of the ring, which is a power of two
//     and grows up to the capacity. So capacity is exact, whatever the ring is.
//  2. The counts of the slots from oldest to tail, and caughtUp, add up to the number of
//     receivers.
//  3. Slot oldest has a count, unless oldest is tail: what no receiver has yet to
//     receive is let go of at once. All other slots are zero.
//  4. A receiver lags when next < oldest, and oldest - next is how many it has missed.
//     It cannot come to be elsewhere: by rule 3 oldest passes a receiver only when a
//     send finds capacity values retained, and overwrites the oldest.
//  5. A receiver is in the set of those that wait only while its next is tail and a
//     sender is open. Whoever changes one of these takes everybody out, and wakes them
//     without the lock.
type channel[T any] struct {
	fanout.Hub
	ring     []slot[T]
	oldest   uint64
	tail     uint64
	capacity uint64
	caughtUp int
}

// slot is where value i is, for i modulo the length of the ring.
type slot[T any] struct {
	value T
	at    int // receivers that are at this value
}

const firstRing = 4

var (
	errRefused  = edo.NewError(edo.ErrClosed, "broadcast: send without receivers")
	errEnded    = edo.NewError(edo.ErrClosed, "broadcast: send on closed sender")
	errEmpty    = edo.NewError(edo.ErrEmpty, "broadcast: nothing new was sent")
	errDone     = edo.NewError(edo.ErrClosed, "broadcast: receive without senders")
	errGone     = edo.NewError(edo.ErrClosed, "broadcast: receive on closed receiver")
	errCapacity = errors.New("broadcast: capacity must be at least 1")
)

func (c *channel[T]) slot(i uint64) *slot[T] { return &c.ring[i&uint64(len(c.ring)-1)] }

// send puts v at tail and moves whoever waits into herd. It returns how many receivers
// there are. Locked.
func (c *channel[T]) send(v T, herd *fanout.Herd) (receivers int) {
	switch c.tail - c.oldest {
	case c.capacity:
		c.overwrite()
	case uint64(len(c.ring)):
		c.grow()
	}
	s := c.slot(c.tail)
	s.value, s.at = v, c.caughtUp
	c.caughtUp = 0
	c.tail++
	c.check()
	c.Waiting.Take(herd)
	return c.Receivers()
}

// overwrite lets go of the oldest value. Who was to receive it lags, and is counted
// where it will go on.
func (c *channel[T]) overwrite() {
	s := c.slot(c.oldest)
	behind := s.at
	*s = slot[T]{}
	c.oldest++
	*c.at(c.oldest) += behind
}

// grow makes the ring larger.
func (c *channel[T]) grow() {
	size := min(max(firstRing, 2*uint64(len(c.ring))), 1<<bits.Len64(c.capacity-1))
	ring := make([]slot[T], size)
	for i := c.oldest; i != c.tail; i++ {
		ring[i&(size-1)] = *c.slot(i)
	}
	c.ring = ring
}

// at returns the count of the receivers whose next is i.
func (c *channel[T]) at(i uint64) *int {
	if i == c.tail {
		return &c.caughtUp
	}
	return &c.slot(i).at
}

// contested says that the waker of another task is where a receiver's is to be. It is no
// result of a poll: see [Receiver.PollNext].
const contested edo.Poll = 255

// useResubscribe is what to do instead of waiting twice.
const useResubscribe = "one task at a time receives with a Receiver; Resubscribe gives each task one of its own, that gets every value"

// receive returns the next value of rx, or the error that it has lagged. Without one
// it is Pending, and with waker, unless that is zero, rx will be woken; or it is the
// End. Locked.
func (c *channel[T]) receive(rx *Receiver[T], waker edo.Waker) (v T, p edo.Poll, err error) {
	switch {
	case rx.gone:
		return v, edo.End, nil
	case rx.next < c.oldest:
		missed := c.oldest - rx.next
		rx.next = c.oldest
		return v, edo.Ready, &edo.LaggedError{Missed: missed}
	case rx.next != c.tail:
		return c.take(rx), edo.Ready, nil
	case c.Senders() == 0:
		return v, edo.End, nil
	case !waker.IsZero() && !c.Waiting.Admit(&rx.entry, waker):
		return v, contested, nil
	}
	return v, edo.Pending, nil
}

// take moves rx, which does not lag, on by one value. Locked.
func (c *channel[T]) take(rx *Receiver[T]) T {
	s := c.slot(rx.next)
	v := s.value
	s.at--
	rx.next++
	*c.at(rx.next)++
	if s.at == 0 && rx.next == c.oldest+1 { // rule 3; and somebody is at the next one now
		*s = slot[T]{}
		c.oldest++
	}
	c.check()
	return v
}

// check checks rule 3.
func (c *channel[T]) check() {
	if invariant.Enabled {
		invariant.Check(c.oldest == c.tail || c.slot(c.oldest).at > 0, "broadcast: a value is retained for nobody")
	}
}

// leave takes a receiver at next out of the counts, and lets go of what it alone had
// yet to receive. Locked.
func (c *channel[T]) leave(next uint64) {
	*c.at(max(next, c.oldest))--
	for c.oldest != c.tail && c.slot(c.oldest).at == 0 {
		*c.slot(c.oldest) = slot[T]{}
		c.oldest++
	}
}

// subscribe returns a receiver of what is sent from now on. Locked.
func (c *channel[T]) subscribe() *Receiver[T] {
	c.AddReceiver()
	c.caughtUp++
	return &Receiver[T]{ch: c, next: c.tail}
}
