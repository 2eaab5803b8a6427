package mpmc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// offer is a send that waits for a slot, or a reserve that waits for some.
//
//	state     it is                          changed by
//	outside   in no line; a handle's own     its owner → queued, with the lock
//	          is free to be lent
//	queued    in a line                      its owner, with the lock → outside
//	accepted  out; the value was taken,      a settle, with the lock, from queued
//	          or the permits are its own
//	refused   out; the channel is closed     a settle, with the lock, from queued
//
// A reserve needs some slots yet, and a send needs none but is queued all the same: so
// need tells the two apart.
//
// The fields are guarded by the channel's lock while the offer is queued, and its owner's
// otherwise. The owner may look at the state without the lock: so what others set it to,
// accepted or refused, is an atomic store, and the last thing that they do to the offer.
type offer[T any] struct {
	next, prev *offer[T]
	tx         *Sender[T] // so that the collector leaves the handle alone
	waker      edo.Waker
	value      T // of a send
	state      uint32
	need, got  int       // slots that a reserve does not have yet, and that it has collected
	known      edo.Waker // its owner's alone: waker, as it was set last
	phase      phase     // its owner's too: how far a future has come that has it inside
	own        bool      // it is part of its handle
}

// States of an offer, and of a turn.
const (
	outside uint32 = iota
	queued
	accepted
	refused
	chosen
)

// line is a list of offers, the longest-waiting first.
type line[T any] struct{ first, last *offer[T] }

func (l *line[T]) push(w *offer[T]) {
	w.prev, w.next = l.last, nil
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
	w.state = queued
}

// remove takes w out and returns its waker. The caller sets its state, as the last thing
// that it does to w.
func (l *line[T]) remove(w *offer[T]) edo.Waker {
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

// queueOffer puts w in line, to be woken by waker. Locked.
func (c *channel[T]) queueOffer(w *offer[T], waker edo.Waker) {
	w.waker, w.known = waker, waker
	c.sending.push(w)
}

// leave takes w out of the line, if it is in it still, and returns the state it was in.
// What it had collected is free from then on: the caller settles. Locked.
func (c *channel[T]) leave(w *offer[T]) (state uint32) {
	if w.state != queued {
		return w.state
	}
	c.sending.remove(w)
	c.out -= w.got
	w.state, w.need, w.got = outside, 0, 0
	return queued
}

// Out says whether w, which has been queued, is out of its line. If not, waker is the one
// to wake.
func (w *offer[T]) Out(waker edo.Waker) edo.Poll {
	if atomic.LoadUint32(&w.state) != queued {
		return edo.Ready
	}
	if w.known == waker {
		return edo.Pending
	}
	c := w.tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.state != queued {
		return edo.Ready
	}
	w.waker, w.known = waker, waker
	return edo.Pending
}

// Poll is Ready when w is out of its line; direct style waits for that.
func (w *offer[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, w.Out(cx.Waker()), nil
}

// awaitOffer waits until w is out of its line, or f, which polls it, or the task is
// cancelled, and says what has become of it.
func (c *channel[T]) awaitOffer(task *edo.Task, w *offer[T], f edo.Future[edo.Unit]) error {
	_, err := edo.Await(task, f)
	if w.own && atomic.LoadUint32(&w.state) != queued {
		return w.free()
	}
	c.mu.Lock()
	state := c.leave(w)
	c.giveBackOffer(w)
	c.settle(nil)
	switch state {
	case accepted:
		return nil
	case refused:
		return errClosed
	}
	return err
}

// lend returns an offer that is outside: the handle's, or one of the channel's while
// another task that shares the handle waits with that. Locked.
func (tx *Sender[T]) lend() *offer[T] {
	if tx.own == nil {
		tx.own = &offer[T]{tx: tx, own: true}
	}
	if atomic.LoadUint32(&tx.own.state) == outside {
		return tx.own
	}
	return tx.ch.borrowOffer(tx)
}

// free makes w, a handle's, which is out of the line, one that is not in use, and says
// what has become of it. It needs no lock: the state is the last thing that it sets.
func (w *offer[T]) free() (err error) {
	if w.state == refused {
		var zero T
		w.value, err = zero, errClosed
	}
	w.known = edo.Waker{}
	release.Store32(&w.state, outside)
	return err
}

// aside is what few channels need.
type aside[T any] struct {
	closers turns[T]  // the waits for the end
	offers  *offer[T] // those that are not in use
	turns   *turn[T]  // those that are not in use
	nOffers int       // how many these are
	nTurns  int
}

// rare returns what few channels need. Locked.
func (c *channel[T]) rare() *aside[T] {
	if c.aside == nil {
		c.aside = &aside[T]{}
	}
	return c.aside
}

// kept is how many offers, and turns, a channel keeps for direct style.
const kept = 1024

// borrowOffer returns an offer that is outside. Locked.
func (c *channel[T]) borrowOffer(tx *Sender[T]) *offer[T] {
	a := c.rare()
	w := a.offers
	if w == nil {
		return &offer[T]{tx: tx}
	}
	a.offers, w.next, w.tx = w.next, nil, tx
	a.nOffers--
	return w
}

// giveBackOffer takes an offer back that is in no line. Locked.
func (c *channel[T]) giveBackOffer(w *offer[T]) {
	var zero T
	w.value, w.need, w.got, w.known = zero, 0, 0, edo.Waker{}
	if w.own {
		release.Store32(&w.state, outside)
		return
	}
	w.state, w.tx = outside, nil
	if a := c.rare(); a.nOffers < kept {
		a.offers, w.next = w, a.offers
		a.nOffers++
	}
}
