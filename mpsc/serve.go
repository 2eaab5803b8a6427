package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
)

// queue puts w, a send for which accept found no room, in line, unless there is room
// at a second look, which rule 4 asks for. Locked.
func (c *channel[T]) queue(w *waiter[T]) (joined bool) {
	if c.line.first == nil {
		c.announce()
		if c.accept(w.via) == nil {
			c.waiting.Store(false)
			return false
		}
	}
	c.line.push(w)
	return true
}

// announce says that somebody is about to get in line. Locked.
func (c *channel[T]) announce() {
	if invariant.Enabled {
		invariant.Step("mpsc: about to say that somebody waits")
	}
	c.waiting.Store(true)
	if invariant.Enabled {
		invariant.Step("mpsc: said that somebody waits")
	}
}

// leave takes w out of the line, if it is in it still, and returns the state it was
// in. What it had collected is free from then on: the caller serves the line. Locked.
func (c *channel[T]) leave(w *waiter[T]) (state uint32, freed bool) {
	if w.state != queued {
		return w.state, false
	}
	c.line.remove(w)
	freed = w.got != 0
	c.capacity += uint64(w.got)
	w.state, w.need, w.got = outside, 0, 0
	if c.line.first == nil {
		c.waiting.Store(false)
	}
	return queued, freed
}

// step gives free slots to the first in line: the one that its value needs, or as
// many as there are and it still needs for its permits. It returns its waker when it
// is out of the line. Locked, with somebody in line and a slot free.
func (c *channel[T]) step() (done edo.Waker) {
	w := c.line.first
	if w.need != 0 {
		n := uint32(min(uint64(w.need), c.capacity-(c.tail-c.released)))
		c.capacity -= uint64(n)
		w.need -= n
		w.got += n
		if w.need != 0 {
			return done
		}
		c.rare().untaken.Add(uint64(w.got))
	} else {
		c.fit()
		c.put(w.value)
		c.stop = c.tail
		var zero T
		w.value = zero
	}
	done = c.line.remove(w)
	release.Store32(&w.state, accepted)
	if c.line.first == nil {
		c.waiting.Store(false)
	}
	return done
}

// batch is how many are woken at a time.
const batch = 16

// serve gives the slots that have become free to those in line, and wakes whoever
// need not wait any longer for that: those in line that got what they need, and the
// receiver when there is a message, or the end. It is called with the lock, and lets
// go of it. cx may be nil.
//
// Between two batches it has no lock, and there may be free slots with somebody in
// line: they are this call's to give away, or those of others that do the same.
func (c *channel[T]) serve(cx *edo.Context) {
	var wakers [batch]edo.Waker
	for more := true; more; {
		n, tail := 0, c.tail
		for more && n < batch {
			if more = c.line.first != nil && c.tail-c.released < c.capacity; more {
				wakers[n] = c.step()
				n++
			}
		}
		var rx edo.Waker
		if c.tail != tail || c.atEnd() {
			rx = c.takeRx()
		}
		c.mu.Unlock()
		wake(cx, rx)
		for _, w := range wakers[:n] {
			wake(cx, w)
		}
		if more {
			c.mu.Lock()
		}
	}
}
