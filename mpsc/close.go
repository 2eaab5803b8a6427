package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// closeChannel refuses sends from now on, as rule 6 says, and wakes all tasks that wait in line
// or for the end. With drop the permits that are out end as well, and the receiver is not
// woken: its owner drops it. Otherwise the receiver is woken when this is the end.
func (c *channel[T]) closeChannel(drop bool) {
	c.mu.Lock()
	c.dropped = c.dropped || drop
	var rx edo.Waker
	var wakers []edo.Waker
	if !c.closed.Load() {
		c.closed.Store(true)
		c.stop = c.tail
		c.waiting.Store(false)
		wakers = c.refuseAll(&c.line, nil)
		if c.coldPart != nil {
			wakers = c.refuseAll(&c.coldPart.closers, wakers)
		}
		if c.atEnd() {
			rx = c.takeRxWaker()
		}
	}
	if drop {
		c.takeRxWaker()
		rx = edo.Waker{}
	}
	c.mu.Unlock()
	for _, w := range wakers {
		w.Wake()
	}
	rx.Wake()
}

// refuseAll refuses all waiters in l, and appends their wakers to wakers. Locked.
func (c *channel[T]) refuseAll(l *line[T], wakers []edo.Waker) []edo.Waker {
	for w := l.First(); w != nil; w = l.First() {
		wakers = append(wakers, l.remove(w))
		c.capacity += uint64(w.got)
		release.Store32(&w.state, refused)
	}
	return wakers
}

// atEnd reports whether this is the end by rule 8. Locked, with no message in the queue.
func (c *channel[T]) atEnd() bool {
	return c.dropped || (c.closed.Load() || c.senders == 0) && c.capacity == c.limit
}

// mayStillSend reports whether a message can still come: by a handle, with a permit, or from a
// waiter in line, unless the receiver is closed. Locked.
func (c *channel[T]) mayStillSend() bool {
	return c.senders != 0 || c.capacity != c.limit || !c.line.Empty()
}

// addSender counts a handle that was made at pc. Locked.
func (c *channel[T]) addSender(pc uintptr) {
	c.senders++
	c.origins.Add(pc)
}

// dropSender counts the handle that was made at pc no longer. The caller wakes the waker that
// it returns. Locked.
func (c *channel[T]) dropSender(pc uintptr) (rx edo.Waker) {
	c.senders--
	c.origins.Remove(pc)
	if c.atEnd() {
		rx = c.takeRxWaker()
	}
	return rx
}
