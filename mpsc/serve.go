package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
)

// joinLine puts w, a send for which checkRoom found no room, in line, unless there is room
// at a second look, which rule 4 asks for. Locked.
func (c *channel[T]) joinLine(w *waiter[T]) (joined bool) {
	if c.line.Empty() {
		c.announceWaiter()
		if c.checkRoom(w.tx) == nil {
			c.waiting.Store(false)
			return false
		}
	}
	c.line.push(w)
	return true
}

// announceWaiter sets waiting before a waiter gets in line: rule 4. Locked.
func (c *channel[T]) announceWaiter() {
	if invariant.Enabled {
		invariant.Step("mpsc: about to set waiting")
	}
	c.waiting.Store(true)
	if invariant.Enabled {
		invariant.Step("mpsc: waiting is set")
	}
}

// leaveLine takes w out of the line, if w is still in it, and returns the state of w before.
// The slots that w had collected are free then (freed): the caller serves the line, by rule
// 3. Locked.
func (c *channel[T]) leaveLine(w *waiter[T]) (state uint32, freed bool) {
	if w.state != queued {
		return w.state, false
	}
	c.line.remove(w)
	freed = w.got != 0
	c.capacity += uint64(w.got)
	w.state, w.need, w.got = outside, 0, 0
	if c.line.Empty() {
		c.waiting.Store(false)
	}
	return queued, freed
}

// serveFirst carries out rule 3 for the first waiter in line: a send gets its value into a
// slot, a reserve gets as many free slots as it still needs. It returns the waker of the
// waiter when that is out of the line. Locked, with a waiter in line and a free slot.
func (c *channel[T]) serveFirst() (done edo.Waker) {
	w := c.line.First()
	if w.need != 0 {
		n := uint32(min(uint64(w.need), c.capacity-(c.tail-c.released)))
		c.capacity -= uint64(n)
		w.need -= n
		w.got += n
		if w.need != 0 {
			return done
		}
		c.cold().untakenPermits.Add(uint64(w.got))
	} else {
		c.tailSegmentEnd()
		*c.tailSegment.slot(c.tail) = w.value
		c.tail++
		c.stop = c.tail
		var zero T
		w.value = zero
	}
	done = c.line.remove(w)
	release.Store32(&w.state, accepted)
	if c.line.Empty() {
		c.waiting.Store(false)
	}
	return done
}

// batch is how many tasks are woken at a time.
const batch = 16

// serveLine gives the free slots to the line, by rule 3. It wakes the waiters that got all
// they need, and the receiver when there is a message or the end, by rule 7. The caller holds
// the lock, and serveLine releases it. cx may be nil.
//
// Between two batches serveLine has no lock, and slots may be free while waiters are in line.
// This call gives these slots away, or another call that does the same.
func (c *channel[T]) serveLine(cx *edo.Context) {
	var wakers [batch]edo.Waker
	for more := true; more; {
		n, tail := 0, c.tail
		for more && n < batch {
			if more = !c.line.Empty() && c.tail-c.released < c.capacity; more {
				wakers[n] = c.serveFirst()
				n++
			}
		}
		var rx edo.Waker
		if c.tail != tail || c.atEnd() {
			rx = c.takeRxWaker()
		}
		c.mu.Unlock()
		rx.WakeBy(cx)
		for _, w := range wakers[:n] {
			w.WakeBy(cx)
		}
		if more {
			c.mu.Lock()
		}
	}
}
