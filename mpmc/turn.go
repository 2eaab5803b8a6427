package mpmc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// turn is a receive that waits for a message, or a task that waits for the end of the
// channel.
//
//	state     it is                          changed by
//	outside   in no line, and not in use     its owner → queued, with the lock
//	          if it is lent
//	queued    in a line                      its owner, with the lock → outside; or → chosen,
//	                                         when it takes over the promise of its seat
//	chosen    out; a message is promised     a settle or a put, with the lock, from queued
//	refused   out; there is nothing to       a settle or a close, with the lock, from queued
//	          wait for any more
//
// A turn belongs to a wait, not to a handle: so tasks that share a handle wait each with
// its own. The one exception is the own turn of a [seat].
//
// The lock of the channel guards the fields, but known and phase. The owner may look at
// the state without the lock: so it is stored atomically, as the last thing that is done
// to the turn.
type turn[T any] struct {
	next, prev *turn[T]
	seat       *seat[T]     // of a receive
	rx         *Receiver[T] // of a receive, so that the collector leaves the handle alone; nil for the own turn of a seat
	tx         *Sender[T]   // of a wait for the end: likewise
	waker      edo.Waker
	state      uint32
	phase      phase     // its owner's alone: how far a future has come that has it inside
	known      edo.Waker // its owner's too: waker, as it was set last
}

// seat is what the channel, the handle of a receiver and the collector know of the handle.
// It does not refer to the handle.
//
// A poll of the handle, as opposed to that of a future, has no place to keep a turn but the
// handle. That is the own turn. Its task need not come back: it may wait for something
// else by now, or may have given the handle to another task. So the promise of an own
// turn belongs to the handle: each receive by way of it may use it, and when there are
// other turns of the same seat in line one of them is woken as well, so that whichever task
// runs first takes the message.
type seat[T any] struct {
	ch     *channel[T]
	pc     uintptr // where the handle was made
	number uint64  // in which order, among all that the collector may find
	ended  bool    // the handle is closed
	waits  int     // turns of the handle in line, without the own one
	own    turn[T] // of PollNext and its like; used with the lock alone
}

// turns is a list of turns, the longest-waiting first.
type turns[T any] struct{ first, last *turn[T] }

func (l *turns[T]) push(w *turn[T], waker edo.Waker) {
	w.waker, w.known = waker, waker
	w.prev, w.next = l.last, nil
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
	if w.rx != nil {
		w.seat.waits++
	}
	release.Store32(&w.state, queued)
}

// remove takes w out and returns its waker. The caller sets its state, as the last thing
// that it does to w.
func (l *turns[T]) remove(w *turn[T]) edo.Waker {
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
	if w.rx != nil {
		w.seat.waits--
	}
	waker := w.waker
	w.next, w.prev, w.waker = nil, nil, edo.Waker{}
	return waker
}

// refuse takes w out, for good, and returns its waker.
func (l *turns[T]) refuse(w *turn[T]) edo.Waker {
	waker := l.remove(w)
	release.Store32(&w.state, refused)
	return waker
}

// beside returns the waker of the first turn of s that is not its own, and leaves it in
// line.
func (l *turns[T]) beside(s *seat[T]) edo.Waker {
	for w := l.first; w != nil; w = w.next {
		if w.rx != nil && w.seat == s {
			return w.waker
		}
	}
	return edo.Waker{}
}

// Out says whether w, a receive that has been queued, is out of its line. If not, waker is
// the one to wake.
func (w *turn[T]) Out(waker edo.Waker) edo.Poll {
	if atomic.LoadUint32(&w.state) != queued {
		return edo.Ready
	}
	own := &w.seat.own
	if w.known == waker && atomic.LoadUint32(&own.state) != chosen {
		return edo.Pending
	}
	c := w.seat.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case w.state != queued:
		return edo.Ready
	case own.state == chosen: // w takes over its promise
		release.Store32(&own.state, outside)
		c.taking.remove(w)
		release.Store32(&w.state, chosen)
		return edo.Ready
	}
	w.waker, w.known = waker, waker
	return edo.Pending
}

// Poll is Ready when w is out of its line; direct style waits for that.
func (w *turn[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, w.Out(cx.Waker()), nil
}

// redeem ends the wait of w, which is out of its line: a message is loose for it, or there
// is none, and the error says why. Locked; the caller takes the message, and settles.
func (c *channel[T]) redeem(w *turn[T]) error {
	state := w.state
	release.Store32(&w.state, outside)
	if state != chosen || c.dropped {
		return w.seat.whyDone()
	}
	c.promised--
	return nil
}

// abandon ends the wait of w, wherever it is: what was promised to it is loose. Locked; the
// caller settles.
func (c *channel[T]) abandon(w *turn[T]) {
	switch w.state {
	case queued:
		c.taking.remove(w)
	case chosen:
		if !c.dropped {
			c.promised--
		}
	}
	release.Store32(&w.state, outside)
}

// lend returns a turn that is outside, for direct style: the handle's, or one of the
// channel's while another task that shares the handle waits with that. Locked.
func (rx *Receiver[T]) lend() *turn[T] {
	if !rx.lent {
		rx.lent = true
		rx.turn.rx, rx.turn.seat = rx, rx.seat
		return &rx.turn
	}
	w := rx.ch.borrowTurn()
	w.rx, w.seat = rx, rx.seat
	return w
}

// giveBack takes back what lend has returned, and what is outside. Locked.
func (rx *Receiver[T]) giveBack(w *turn[T]) {
	if w == &rx.turn {
		rx.lent = false
		return
	}
	rx.ch.giveBackTurn(w)
}

// borrowTurn returns a turn that is outside. Locked.
func (c *channel[T]) borrowTurn() *turn[T] {
	a := c.rare()
	w := a.turns
	if w == nil {
		return &turn[T]{}
	}
	a.turns, w.next = w.next, nil
	a.nTurns--
	return w
}

// giveBackTurn takes a turn back that is in no line. Locked.
func (c *channel[T]) giveBackTurn(w *turn[T]) {
	*w = turn[T]{}
	if a := c.rare(); a.nTurns < kept {
		a.turns, w.next = w, a.turns
		a.nTurns++
	}
}
