package mpsc

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/spin"
)

// channel is what the handles point to: a queue of messages, numbered from 0, and a line of
// waiters: sends and reserves that wait for room in the queue.
//
//	0 ... consumed ... head ........ seen ........ tail ... stop
//	      received     |  the receiver's |  accepted |  room   |
//	                   |  without a lock |           |         |
//
// A lock that is held for some ten nanoseconds was measured to be faster than a queue
// without locks (a sequence number in each slot): with one processor on each side, both pay
// for the cache line that they share, and the lock lets the receiver take all messages at
// once. A sender takes the lock for each message. The receiver takes it once for each
// batch, and once for many senders that wait in line.
//
// A permit is not a slot: it takes one off the capacity for as long as it is out. So a send
// without a permit does not look at permits at all, and a send with a permit puts its
// message behind all others.
//
// # Fields and their locks
//
//	the receiver's   head, seen, mayDefer; headSegment, once there is one; the slots
//	                 from head to seen. The receiver is the task that has the turn: see
//	                 turn
//	consumed         the receiver writes it, any goroutine reads it
//	waiting, closed  written with the lock, read by any goroutine
//	limit,           written before the channel is used
//	maxDeferred, debt
//	guarded by mu    all other fields, and the slots from seen on
//
// # Rules
//
//  1. tail - received <= capacity. received is the larger of consumed, which the receiver
//     stores without the lock, and released, which the holder of the lock knows.
//     limit - capacity is the number of permits that are out, or collected by a reserve
//     in line.
//  2. While tail != stop a sender may fill slot tail without another look. When
//     tail == stop it looks at consumed, and moves stop on. So the capacity is exact: a
//     receive that has returned has made room, although the receiver tells no sender.
//  3. A free slot belongs to the head of the line: its message goes into the slot, or the
//     slot is collected for its permits. While a waiter is in line, stop is tail and no
//     sender looks at consumed. Only the goroutine that has freed a slot (by a receive, by
//     permits that it returns, by a waiter that leaves the line with some) moves the line
//     on. Outside of these steps no slot is free then, except for the slots that the
//     receiver owes to the line by rule 5.
//  4. waiting is true while a waiter is in line. A sender that is about to get in line
//     sets waiting and then looks at consumed once more. The receiver stores consumed and
//     then looks at waiting, or settles by rule 5. One of the two sees the other: no slot
//     stays free while a waiter is in line.
//  5. A receive serves the line before it returns: it moves the values of the
//     longest-waiting senders into the slots that it has emptied, and wakes these senders
//     without the lock. Or it defers that, and owes it: a wake and the lock for each
//     message were most of the cost of a full channel. A receive may defer while the
//     receiver has seen more messages, for maxDeferred receives in a row, and only in a
//     poll that settles its debts at its end or when it is stuck: the receiver may be
//     about to wait for that very sender. To settle is to look at the line and at consumed
//     with the lock. A waiter that gets in line later has the lock later, and sees
//     consumed.
//  6. Closing sets stop to tail and empties the line. So a sender that was not accepted by
//     then finds out at stop. Accepted messages will be received, and permits that are out
//     stay good. Dropping the receiver (dropped) ends those too.
//  7. rxWaker is set only while the queue is empty and not at its end. A goroutine that
//     accepts a message, or that brings about the end, takes rxWaker out, and wakes it
//     without the lock.
//  8. At the end the queue is empty, and the channel is dropped; or it is closed or no
//     sender is left, and no permit is out. The line is empty then, by rule 3.
//
// Memory: everything that passes from one side to the other passes through the lock, or
// through consumed: the receiver clears a slot before it stores consumed, and a sender
// fills the slot after it has loaded consumed.
type channel[T any] struct {
	mu          spin.Lock
	takeover    spin.Lock // held for the whole receive of a task that seizes the turn; taken before mu
	tail        uint64    // messages accepted so far
	stop        uint64
	tailSegment *segment[T] // where tail is
	rxWaker     edo.Waker
	released    uint64
	line        line[T]

	capacity    uint64 // for messages: limit, less the permits that are out
	limit       uint64 // as constructed
	coldPart    *cold[T]
	senders     uint32 // handles that are open
	weak        uint32 // weak handles that were not dropped
	closed      atomic.Bool
	dropped     bool
	maxDeferred uint8         // how many receives in a row may defer rule 5
	origins     origin.Places // touched where handles are made and closed

	// The receiver's cache line. Senders look at it when they find no room.
	consumed    atomic.Uint64
	waiting     atomic.Bool
	mayDefer    uint32 // how many more receives may defer rule 5
	head        uint64 // messages received so far
	seen        uint64
	headSegment *segment[T] // where head is
	debt        sched.Debt  // owed by a poll that has deferred rule 5
	owner       ownership
}

