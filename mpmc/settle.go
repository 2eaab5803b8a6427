package mpmc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// batch is the tasks that are woken at a time.
type batch struct {
	n      int
	wakers [16]edo.Waker
}

// perStep is how many tasks one step of a settle wakes at the most: that of an offer, and
// two for the message that it was.
const perStep = 3

func (b *batch) add(w edo.Waker) {
	if !w.IsZero() {
		b.wakers[b.n] = w
		b.n++
	}
}

// settle does what the rules ask for after a change: slots go to those that wait to send,
// messages to those that wait to receive, and at the end, or after a close, all that wait
// are refused. It is called with the lock, lets go of it, and wakes in batches without
// it. cx may be nil.
//
// Between two batches others may come: they find the lines as they are, and do what is
// left as well as this call does.
func (c *channel[T]) settle(cx *edo.Context) {
	if c.isSettled() {
		c.mu.Unlock()
		return
	}
	c.settleAll(cx)
}

// isSettled says that no task waits, or that those that do wait for others. It may say no
// without need. Locked.
func (c *channel[T]) isSettled() bool {
	return c.sending.first == nil && (c.taking.first == nil || c.loose() == 0 && !c.atEnd()) &&
		(!c.closed || c.aside == nil || c.aside.closers.first == nil)
}

func (c *channel[T]) settleAll(cx *edo.Context) {
	var b batch
	for more := true; more; {
		for more && b.n <= len(b.wakers)-perStep {
			more = c.step(&b)
		}
		c.mu.Unlock()
		for i := range b.n {
			wake(cx, b.wakers[i])
		}
		b.n = 0
		if more {
			c.mu.Lock()
		}
	}
}

// step does one thing that the rules ask for, and says whether there was one. Locked.
func (c *channel[T]) step(b *batch) bool {
	switch w := c.sending.first; {
	case w != nil && c.closed:
		b.add(c.refuseOffer(w))
	case w != nil && c.free() > 0:
		c.admitFirst(b)
	case c.taking.first != nil && c.loose() != 0:
		first, beside := c.choose()
		b.add(first)
		b.add(beside)
	case c.taking.first != nil && c.atEnd():
		b.add(c.taking.refuse(c.taking.first))
	case c.closed && c.aside != nil && c.aside.closers.first != nil:
		b.add(c.refuseCloser(c.aside.closers.first))
	default:
		return false
	}
	return true
}

// admitFirst gives free slots to the first that waits to send: the one that its message
// needs, or as many as there are and it still needs for its permits. Locked, with a slot
// free.
func (c *channel[T]) admitFirst(b *batch) {
	w := c.sending.first
	if w.need != 0 {
		n := min(w.need, c.free())
		c.out += n
		w.need -= n
		w.got += n
		if w.need != 0 {
			return
		}
	} else {
		first, beside := c.put(w.value)
		b.add(first)
		b.add(beside)
		var zero T
		w.value = zero
	}
	b.add(c.sending.remove(w))
	release.Store32(&w.state, accepted)
}

// refuseOffer takes w out of the line, and what it had collected, for good. Locked.
func (c *channel[T]) refuseOffer(w *offer[T]) edo.Waker {
	c.out -= w.got
	w.got = 0
	waker := c.sending.remove(w)
	release.Store32(&w.state, refused)
	return waker
}

// wake wakes w by cx, unless that is nil.
func wake(cx *edo.Context, w edo.Waker) {
	if cx != nil {
		w.WakeBy(cx)
	} else {
		w.Wake()
	}
}

// wakeBoth wakes what put has returned.
func wakeBoth(cx *edo.Context, first, beside edo.Waker) {
	if first.IsZero() {
		return
	}
	wake(cx, first)
	if !beside.IsZero() {
		wake(cx, beside)
	}
}
