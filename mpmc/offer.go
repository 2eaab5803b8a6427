package mpmc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/waiters"
)

// offer is a send that waits for a slot, or a reserve that waits for slots.
//
//	state     meaning                         set by
//	outside   in no line; the offer of a      the owner, from queued with the lock
//	          handle is free to be lent
//	queued    in line                         the owner, with the lock
//	accepted  out of the line; the value      a settle, with the lock, from queued
//	          was taken, or the permits
//	          belong to the reserve
//	refused   out of the line; the channel    a settle, with the lock, from queued
//	          is closed
//
// A reserve in line has a need above 0, a send in line has none: so need tells the two apart.
//
// The channel's lock guards the fields while the offer is queued. Otherwise they belong to its
// owner. The owner may look at the state without the lock. So a settle stores accepted or
// refused atomically, and as the last thing that it does to the offer.
type offer[T any] struct {
	_          waiters.Node[offer[T]]
	tx         *Sender[T] // so that the collector leaves the handle alone
	waker      edo.Waker
	value      T // of a send
	state      uint32
	need, got  int       // slots that a reserve does not have yet, and that it has collected
	ownerWaker edo.Waker // the owner's: waker, as it was set last
	phase      phase     // the owner's: how far a future has come that has the offer inside
	ofHandle   bool      // part of its handle
}

// States of an offer, and of a turn.
const (
	outside uint32 = iota
	queued
	accepted
	refused
	chosen
)

// offerLine is a queue of offers.
type offerLine[T any] struct{ waiters.List[offer[T]] }

// push puts w at the end.
func (l *offerLine[T]) push(w *offer[T]) {
	l.PushBack(w)
	w.state = queued
}

// remove takes w out and returns its waker. The caller sets the state of w, as the last thing
// that it does to w.
func (l *offerLine[T]) remove(w *offer[T]) edo.Waker {
	l.Remove(w)
	waker := w.waker
	w.waker = edo.Waker{}
	return waker
}

// queueOffer puts w in line, to be woken by waker. Locked.
func (c *channel[T]) queueOffer(w *offer[T], waker edo.Waker) {
	w.waker, w.ownerWaker = waker, waker
	c.offers.push(w)
}

// leaveLine takes w out of the line, if w is still in it, and returns the state of w before.
// The slots that w had collected are free then: the caller settles. Locked.
func (c *channel[T]) leaveLine(w *offer[T]) (state uint32) {
	if w.state != queued {
		return w.state
	}
	c.offers.remove(w)
	c.out -= w.got
	w.state, w.need, w.got = outside, 0, 0
	return queued
}

// pollOut is Ready when w, which was queued, is out of its line. Otherwise it keeps waker as
// the one to wake.
func (w *offer[T]) pollOut(waker edo.Waker) edo.Poll {
	if atomic.LoadUint32(&w.state) != queued {
		return edo.Ready
	}
	if w.ownerWaker == waker {
		return edo.Pending
	}
	c := w.tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.state != queued {
		return edo.Ready
	}
	w.waker, w.ownerWaker = waker, waker
	return edo.Pending
}

// Poll is Ready when w is out of its line. Direct style awaits it.
func (w *offer[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, w.pollOut(cx.Waker()), nil
}

// PollWait is Poll once the task may proceed. An [alarm.Alarm] calls it.
func (w *offer[T]) PollWait(cx *edo.Context) (edo.Poll, error) {
	return w.pollOut(cx.Waker()), nil
}

// awaitOffer awaits f, which polls w, until w is out of its line or f has an error. Then it
// returns w to its handle or channel, and returns nil when w was accepted.
func (c *channel[T]) awaitOffer(task *edo.Task, w *offer[T], f edo.Future[edo.Unit]) error {
	_, err := edo.Await(task, f)
	return c.endWait(w, err)
}

// awaitOfferStep is the step form of awaitOffer. The step keeps something until it is done.
func (c *channel[T]) awaitOfferStep(task *edo.Task, st *edo.Step, w *offer[T], f edo.Future[edo.Unit]) (done bool, err error) {
	if done, _, err = edo.AwaitStep(task, f); done {
		st.Set(nil)
		err = c.endWait(w, err)
	}
	return done, err
}

// endWait returns w, which has waited and got err, and returns nil when w was accepted.
func (c *channel[T]) endWait(w *offer[T], err error) error {
	if w.ofHandle && atomic.LoadUint32(&w.state) != queued {
		return w.endHandleSend()
	}
	c.mu.Lock()
	state := c.leaveLine(w)
	c.returnOffer(w)
	c.settle(nil)
	switch state {
	case accepted:
		return nil
	case refused:
		return errClosed
	}
	return err
}

// lendOffer returns an offer that is outside: that of the handle, or one of the channel while
// another task that shares the handle waits with the first. Locked.
func (tx *Sender[T]) lendOffer() *offer[T] {
	if tx.ownOffer == nil {
		tx.ownOffer = &offer[T]{tx: tx, ofHandle: true}
	}
	if atomic.LoadUint32(&tx.ownOffer.state) == outside {
		return tx.ownOffer
	}
	return tx.ch.borrowOffer(tx)
}

// endHandleSend makes w, which is the handle's and out of the line, available again, and
// returns nil when w was accepted. It needs no lock: it stores the state last.
func (w *offer[T]) endHandleSend() (err error) {
	if w.state == refused {
		var zero T
		w.value, err = zero, errClosed
	}
	w.ownerWaker = edo.Waker{}
	release.Store32(&w.state, outside)
	return err
}

// cold is the part that few channels need.
type cold[T any] struct {
	closers      turnLine[T]            // turns of tasks that wait for the end
	unusedOffers waiters.Free[offer[T]] // lent to direct style
	unusedTurns  waiters.Free[turn[T]]  // lent to direct style
}

// cold returns the cold part, and makes it when it is needed first. Locked.
func (c *channel[T]) cold() *cold[T] {
	if c.coldPart == nil {
		c.coldPart = &cold[T]{}
	}
	return c.coldPart
}

// borrowOffer returns an offer that is outside. Locked.
func (c *channel[T]) borrowOffer(tx *Sender[T]) *offer[T] {
	w := c.cold().unusedOffers.Pop()
	if w == nil {
		w = new(offer[T])
	}
	w.tx = tx
	return w
}

// returnOffer takes back an offer that is in no line. Locked.
func (c *channel[T]) returnOffer(w *offer[T]) {
	var zero T
	w.value, w.need, w.got, w.ownerWaker = zero, 0, 0, edo.Waker{}
	if w.ofHandle {
		release.Store32(&w.state, outside)
		return
	}
	w.state, w.tx = outside, nil
	c.cold().unusedOffers.Push(w)
}