const unbounded uint64 = 1<<63 - 1

var (
	errClosed       = edo.NewError(edo.ErrClosed, "mpsc: send on closed channel")
	errSenderClosed = edo.NewError(edo.ErrClosed, "mpsc: send on closed sender")
	errFull         = edo.NewError(edo.ErrFull, "mpsc: channel is full")
	errEmpty        = edo.NewError(edo.ErrEmpty, "mpsc: channel is empty")
	errEnd          = edo.NewError(edo.ErrClosed, "mpsc: receive on closed channel")
	errSendTimeout  = edo.NewError(context.DeadlineExceeded, "mpsc: send timed out on full channel")
	errRecvTimeout  = edo.NewError(context.DeadlineExceeded, "mpsc: receive timed out on empty channel")
	errUsed         = edo.NewError(edo.ErrClosed, "mpsc: send on a permit that was used")
	errPolled       = edo.NewError(own.ErrPolledAgain, "mpsc: a future was polled after its end")
	errCapacity     = errors.New("mpsc: capacity must be at least 1; NewUnbounded has no limit")
)

// checkRoom returns nil when there is room for one message at tail. Otherwise it returns
// errFull, errClosed, or errSenderClosed when the handle tx was closed. Locked.
func (c *channel[T]) checkRoom(tx *Sender[T]) error {
	if tx.ended {
		return errSenderClosed
	}
	if c.tail != c.stop { // rule 2
		return nil
	}
	if c.closed.Load() { // rule 6
		return errClosed
	}
	if !c.line.Empty() { // rule 3
		return errFull
	}
	c.released = max(c.released, c.consumed.Load())
	if !c.extendStop() {
		return errFull
	}
	return nil
}

// extendStop moves stop to where rules 1 and 2 allow it, and reports whether there is room
// for a message now. Locked, with an empty line.
func (c *channel[T]) extendStop() bool {
	if c.tail-c.released >= c.capacity {
		c.stop = c.tail
		return false
	}
	c.stop = min(c.tailSegmentEnd(), c.released+c.capacity)
	return true
}

// tailSegmentEnd returns the index behind the last free slot of the segment that tail is
// in. The index is larger than tail: when the segment is full, it appends another one.
// Locked.
func (c *channel[T]) tailSegmentEnd() uint64 {
	if s := c.tailSegment; s != nil {
		if end := max(s.start, c.released) + uint64(len(s.slots)); end != c.tail {
			return end
		}
	}
	c.appendSegment()
	return c.tail + uint64(len(c.tailSegment.slots))
}

// takeRxWaker takes the waker of the receiver out (rule 7). Locked.
func (c *channel[T]) takeRxWaker() edo.Waker {
	w := c.rxWaker
	if !w.IsZero() {
		c.rxWaker = edo.Waker{}
	}
	return w
}

// sendLocked puts v at tail, where there is room, and wakes the receiver (rule 7). The caller
// holds the lock, and sendLocked releases it. cx may be nil.
func (c *channel[T]) sendLocked(cx *edo.Context, v T) {
	*c.tailSegment.slot(c.tail) = v
	c.tail++
	rx := c.rxWaker
	if rx.IsZero() { // BenchmarkTrySendTryRecv: no store, and no call of WakeBy
		c.mu.Unlock()
		return
	}
	c.rxWaker = edo.Waker{}
	c.mu.Unlock()
	rx.WakeBy(cx)
}
