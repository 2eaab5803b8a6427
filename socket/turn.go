package socket

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/sched"
)

// The turn is what keeps the bytes of one Write together: it has the turn from its first
// system call until it has ended or was dropped.
//
//	Conn.turn   means
//	0           free
//	1           a Write has it
//
// Rules:
//
//  1. A Write that finds the turn taken puts its task into the queue first, and tries
//     again afterwards. A Write that ends frees the turn first, and takes the queue
//     afterwards. So one of them sees the other.
//  2. All in the queue are woken. The first to run gets the turn and the others wait
//     again: so none depends on another one that was woken and dropped.
//  3. A Write without budget does not take the turn: a report takes nothing.
//  4. The queue is woken by Close, and by a new limit, as those that wait in the driver.

// begin is Ready, without an error, when the Write f may go on.
func (f *write) begin(cx *edo.Context) (edo.Poll, error) {
	c := f.conn
	var leaf edo.Leaf = (*writable)(c)
	if !f.hasTurn && c.turn.Load() != 0 {
		leaf = (*behind)(c)
	}
	if !cx.Proceed(leaf) {
		return edo.Pending, nil
	}
	if !f.hasTurn && !c.turn.CompareAndSwap(0, 1) {
		if poll, err := c.waitForTurn(cx.Internal(internal.Key{})); poll == edo.Pending || err != nil {
			return poll, err
		}
	}
	f.hasTurn = true
	return edo.Ready, nil
}

// waitForTurn puts the task of in into the queue. Ready without an error: it has got the
// turn.
func (c *Conn) waitForTurn(in *sched.Context) (edo.Poll, error) {
	r := c.rarely()
	r.mu.Lock()
	r.queue.Add(in.Task())
	r.mu.Unlock()
	ls := r.limits.Load()
	switch {
	case c.turn.CompareAndSwap(0, 1):
		r.leaveQueue(in.Task())
		return edo.Ready, nil
	case c.inner.Closed():
		r.leaveQueue(in.Task())
		return edo.Ready, c.fail("write", errClosed)
	case ls != nil && !ls.arm(c, writing, in):
		c.forget(writing, in.Task())
		return edo.Ready, c.expired(writing)
	}
	return edo.Pending, nil
}

// endTurn frees the turn, if f has it.
func (f *write) endTurn() {
	if !f.hasTurn {
		return
	}
	f.hasTurn = false
	f.conn.turn.Store(0)
	if r := f.conn.rare.Load(); r != nil {
		r.wakeQueue()
	}
}

func (r *rare) wakeQueue() {
	r.mu.Lock()
	woken := r.queue.Take()
	r.mu.Unlock()
	woken.Wake()
}

func (r *rare) leaveQueue(t *sched.Task) {
	r.mu.Lock()
	r.queue.Remove(t)
	r.mu.Unlock()
}

// wake wakes all that wait in direction d, to look at the limits.
func (c *Conn) wake(d direction) {
	c.inner.Wake(d)
	if r := c.rare.Load(); d == writing && r != nil {
		r.wakeQueue()
	}
}

// waits says whether t waits in direction d.
func (c *Conn) waits(d direction, t *sched.Task) bool {
	if c.inner.Waits(d, t) {
		return true
	}
	r := c.rare.Load()
	if d != writing || r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queue.Has(t)
}

// forget lets go of t, which has given up waiting in direction d.
func (c *Conn) forget(d direction, t *sched.Task) {
	c.inner.Forget(d, t)
	if r := c.rare.Load(); r != nil {
		if d == writing {
			r.leaveQueue(t)
		}
		if ls := r.limits.Load(); ls != nil {
			ls.of[d].over(t)
		}
	}
}
