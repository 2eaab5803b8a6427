package mpsc

import (
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/sched"
)

// receive returns the next message. Without one it is Pending, and waker will be
// woken; or it is the End. cx may be nil, and waker zero: then an earlier one stays.
func (c *channel[T]) receive(cx *edo.Context, waker edo.Waker) (v T, p edo.Poll) {
	if c.head == c.seen {
		return c.receiveLocked(cx, waker)
	}
	v = c.take()
	if c.slack != 0 && cx != nil && cx.Internal(internal.Key{}).Owe(&c.debt) {
		c.slack--
		release.Store64(&c.consumed, c.head)
		return v, edo.Ready
	}
	if c.release() {
		c.mu.Lock()
		c.released = c.head
		c.look()
		c.serve(cx)
	}
	c.putOff()
	return v, edo.Ready
}

// take takes the message at head, which is before seen.
func (c *channel[T]) take() (v T) {
	slot := c.from.slot(c.head)
	var zero T
	v, *slot = *slot, zero
	c.head++
	return v
}

// receiveLocked is receive for a receiver that has received everything that it has seen.
// It takes the next message with the lock that it needs anyway to see more.
func (c *channel[T]) receiveLocked(cx *edo.Context, waker edo.Waker) (v T, p edo.Poll) {
	c.mu.Lock()
	c.look()
	if c.head == c.seen {
		p = c.wait(waker)
		c.mu.Unlock()
		return v, p
	}
	v = c.take()
	release.Store64(&c.consumed, c.head)
	c.released = c.head
	if c.line.first != nil {
		c.serve(cx)
	} else {
		c.mu.Unlock()
	}
	c.putOff()
	return v, edo.Ready
}

// wait says that there is no message, and has waker woken when there is, or that there
// never will be. Locked, by the receiver.
func (c *channel[T]) wait(waker edo.Waker) edo.Poll {
	if c.atEnd() {
		return edo.End
	}
	if c.rx == waker || waker.IsZero() {
		return edo.Pending
	}
	if !c.rx.IsZero() {
		return contested
	}
	c.rx = waker
	return edo.Pending
}

// contested says that another waker is where the receiver's is to be. It is no result of
// a poll: see contend.
const contested edo.Poll = 255

// severalReceivers is what to do instead of waiting twice.
const severalReceivers = "one task at a time receives from mpsc; for several, package mpmc has receivers that are cloned"

// contend makes room for the waker of cx, unless the task whose waker is there waits
// still: that is an error. Without a lock.
func (c *channel[T]) contend(cx *edo.Context) error {
	c.mu.Lock()
	waiting := c.rx
	c.mu.Unlock()
	if err := cx.Sole(waiting, (*Receiver[T])(c), severalReceivers); err != nil {
		return err
	}
	c.mu.Lock()
	if c.rx == waiting {
		c.rx = edo.Waker{}
	}
	c.mu.Unlock()
	cx.Displace(waiting, (*Receiver[T])(c))
	return nil
}

// release tells the senders of what was received, and says whether somebody waits in
// line for that.
func (c *channel[T]) release() bool {
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

// few is how many messages must be left for it to pay to put off serving the line: that
// costs something at the end of the poll.
const few = 3

// putOff says for how many receives that may be put off. The last of those that the
// receiver has seen serves the line, before the receiver looks for more.
func (c *channel[T]) putOff() {
	c.slack = 0
	if n := c.seen - c.head; n > few {
		c.slack = uint32(min(n-1, uint64(c.lag)))
	}
}

// debtor is a channel as what a poll of its receiver owes something.
type debtor[T any] channel[T]

// Settle serves the line. Any goroutine may call it, at any time.
func (d *debtor[T]) Settle(cx *sched.Context) {
	c := (*channel[T])(d)
	c.mu.Lock()
	if c.line.first == nil {
		c.mu.Unlock()
		return
	}
	c.released = max(c.released, c.consumed.Load())
	c.serve((*edo.Context)(cx))
}

// refill is Ready when the receiver has a message between head and seen.
func (c *channel[T]) refill(waker edo.Waker) (p edo.Poll) {
	c.mu.Lock()
	c.look()
	if p = edo.Ready; c.head == c.seen {
		p = c.wait(waker)
	}
	c.mu.Unlock()
	c.putOff()
	return p
}

// receiveMany appends up to limit messages to buf, of which there is one between head
// and seen. It takes the lock to see more of them, and copies them without it, a run of
// slots at a time; the slots are handed back once.
func (c *channel[T]) receiveMany(cx *edo.Context, buf []T, limit int) []T {
	for left := uint64(limit); left != 0; {
		if c.head == c.seen {
			c.mu.Lock()
			c.look()
			c.mu.Unlock()
			if c.head == c.seen {
				break
			}
		}
		n := min(left, c.seen-c.head)
		buf = slices.Grow(buf, int(n))
		left -= n
		for n != 0 {
			at := c.head & uint64(len(c.from.slots)-1)
			run := c.from.slots[at:min(at+n, uint64(len(c.from.slots)))]
			buf = append(buf, run...)
			clear(run)
			c.head += uint64(len(run))
			n -= uint64(len(run))
		}
	}
	if c.release() {
		c.mu.Lock()
		c.released = c.head
		c.serve(cx)
	}
	c.putOff()
	return buf
}
