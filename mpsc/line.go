package mpsc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
)

// waiter is one that waits in a line: a send for a slot, a reserve for some, or a task
// for the end of the channel.
//
//	state     it is                        changed by
//	outside   in no line                   its owner → queued, with the lock
//	queued    in a line                    its owner, with the lock → outside
//	accepted  out; the value was taken,    who frees a slot, with the lock, from queued
//	          or the permits are its own
//	refused   out; the channel is closed   whoever closes it, with the lock, from queued
//
// A reserve needs some slots yet, and a send needs none but is queued all the same:
// so need tells the two apart.
//
// The fields are guarded by the channel's lock while the waiter is queued, and its
// owner's otherwise. The owner may look at the state without the lock: so what
// others set it to, accepted or refused, is an atomic store, and the last thing that
// they do to the waiter; its waker was copied before. What the owner itself stores,
// when nobody else has the waiter or with the lock, need not be.
type waiter[T any] struct {
	next, prev *waiter[T]
	via        *Sender[T] // so that the collector leaves the handle alone
	waker      edo.Waker
	value      T // of a send
	state      uint32
	need       uint32 // slots that a reserve does not have yet
	got        uint32 // slots that it has collected
	phase      phase  // its owner's alone: how far a future has come that has it inside
}

const (
	outside uint32 = iota
	queued
	accepted
	refused
)

// line is a list of waiters, the longest-waiting first. The channel's lock guards
// it.
type line[T any] struct{ first, last *waiter[T] }

func (l *line[T]) push(w *waiter[T]) {
	w.prev, w.next = l.last, nil
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
	w.state = queued
}

// remove takes w out and returns its waker. The caller sets its state, as the last
// thing that it does to w.
func (l *line[T]) remove(w *waiter[T]) edo.Waker {
	if w.prev == nil {
		l.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	waker := w.waker
	w.next, w.prev, w.waker = nil, nil, edo.Waker{}
	return waker
}

// poll says whether w, which has been queued, is out of its line. If not, waker is
// the one to wake.
func (w *waiter[T]) poll(waker edo.Waker) edo.Poll {
	if atomic.LoadUint32(&w.state) != queued {
		return edo.Ready
	}
	c := w.via.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.state != queued {
		return edo.Ready
	}
	w.waker = waker
	return edo.Pending
}

// Poll is Ready when w is out of its line; direct style waits for that.
func (w *waiter[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, w.poll(cx.Waker()), nil
}

// await waits until w is out of its line, or f, which polls it, or the task is
// cancelled, and says what has become of it.
func (c *channel[T]) await(task *edo.Task, w *waiter[T], f edo.Future[edo.Unit]) error {
	_, err := edo.Await(task, f)
	c.mu.Lock()
	state, freed := c.leave(w)
	c.giveBack(w)
	if freed {
		c.serve(nil)
	} else {
		c.mu.Unlock()
	}
	switch state {
	case accepted:
		return nil
	case refused:
		return errClosed
	}
	return err
}

// keptWaiters is how many waiters a channel keeps for direct style.
const keptWaiters = 1024

// borrow returns a waiter that is outside. Locked.
func (c *channel[T]) borrow(via *Sender[T]) *waiter[T] {
	w := c.kept
	if w == nil {
		return &waiter[T]{via: via}
	}
	c.kept, w.next, w.via = w.next, nil, via
	c.keptCount--
	return w
}

// giveBack takes a waiter that is in no line back. Locked.
func (c *channel[T]) giveBack(w *waiter[T]) {
	if c.keptCount == keptWaiters {
		return
	}
	var zero T
	w.state, w.need, w.got = outside, 0, 0
	w.via, w.value = nil, zero
	c.kept, w.next = w, c.kept
	c.keptCount++
}
