package mpmc

import (
	"context"
	"errors"
	"math"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fifo"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/spin"
)

// channel is what the handles point to: a queue of messages, a line of sends and reserves
// that wait for room in it, and a line of receives that wait for a message.
//
//	offers →  | queue: promised ... unpromised | → turns
//
// A message stays in the queue until a receive takes it. A receive that waits is promised
// one: it is woken, and takes the first message of the queue when it runs. So messages leave
// the queue in the order in which they came, whatever is given up in between, and every
// receiver gets those of one sender in order. (If a message were given to a receive that is
// then given up, it would have to go back behind one that another receive has taken.)
//
// A permit is not a slot: it takes one off the capacity for as long as it is out.
//
// # Rules
//
// mu guards everything, except for fields of offers and turns whose comments say otherwise.
// The rules hold whenever mu is free, except while a settle is between two batches: then 3, 4
// and 7 may have work left, which that settle does.
//
//  1. Len + out <= limit. out is the number of permits that are out, or collected by a
//     reserve in line. So the capacity is exact.
//  2. promised <= Len: that many messages belong to turns that are chosen, one to each. A
//     receive without a promise takes none of them.
//  3. A free slot belongs to the first offer in line: its message goes into the slot, or the
//     slot is collected for its permits. While an offer is in line no slot is free.
//  4. A message belongs to the first turn in line. While a turn is in line every message is
//     promised to an earlier turn.
//  5. An operation that frees a slot (a receive, permits that come back, an offer that leaves
//     with some) or a message (a send, a turn that is given up) settles before it returns: it
//     carries out 3 and 4, and wakes without the lock.
//  6. closed refuses sends that were not accepted: offers is emptied. Accepted messages will
//     be received, and permits that are out stay good. dropped says that no receiver is left:
//     it ends the permits too, and empties the queue.
//  7. At the end there is no message, no permit is out, and the channel is closed or no sender
//     is left. The end is final, and empties turns.
type channel[T any] struct {
	mu        spin.Lock
	closed    bool
	dropped   bool
	queue     fifo.Queue[T]
	promised  int
	out       int
	limit     int // as constructed; math.MaxInt: none
	offers    offerLine[T]
	turns     turnLine[T]
	senders   int // handles that are open
	receivers int // handles that are open
	weak      int // weak senders that were not dropped
	coldPart  *cold[T]
	origins   struct{ senders, receivers origin.Places } // touched where handles are made and closed
}

var (
	errClosed         = edo.NewError(edo.ErrClosed, "mpmc: send on closed channel")
	errSenderClosed   = edo.NewError(edo.ErrClosed, "mpmc: send on closed sender")
	errFull           = edo.NewError(edo.ErrFull, "mpmc: channel is full")
	errEmpty          = edo.NewError(edo.ErrEmpty, "mpmc: no message is free to take")
	errEnd            = edo.NewError(edo.ErrClosed, "mpmc: receive on closed channel")
	errReceiverClosed = edo.NewError(edo.ErrClosed, "mpmc: receive on closed receiver")
	errSendTimeout    = edo.NewError(context.DeadlineExceeded, "mpmc: send timed out on full channel")
	errRecvTimeout    = edo.NewError(context.DeadlineExceeded, "mpmc: receive timed out")
	errUsed           = edo.NewError(edo.ErrClosed, "mpmc: send on a permit that was used")
	errSent           = errors.New("mpmc: a send was polled after it had ended: Reset makes it another")
	errReserved       = errors.New("mpmc: a reserve was polled after it had ended: Reset makes it another")
	errReceived       = errors.New("mpmc: a receive was polled after it had ended: Reset makes it another")
	errCapacity       = errors.New("mpmc: capacity must be at least 1; NewUnbounded has no limit")
)

// useInstead is the advice of a [*edo.BusyError].
const useInstead = "clone the receiver, or use RecvFuture"

