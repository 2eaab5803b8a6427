package mpmc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// batch is the wakers that are woken at a time.
type batch struct {
	n      int
	wakers [16]edo.Waker
}

// maxPerStep is how many wakers one step of a settle adds at the most: that of an offer, and two
// for its message.
const maxPerStep = 3

func (b *batch) add(w edo.Waker) {
	if !w.IsZero() {
		b.wakers[b.n] = w
		b.n++
	}
}

// settle carries out rule 5 after a change: offers get free slots, turns get messages, and at
// the end, or after a close, all waits are refused. The caller holds the lock. settle releases
// it, and wakes in batches without it. cx may be nil.
//
// Between two batches other operations may come. They find the lines as they are, and their own
// settle does the work that is left.
func (c *channel[T]) settle(cx *edo.Context) {
	if c.isSettled() {
		c.mu.Unlock()
		return
	}
	c.settleAll(cx)
}

// isSettled reports whether there is nothing for a settle to do. It may be false without need.
// Locked.
func (c *channel[T]) isSettled() bool {
	return c.offers.Empty() && (c.turns.Empty() || c.unpromised() == 0 && !c.atEnd()) &&
		(!c.closed || c.coldPart == nil || c.coldPart.closers.Empty())
}

// settleAll is settle when there is work. It releases the lock.
func (c *channel[T]) settleAll(cx *edo.Context) {
	var b batch
	for more := true; more; {
		for more && b.n <= len(b.wakers)-maxPerStep {
			more = c.settleOne(&b)
		}
		c.mu.Unlock()
		for i := range b.n {
			b.wakers[i].WakeBy(cx)
		}
		b.n = 0
		if more {
			c.mu.Lock()
		}
	}
}

// settleOne does one step of a settle, and reports whether there was one. Locked.
func (c *channel[T]) settleOne(b *batch) bool {
	switch w := c.offers.First(); {
	case w != nil && c.closed: // rule 6
		b.add(c.refuseOffer(w))
	case w != nil && c.freeSlots() > 0: // rule 3
		c.serveFirstOffer(b)
	case !c.turns.Empty() && c.unpromised() != 0: // rule 4
		first, beside := c.promiseMessage()
		b.add(first)
		b.add(beside)
	case !c.turns.Empty() && c.atEnd(): // rule 7
		b.add(c.turns.refuseTurn(c.turns.First()))
	case c.closed && c.coldPart != nil && !c.coldPart.closers.Empty():
		b.add(c.refuseCloser(c.coldPart.closers.First()))
	default:
		return false
	}
	return true
}

// serveFirstOffer carries out rule 3 for the first offer in line: a send gets its message into
// the queue, a reserve gets as many free slots as it still needs. Locked, with a free slot.
func (c *channel[T]) serveFirstOffer(b *batch) {
	w := c.offers.First()
	if w.need != 0 {
		n := min(w.need, c.freeSlots())
		c.out += n
		w.need -= n
		w.got += n
		if w.need != 0 {
			return
		}
	} else {
		first, beside := c.putValue(w.value)
		b.add(first)
		b.add(beside)
		var zero T
		w.value = zero
	}
	b.add(c.offers.remove(w))
	release.Store32(&w.state, accepted)
}

// refuseOffer takes w out of the line, frees the slots that it had collected, refuses it, and
// returns its waker. Locked.
func (c *channel[T]) refuseOffer(w *offer[T]) edo.Waker {
	c.out -= w.got
	w.got = 0
	waker := c.offers.remove(w)
	release.Store32(&w.state, refused)
	return waker
}

// wakeBoth wakes the wakers that putValue has returned. cx may be nil.
func wakeBoth(cx *edo.Context, first, beside edo.Waker) {
	if first.IsZero() {
		return
	}
	first.WakeBy(cx)
	if !beside.IsZero() {
		beside.WakeBy(cx)
	}
}
