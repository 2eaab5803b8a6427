package mpsc

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// channel is what the handles point to: a queue of messages, numbered from 0, and
// a line of those who wait for room in it, to send or to reserve.
//
//	0 ... consumed ... head ........ seen ........ tail ... stop
//	      received     |  the receiver's |  accepted |  room   |
//	                   |  without a lock |           |         |
//
// A lock that is held for some ten nanoseconds was measured to be faster than a
// queue without locks (a sequence number in each slot): with one processor per
// side both pay for the cache line that they share, and the lock lets the receiver
// take everything there is at once. The senders pay for the lock with each
// message, the receiver once per batch, and once for many senders that wait in line.
//
// A permit is not a slot: it is one off the capacity, for as long as it is out. So
// those who send without one do not know of permits at all, and whoever has one may
// put its message behind all others, as one that was sent without.
//
// # Who may touch what
//
//	the receiver's   head, seen, slack; from, once there is one; the slots from head to
//	                 seen. The receiver is the task whose turn it is, see turn
//	consumed         written by the receiver, read by anybody
//	waiting, closed  written with the lock, read by anybody
//	limit, lag, debt written before the channel is used
//	guarded by mu    everything else, and the slots from seen on
//
// # Rules
//
//  1. tail - received <= capacity, where received is what the receiver has taken:
//     the larger of consumed, which it stores without the lock, and released, which
//     is what the holder of the lock knows of; and limit - capacity is the number of
//     permits that are out, or collected by somebody in line.
//  2. A sender may fill slot tail without another look while tail != stop. At stop
//     it looks at consumed, and moves stop on. So capacity is exact: a receive
//     that has returned has made room, although the receiver tells nobody.
//  3. A free slot belongs to the head of the line: it gets its message in, or is
//     collected for its permits. While anybody is in line, stop is tail, no sender looks
//     at consumed, and only who has freed a slot (by a receive, by giving permits
//     back, by leaving the line with some) moves the line on. (There is no free slot
//     then, outside of these, and of those that the receiver owes the line by rule 5.)
//  4. waiting is true while somebody is in line. Who is about to get in line sets it
//     and then looks at consumed once more; the receiver stores consumed and then
//     looks at waiting, or settles by rule 5. One of them sees the other: no free slot
//     is forgotten with somebody in line.
//  5. A receive serves the line before it returns: it moves the values of those who
//     have waited longest into the slots that were emptied, and wakes these senders
//     without the lock. Or it puts that off, and owes it: a wake, and the lock, for each
//     message was what a full channel cost most. It may do so while it has seen more
//     messages, for lag receives in a row, and only in a poll that settles at its end,
//     or while it is stuck: the receiver may be about to wait for that very sender. To
//     settle is to look at the line and at consumed with the lock; whoever gets in line
//     later has the lock later, and sees consumed.
//  6. Closing sets stop to tail and empties the line, so whoever was not accepted by
//     then finds out at stop. What was accepted will be received, and permits that
//     are out stay good. Dropping the receiver (dropped) ends those too.
//  7. The receiver's waker is in rx only while the queue is empty and not at its end.
//     Whoever accepts a message or brings about the end takes it out, and wakes it
//     without the lock.
//  8. The end is: nothing in the queue, and dropped; or closed or no senders left, and
//     no permits out. The line is empty then, by rule 3.
//
// Memory: everything that passes from one side to the other passes through the
// lock, or through consumed: the receiver clears a slot before it stores consumed,
// and a sender fills it after it has loaded that.
type channel[T any] struct {
	mu       lock
	hand     lock   // of a receive by another task than the last; taken before mu
	tail     uint64 // messages accepted so far
	stop     uint64
	into     *segment[T] // where tail is
	rx       edo.Waker
	released uint64
	line     line[T]

	capacity uint64 // for messages: limit, less the permits that are out
	limit    uint64 // as constructed
	aside    *aside[T]
	senders  uint32 // handles that are open
	weak     uint32 // weak ones
	closed   atomic.Bool
	dropped  bool
	lag      uint8         // how many receives in a row may, at most
	origins  origin.Places // touched where handles are made and closed

	// The receiver's cache line. Senders look at it when they find no room.
	consumed atomic.Uint64
	waiting  atomic.Bool
	slack    uint32 // how many more receives may put off what rule 5 says
	head     uint64 // messages received so far
	seen     uint64
	from     *segment[T] // where head is
	debt     sched.Debt  // what a poll owes then
	owner    ownership
}

const unbounded uint64 = 1<<63 - 1

var (
	errClosed   = edo.NewError(edo.ErrClosed, "mpsc: send on closed channel")
	errEnded    = edo.NewError(edo.ErrClosed, "mpsc: send on closed sender")
	errFull     = edo.NewError(edo.ErrFull, "mpsc: channel is full")
	errEmpty    = edo.NewError(edo.ErrEmpty, "mpsc: channel is empty")
	errDone     = edo.NewError(edo.ErrClosed, "mpsc: receive on closed channel")
	errTimeout  = edo.NewError(context.DeadlineExceeded, "mpsc: send timed out on full channel")
	errLate     = edo.NewError(context.DeadlineExceeded, "mpsc: receive timed out on empty channel")
	errUsed     = edo.NewError(edo.ErrClosed, "mpsc: send on a permit that was used")
	errPolled   = edo.NewError(own.ErrPolledAgain, "mpsc: a future was polled after its end")
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

// wake wakes w by cx, unless that is nil.
func wake(cx *edo.Context, w edo.Waker) {
	if cx != nil {
		w.WakeBy(cx)
	} else {
		w.Wake()
	}
}
