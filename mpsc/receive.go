package mpsc

import (
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/sched"
)

// receive returns the next message. Without one it is the End; or it is Pending, and keeps
// the waker of cx if wait is true. cx may be nil unless wait is true.
func (c *channel[T]) receive(cx *edo.Context, wait bool) (v T, p edo.Poll) {
	// A receiver that has received all messages that it has seen takes the lock to see more.
	locked := c.head == c.seen
	if locked {
		c.mu.Lock()
		c.updateSeen()
		if c.head == c.seen {
			p = c.pollEmpty(cx, wait)
			c.mu.Unlock()
			return v, p
		}
	}

	// Take the message at head.
	slot := c.headSegment.slot(c.head)
	v, *slot = *slot, v
	c.head++

	// Tell the senders, and serve the line or defer that, by rules 4 and 5.
	switch {
	case locked:
		release.Store64(&c.consumed, c.head)
		c.released = c.head
		if c.line.Empty() {
			c.mu.Unlock()
		} else {
			c.serveLine(cx)
		}
	case c.mayDefer != 0 && cx != nil && (*sched.Context)(cx).Owe(&c.debt):
		c.mayDefer--
		release.Store64(&c.consumed, c.head)
		return v, edo.Ready
	case c.publishConsumed():
		c.mu.Lock()
		c.released = c.head
		c.updateSeen()
		c.serveLine(cx)
	}
	c.resetDeferral()
	return v, edo.Ready
}

// pollEmpty is the End when no message can come (rule 8). Otherwise it is Pending, and keeps
// the waker of cx if wait is true, unless that of another task is there: then it is
// contested. Locked, by the receiver, with no message in the queue.
func (c *channel[T]) pollEmpty(cx *edo.Context, wait bool) edo.Poll {
	if c.atEnd() {
		return edo.End
	}
	if !wait {
		return edo.Pending
	}
	waker := cx.Waker()
	if c.rxWaker == waker {
		return edo.Pending
	}
	if !c.rxWaker.IsZero() {
		return contested
	}
	c.rxWaker = waker
	return edo.Pending
}

// contested says that rxWaker is the waker of another task. It is no result of a poll: see
// displaceReceiver.
const contested edo.Poll = 255

// severalReceivers is the advice of a [*edo.BusyError].
const severalReceivers = "one task at a time receives from mpsc; for several, package mpmc has receivers that are cloned"

// displaceReceiver makes room for the waker of cx in rxWaker. It returns an error when the
// task whose waker is there still waits. The caller holds no lock.
func (rx *Receiver[T]) displaceReceiver(cx *edo.Context) error {
	c, leaf := &rx.c, (*receiving[T])(rx)
	c.mu.Lock()
	waiting := c.rxWaker
	c.mu.Unlock()
	if err := cx.Sole(waiting, leaf, severalReceivers); err != nil {
		return err
	}
	c.mu.Lock()
	if c.rxWaker == waiting {
		c.rxWaker = edo.Waker{}
	}
	c.mu.Unlock()
	cx.Displace(waiting, leaf)
	return nil
}

// publishConsumed stores consumed, so that senders see the slots that were emptied. It
// reports whether a waiter is in line, as rule 4 says: it stores first and then looks.
func (c *channel[T]) publishConsumed() bool {
	if c.waiting.Load() {
		release.Store64(&c.consumed, c.head)
		return true
	}
	if invariant.Enabled {
		invariant.Step("mpsc: about to store consumed")
	}
	c.consumed.Store(c.head)
	if invariant.Enabled {
		invariant.Step("mpsc: consumed stored")
	}
	return c.waiting.Load()
}

// minToDefer is how many messages must be left to be received for a deferral to pay: it costs
// something at the end of the poll.
const minToDefer = 3

// resetDeferral sets how many receives may defer rule 5. The receive of the last message that
// the receiver has seen serves the line, before the receiver looks for more.
func (c *channel[T]) resetDeferral() {
	c.mayDefer = 0
	if n := c.seen - c.head; n > minToDefer {
		c.mayDefer = uint32(min(n-1, uint64(c.maxDeferred)))
	}
}

// debtor is a channel as the creditor of a poll that has deferred rule 5.
type debtor[T any] channel[T]

// Settle serves the line, as rule 5 says. Any goroutine may call it, at any time.
func (d *debtor[T]) Settle(cx *sched.Context) {
	c := (*channel[T])(d)
	c.mu.Lock()
	if c.line.Empty() {
		c.mu.Unlock()
		return
	}
	c.released = max(c.released, c.consumed.Load())
	c.serveLine((*edo.Context)(cx))
}

// refillSeen is Ready when there is a message between head and seen. Otherwise it is as
// pollEmpty, and keeps the waker of cx.
func (c *channel[T]) refillSeen(cx *edo.Context) (p edo.Poll) {
	c.mu.Lock()
	c.updateSeen()
	if p = edo.Ready; c.head == c.seen {
		p = c.pollEmpty(cx, true)
	}
	c.mu.Unlock()
	c.resetDeferral()
	return p
}

// receiveMany appends up to limit messages to buf. It takes the lock to see more messages, and
// copies them without it, a run of slots at a time. It publishes all slots at once.
func (c *channel[T]) receiveMany(cx *edo.Context, buf []T, limit int) []T {
	for left := uint64(limit); left != 0; {
		if c.head == c.seen {
			c.mu.Lock()
			c.updateSeen()
			c.mu.Unlock()
			if c.head == c.seen {
				break
			}
		}
		// Copy the messages that the receiver has seen.
		n := min(left, c.seen-c.head)
		buf = slices.Grow(buf, int(n))
		left -= n
		for n != 0 {
			at := c.head & uint64(len(c.headSegment.slots)-1)
			run := c.headSegment.slots[at:min(at+n, uint64(len(c.headSegment.slots)))]
			buf = append(buf, run...)
			clear(run)
			c.head += uint64(len(run))
			n -= uint64(len(run))
		}
	}
	if c.publishConsumed() {
		c.mu.Lock()
		c.released = c.head
		c.serveLine(cx)
	}
	c.resetDeferral()
	return buf
}
