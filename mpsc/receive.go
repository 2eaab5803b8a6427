package mpsc

import (
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

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
	case c.atEnd():
		p = edo.End
	case !waker.IsZero():
		c.rx = waker
	}
	c.mu.Unlock()
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
	if !c.waiting.Load() {
		if invariant.Enabled {
			invariant.Step("mpsc: about to store consumed")
		}
		c.consumed.Store(c.head)
		if invariant.Enabled {
			invariant.Step("mpsc: consumed stored")
		}
		if !c.waiting.Load() {
			return buf
		}
	}
	c.mu.Lock()
	c.released = c.head
	c.serve(cx)
	return buf
}
