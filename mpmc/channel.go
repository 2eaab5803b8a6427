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
//	sending: offers →  | queue: promised ... free to take | → taking: turns
//
// A message is never given to a receive before that takes it. A receive that waits is
// promised one: it is woken, and takes the first message of the queue when it runs. So
// messages leave the queue in the order in which they came, whatever is given up in
// between, and every receiver gets those of one sender in order. (A message in the hands of
// a receive that is given up would have to go back behind one that another has taken.)
//
// A permit is not a slot: it is one off the capacity, for as long as it is out.
//
// # Rules
//
// mu guards everything, but the fields of offers and turns whose comments say otherwise.
// They hold whenever mu is free, except while a settle is between two batches, where
// 3, 4 and 7 may have work left, which is that settle's to do.
//
//  1. Len + out <= limit, where out is the number of permits that are out, or collected
//     by a reserve in line. So capacity is exact.
//  2. promised <= Len: that many messages belong to turns that are chosen, one to each.
//     A receive that waits for none of them takes none of them.
//  3. A free slot belongs to the first in sending: it gets its message in, or is collected
//     for its permits. While there is an offer in line no slot is free.
//  4. A message belongs to the first in taking. While there is a turn in line every
//     message is promised to an earlier one.
//  5. What frees a slot (a take, permits that come back, an offer that leaves with some),
//     or a message (a put, a turn that is given up), settles before it returns: it does
//     what 3 and 4 ask for, and wakes without the lock.
//  6. closed refuses what was not accepted: sending is emptied. What was accepted will be
//     received, and permits that are out stay good. dropped says that no receiver is left:
//     it ends those too, and empties the queue.
//  7. The end is: no message, no permits out, and closed or no sender left. It is final,
//     and empties taking.
type channel[T any] struct {
	mu        spin.Lock
	closed    bool
	dropped   bool
	queue     fifo.Queue[T]
	promised  int
	out       int
	limit     int // as constructed; math.MaxInt: none
	sending   line[T]
	taking    turns[T]
	senders   int // handles that are open
	receivers int // handles that are open
	weak      int // weak senders
	aside     *aside[T]
	made      struct{ senders, receivers origin.Places } // touched where handles are made and closed
}

var (
	errClosed   = edo.NewError(edo.ErrClosed, "mpmc: send on closed channel")
	errEnded    = edo.NewError(edo.ErrClosed, "mpmc: send on closed sender")
	errFull     = edo.NewError(edo.ErrFull, "mpmc: channel is full")
	errEmpty    = edo.NewError(edo.ErrEmpty, "mpmc: no message is free to take")
	errDone     = edo.NewError(edo.ErrClosed, "mpmc: receive on closed channel")
	errGone     = edo.NewError(edo.ErrClosed, "mpmc: receive on closed receiver")
	errSendTime = edo.NewError(context.DeadlineExceeded, "mpmc: send timed out on full channel")
	errRecvTime = edo.NewError(context.DeadlineExceeded, "mpmc: receive timed out")
	errUsed     = edo.NewError(edo.ErrClosed, "mpmc: send on a permit that was used")
	errSent     = errors.New("mpmc: a send was polled after it had ended: Reset makes it another")
	errReserved = errors.New("mpmc: a reserve was polled after it had ended: Reset makes it another")
	errReceived = errors.New("mpmc: a receive was polled after it had ended: Reset makes it another")
	errCapacity = errors.New("mpmc: capacity must be at least 1; NewUnbounded has no limit")
)

// useInstead is what a [*edo.BusyError] of this package advises.
const useInstead = "clone the receiver, or use RecvFuture"

// New returns a channel that holds capacity messages at most, and that exactly: a send
// that finds so many waits. Memory is taken as it is needed. A capacity below 1 is a
// mistake in the program, and panics.
func New[T any](capacity int) (*Sender[T], *Receiver[T]) {
	if capacity < 1 {
		panic(errCapacity)
	}
	return open[T](capacity, capacity, caller())
}

// NewUnbounded returns a channel that is never full: memory alone slows its senders down.
func NewUnbounded[T any]() (*Sender[T], *Receiver[T]) {
	return open[T](math.MaxInt, 0, caller())
}

// open makes a channel, and its first handles.
func open[T any](limit, room int, pc uintptr) (*Sender[T], *Receiver[T]) {
	c := &channel[T]{limit: limit, queue: fifo.New[T](room)}
	c.addSender(pc)
	c.addReceiver(pc)
	return newSender(c, pc), newReceiver(c, pc)
}

// free returns how many slots are. Locked.
func (c *channel[T]) free() int { return c.limit - c.out - c.queue.Len() }

// loose returns how many messages are promised to no receive. Locked.
func (c *channel[T]) loose() int { return c.queue.Len() - c.promised }

// accept says whether there is room for a message of tx now, or returns why there is
// none: errFull, errClosed, or errEnded when the handle was closed. Locked.
func (c *channel[T]) accept(tx *Sender[T]) error {
	switch {
	case tx.ended:
		return errEnded
	case c.closed:
		return errClosed
	case c.sending.first != nil || c.free() <= 0:
		return errFull
	}
	return nil
}

// put puts v into the queue, where there is room, and returns the tasks to be woken for
// that, as choose does. Locked.
func (c *channel[T]) put(v T) (first, beside edo.Waker) {
	c.queue.Put(v)
	if c.taking.first == nil {
		return first, beside
	}
	return c.choose()
}

// choose promises a message to the first in line, and returns its waker, and that of
// another turn that may use the promise instead: see seat. Locked, with a turn in line and
// a loose message.
func (c *channel[T]) choose() (first, beside edo.Waker) {
	w := c.taking.first
	c.promised++
	first = c.taking.remove(w)
	if w.rx == nil && w.seat.waits != 0 {
		beside = c.taking.beside(w.seat)
	}
	release.Store32(&w.state, chosen)
	return first, beside
}

// ready says whether a message can be taken by way of rx: one that was promised to its
// seat, which is loose from then on, or one that is. Or it is Pending, or the End. Locked;
// the caller takes what it is ready for before it lets go of the lock.
func (c *channel[T]) ready(rx *Receiver[T]) edo.Poll {
	switch s := rx.seat; {
	case s.own.state == chosen:
		release.Store32(&s.own.state, outside)
		c.promised--
	case s.ended:
		return edo.End
	case c.loose() != 0:
	case c.atEnd():
		return edo.End
	default:
		return edo.Pending
	}
	return edo.Ready
}

// takeMany appends the messages that are loose to buf, limit at the most. Locked.
func (c *channel[T]) takeMany(buf []T, limit int) []T {
	return c.queue.TakeMany(buf, min(limit, c.loose()))
}

// atEnd is rule 7. Locked.
func (c *channel[T]) atEnd() bool {
	return (c.closed || c.senders == 0) && c.out == 0 && c.queue.Len() == 0
}

// alive says whether a message can still come: by a handle, with a permit, or from an
// offer in line, if the receivers let it. Locked.
func (c *channel[T]) alive() bool {
	return c.senders != 0 || c.out != 0 || c.sending.first != nil
}

// whyDone returns why nothing can be received by way of s any more. Locked.
func (s *seat[T]) whyDone() error {
	if s.ended {
		return errGone
	}
	return errDone
}
