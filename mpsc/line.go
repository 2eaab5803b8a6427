package mpsc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// waiter is one that waits in a line: a send for a slot, a reserve for some, or a task
// for the end of the channel.
//
//	state     it is                        changed by
//	outside   in no line; a handle's own   its owner → queued, with the lock
//	          is anybody's to take
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
	asked      bool   // its owner's too: the waker is that of the poll to come
	own        bool   // it is part of its handle, see [waiters]
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

// Out says whether w, which has been queued, is out of its line. If not, waker is
// the one to wake.
func (w *waiter[T]) Out(waker edo.Waker) edo.Poll {
	if atomic.LoadUint32(&w.state) != queued {
		return edo.Ready
	}
	if w.asked {
		w.asked = false
		return edo.Pending
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
	return edo.Unit{}, w.Out(cx.Waker()), nil
}

// await waits until w is out of its line, or f, which polls it, or the task is
// cancelled, and says what has become of it.
func (c *channel[T]) await(task *edo.Task, w *waiter[T], f edo.Future[edo.Unit]) error {
	_, err := edo.Await(task, f)
	if w.own && atomic.LoadUint32(&w.state) != queued {
		return w.free()
	}
	c.mu.Lock()
	state, freed := c.leave(w)
	if state == accepted && w.got != 0 {
		c.aside.taken(w.got)
	}
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

// waiters is what a handle has for those who wait by way of it. In direct style a task
// has a handle of its own most of the time: so its send need not go back to the lock to
// give a waiter back.
type waiters[T any] struct {
	send    waiter[T]    // for one Send that waits; it is outside while not in use
	watches []*waiter[T] // what PollClosed waits with: one for each task that waits, most often one
	asked   int          // which of these was asked last whether its task waits
}

// newWaiters returns them for tx.
func newWaiters[T any](tx *Sender[T]) *waiters[T] {
	return &waiters[T]{send: waiter[T]{via: tx, own: true}}
}

// lend returns a waiter that is outside: the handle's, or one of the channel's while
// another task that shares the handle waits with that. Locked.
func (tx *Sender[T]) lend() *waiter[T] {
	if tx.waiters == nil {
		tx.waiters = newWaiters(tx)
	}
	if w := &tx.waiters.send; atomic.LoadUint32(&w.state) == outside {
		return w
	}
	return tx.ch.borrow(tx)
}

// free makes w, a handle's, which is out of the line, one that nobody uses, and says what
// has become of it. It needs no lock: the state is the last thing that it sets.
func (w *waiter[T]) free() (err error) {
	if w.state == refused {
		var zero T
		w.value, err = zero, errClosed
	}
	w.asked = false
	release.Store32(&w.state, outside)
	return err
}

// aside is what few channels need.
type aside[T any] struct {
	closers line[T]    // those that wait for the end
	kept    *waiter[T] // waiters that nobody uses
	count   int        // how many these are
	spare   *segment[T]

	untaken atomic.Uint64 // permits that were granted, and whose reserves do not know yet
}

// taken says that a reserve knows of the n permits that it was granted.
func (a *aside[T]) taken(n uint32) { a.untaken.Add(-uint64(n)) }

// rare returns what few channels need. Locked.
func (c *channel[T]) rare() *aside[T] {
	if c.aside == nil {
		c.aside = &aside[T]{}
	}
	return c.aside
}

// keptWaiters is how many waiters a channel keeps for direct style.
const keptWaiters = 1024

// borrow returns a waiter that is outside. Locked.
func (c *channel[T]) borrow(via *Sender[T]) *waiter[T] {
	a := c.rare()
	w := a.kept
	if w == nil {
		return &waiter[T]{via: via}
	}
	a.kept, w.next, w.via = w.next, nil, via
	a.count--
	return w
}

// giveBack takes a waiter that is in no line back. Locked.
func (c *channel[T]) giveBack(w *waiter[T]) {
	var zero T
	w.value, w.need, w.got, w.asked = zero, 0, 0, false
	if w.own {
		release.Store32(&w.state, outside)
		return
	}
	w.state, w.via = outside, nil
	if a := c.rare(); a.count < keptWaiters {
		a.kept, w.next = w, a.kept
		a.count++
	}
}
