package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// close ends sending for good and wakes everybody who waits for that. When it is the
// receiver's owner who drops it, permits are of no use any more; otherwise the
// receiver is woken, if this is the end.
func (c *channel[T]) close(drop bool) {
	c.mu.Lock()
	c.dropped = c.dropped || drop
	var rx edo.Waker
	var wakers []edo.Waker
	if !c.closed.Load() {
		c.closed.Store(true)
		c.stop = c.tail
		c.waiting.Store(false)
		refuse := func(l *line[T]) {
			for l.first != nil {
				w := l.first
				wakers = append(wakers, l.remove(w))
				c.capacity += uint64(w.got)
				release.Store32(&w.state, refused)
			}
		}
		refuse(&c.line)
		if c.aside != nil {
			refuse(&c.aside.closers)
		}
		if c.atEnd() {
			rx = c.takeRx()
		}
	}
	if drop {
		c.takeRx()
		rx = edo.Waker{}
	}
	c.mu.Unlock()
	for _, w := range wakers {
		w.Wake()
	}
	rx.Wake()
}

// atEnd is rule 8, for a queue with nothing in it. Locked.
func (c *channel[T]) atEnd() bool {
	return c.dropped || (c.closed.Load() || c.senders == 0) && c.capacity == c.limit
}

// alive says whether anybody can still send: by a handle, with a permit, or as one
// that is in line, if the receiver lets it. Locked.
func (c *channel[T]) alive() bool {
	return c.senders != 0 || c.capacity != c.limit || c.line.first != nil
}

// addSender counts a handle that was made at pc. Locked.
func (c *channel[T]) addSender(pc uintptr) {
	c.senders++
	c.origins.Add(pc)
}

// dropSender counts the handle that was made at pc no longer. The waker that it
// returns is to be woken. Locked.
func (c *channel[T]) dropSender(pc uintptr) (rx edo.Waker) {
	c.senders--
	c.origins.Remove(pc)
	if c.atEnd() {
		rx = c.takeRx()
	}
	return rx
}
