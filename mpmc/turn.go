package mpmc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/waiters"
)

// turn is a receive that waits for a message, or a task that waits for the end of the
// channel.
//
//	state     meaning                      set by
//	outside   in no line                   the owner
//	queued    in a line                    the owner, with the lock
//	chosen    out of the line; a message   a settle or a send, with the lock, from queued; or
//	          is promised to it            the owner, when it uses the promise of its seat
//	refused   out of the line; there is    a settle or a close, with the lock, from queued
//	          nothing to wait for
//
// A turn belongs to a wait, not to a handle: so each task that shares a handle waits with its
// own. The one exception is the stream turn of a [seat].
//
// The lock of the channel guards the fields except for ownerWaker and phase. The owner may look
// at the state without the lock. So the state is stored atomically, as the last change to the
// turn.
type turn[T any] struct {
	_          waiters.Node[turn[T]]
	seat       *seat[T]     // of a receive
	rx         *Receiver[T] // of a receive, so that the collector leaves the handle alone; nil for a stream turn
	tx         *Sender[T]   // of a wait for the end: likewise
	waker      edo.Waker
	state      uint32
	phase      phase     // the owner's: how far a future has come that has the turn inside
	ownerWaker edo.Waker // the owner's: waker, as it was set last
}

// seat is the part of a receiver that the channel and the collector see too. It does not refer
// to the handle.
//
// A future keeps a turn inside itself. A poll of the handle (PollNext) has no place for a turn
// but the handle: this is the stream turn. Its task need not come back: it may wait for
// something else by now, or may have given the handle to another task. So the promise of a
// stream turn belongs to the handle: each receive by way of it may use the promise. When other
// turns of the same seat are in line, one of them is woken as well, and the task that runs
// first takes the message.
type seat[T any] struct {
	ch         *channel[T]
	pc         uintptr   // where the handle was made
	mark       lost.Mark // among all that the collector may find
	ended      bool      // the handle is closed
	waiting    int       // turns of the handle in line, without the stream turn
	streamTurn turn[T]   // of polls of the handle; guarded by the lock
}

// turnLine is a queue of turns.
type turnLine[T any] struct{ waiters.List[turn[T]] }

// push puts w at the end, to be woken by waker.
func (l *turnLine[T]) push(w *turn[T], waker edo.Waker) {
	w.waker, w.ownerWaker = waker, waker
	l.PushBack(w)
	if w.rx != nil {
		w.seat.waiting++
	}
	release.Store32(&w.state, queued)
}

// remove takes w out and returns its waker. The caller sets the state of w, as the last thing
// that it does to w.
func (l *turnLine[T]) remove(w *turn[T]) edo.Waker {
	l.Remove(w)
	if w.rx != nil {
		w.seat.waiting--
	}
	waker := w.waker
	w.waker = edo.Waker{}
	return waker
}

// refuseTurn takes w out, refuses it, and returns its waker.
func (l *turnLine[T]) refuseTurn(w *turn[T]) edo.Waker {
	waker := l.remove(w)
	release.Store32(&w.state, refused)
	return waker
}

// wakerBeside returns the waker of the first turn of s in line that is not the stream turn. The
// turn stays in line.
func (l *turnLine[T]) wakerBeside(s *seat[T]) edo.Waker {
	for w := l.First(); w != nil; w = waiters.Next(w) {
		if w.rx != nil && w.seat == s {
			return w.waker
		}
	}
	return edo.Waker{}
}

// pollOut is Ready when w, a receive that was queued, is out of its line. Otherwise it keeps
// waker as the one to wake.
func (w *turn[T]) pollOut(waker edo.Waker) edo.Poll {
	if atomic.LoadUint32(&w.state) != queued {
		return edo.Ready
	}
	own := &w.seat.streamTurn
	if w.ownerWaker == waker && atomic.LoadUint32(&own.state) != chosen {
		return edo.Pending
	}
	c := w.seat.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case w.state != queued:
		return edo.Ready
	case own.state == chosen: // w uses the promise of its seat
		release.Store32(&own.state, outside)
		c.turns.remove(w)
		release.Store32(&w.state, chosen)
		return edo.Ready
	}
	w.waker, w.ownerWaker = waker, waker
	return edo.Pending
}

// Poll is Ready when w is out of its line. Direct style awaits it.
func (w *turn[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, w.pollOut(cx.Waker()), nil
}

// PollWait is Poll once the task may proceed. An [alarm.Alarm] calls it.
func (w *turn[T]) PollWait(cx *edo.Context) (edo.Poll, error) {
	return w.pollOut(cx.Waker()), nil
}

// redeemPromise ends the wait of w, which is out of its line. Its message is unpromised then,
// or it returns an error. Locked. The caller takes the message, and settles.
func (c *channel[T]) redeemPromise(w *turn[T]) error {
	state := w.state
	release.Store32(&w.state, outside)
	if state != chosen || c.dropped {
		return w.seat.endError()
	}
	c.promised--
	return nil
}

// abandonTurn ends the wait of w, in line or not. A message that was promised to it is
// unpromised then. Locked. The caller settles.
func (c *channel[T]) abandonTurn(w *turn[T]) {
	switch w.state {
	case queued:
		c.turns.remove(w)
	case chosen:
		if !c.dropped {
			c.promised--
		}
	}
	release.Store32(&w.state, outside)
}

// lendTurn returns a turn that is outside, for direct style: that of the handle, or one of the
// channel while another task that shares the handle waits with the first. Locked.
func (rx *Receiver[T]) lendTurn() *turn[T] {
	if !rx.turnLent {
		rx.turnLent = true
		rx.ownTurn.rx, rx.ownTurn.seat = rx, rx.seat
		return &rx.ownTurn
	}
	w := rx.ch.borrowTurn()
	w.rx, w.seat = rx, rx.seat
	return w
}

// returnTurn takes back a turn that lendTurn has returned, and that is outside. Locked.
func (rx *Receiver[T]) returnTurn(w *turn[T]) {
	if w == &rx.ownTurn {
		rx.turnLent = false
		return
	}
	rx.ch.returnTurn(w)
}

// borrowTurn returns a turn that is outside. Locked.
func (c *channel[T]) borrowTurn() *turn[T] {
	if w := c.cold().unusedTurns.Pop(); w != nil {
		return w
	}
	return new(turn[T])
}

// returnTurn takes back a turn that is in no line. Locked.
func (c *channel[T]) returnTurn(w *turn[T]) {
	*w = turn[T]{}
	c.cold().unusedTurns.Push(w)
}