// New returns a channel that holds exactly capacity messages at most: a send that finds it
// full waits. Memory is allocated as it is needed. A capacity below 1 is a mistake in the
// program, and panics.
//
//go:noinline
func New[T any](capacity int) (*Sender[T], *Receiver[T]) {
	if capacity < 1 {
		panic(errCapacity)
	}
	return newChannel[T](capacity, capacity, origin.Caller())
}

// NewUnbounded returns a channel that is never full: memory alone slows its senders down.
//
//go:noinline
func NewUnbounded[T any]() (*Sender[T], *Receiver[T]) {
	return newChannel[T](math.MaxInt, 0, origin.Caller())
}

// newChannel makes a channel, and its first handles.
func newChannel[T any](limit, room int, pc uintptr) (*Sender[T], *Receiver[T]) {
	c := &channel[T]{limit: limit, queue: fifo.New[T](room)}
	c.addSender(pc)
	c.addReceiver(pc)
	return newSender(c, pc), newReceiver(c, pc)
}

// freeSlots returns how many slots are free. Locked.
func (c *channel[T]) freeSlots() int { return c.limit - c.out - c.queue.Len() }

// unpromised returns how many messages are promised to no receive. Locked.
func (c *channel[T]) unpromised() int { return c.queue.Len() - c.promised }

// checkRoom returns nil when there is room for a message of tx. Otherwise it returns errFull,
// errClosed, or errSenderClosed when the handle was closed. Locked.
func (c *channel[T]) checkRoom(tx *Sender[T]) error {
	switch {
	case tx.ended:
		return errSenderClosed
	case c.closed:
		return errClosed
	case !c.offers.Empty() || c.freeSlots() <= 0:
		return errFull
	}
	return nil
}

// putValue puts v into the queue, where there is room, and returns the wakers to wake, as
// promiseMessage does. Locked.
func (c *channel[T]) putValue(v T) (first, beside edo.Waker) {
	c.queue.Put(v)
	if c.turns.Empty() {
		return first, beside
	}
	return c.promiseMessage()
}

// promiseMessage promises a message to the first turn in line (rule 4). It returns the waker
// of that turn, and the waker of another turn that may use the promise instead: see seat.
// Locked, with a turn in line and an unpromised message.
func (c *channel[T]) promiseMessage() (first, beside edo.Waker) {
	w := c.turns.First()
	c.promised++
	first = c.turns.remove(w)
	if w.rx == nil && w.seat.waiting != 0 {
		beside = c.turns.wakerBeside(w.seat)
	}
	release.Store32(&w.state, chosen)
	return first, beside
}

// pollMessage is Ready when a receive by way of rx may take a message: one that was promised to
// its seat, which is unpromised from then on, or another unpromised one. Otherwise it is
// Pending, or the End. Locked. When it is Ready the caller takes a message before it releases
// the lock.
func (c *channel[T]) pollMessage(rx *Receiver[T]) edo.Poll {
	switch s := rx.seat; {
	case s.streamTurn.state == chosen:
		release.Store32(&s.streamTurn.state, outside)
		c.promised--
	case s.ended:
		return edo.End
	case c.unpromised() != 0:
	case c.atEnd():
		return edo.End
	default:
		return edo.Pending
	}
	return edo.Ready
}

// takeUnpromised appends the unpromised messages to buf, limit at the most. Locked.
func (c *channel[T]) takeUnpromised(buf []T, limit int) []T {
	return c.queue.TakeMany(buf, min(limit, c.unpromised()))
}

// atEnd reports whether this is the end by rule 7. Locked.
func (c *channel[T]) atEnd() bool {
	return (c.closed || c.senders == 0) && c.out == 0 && c.queue.Len() == 0
}

// mayStillSend reports whether a message can still come: by a handle, with a permit, or from an
// offer in line, unless the receivers have closed the channel. Locked.
func (c *channel[T]) mayStillSend() bool {
	return c.senders != 0 || c.out != 0 || !c.offers.Empty()
}

// endError returns the error of a receive by way of s at the end. Locked.
func (s *seat[T]) endError() error {
	if s.ended {
		return errReceiverClosed
	}
	return errEnd
}
