package mpmc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/waiters"
)

// PollClosed is Ready once a send through this handle would be refused, as [Sender.IsClosed]
// reports it. Otherwise it keeps the waker of the task. Any number of tasks may wait with one
// handle. Each is woken once.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll {
	leaf := (*closing[T])(tx)
	if !cx.Proceed(leaf) {
		return edo.Pending
	}
	me := cx.Waker()
	var asked *turn[T] // its task still waits
	for left := waiters.Questions; ; left-- {
		other, of, p := tx.askOrWatch(me, asked, left)
		if other == nil {
			return p
		}
		if cx.Sole(of, leaf, "") != nil {
			asked = other
			continue
		}
		tx.removeWatch(other, of)
		cx.Displace(of, leaf)
	}
}

// askOrWatch returns the turn to ask whether its task still waits, if there is one besides asked and
// left is not 0. Otherwise it keeps waker, to be woken at the end, or is Ready at the end. A task that
// stops waiting does not take its turn out: so each that comes asks others, as a [waiters.Roster] wants
// it.
func (tx *Sender[T]) askOrWatch(waker edo.Waker, asked *turn[T], left int) (other *turn[T], of edo.Waker, p edo.Poll) {
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.isClosed() {
		return nil, of, edo.Ready
	}
	if tx.watches == nil {
		tx.watches = &waiters.Roster[*turn[T]]{}
	}
	for _, w := range tx.watches.All() {
		if w.waker == waker {
			return nil, of, edo.Pending
		}
	}
	if other, ok := tx.watches.Ask(asked, left); ok {
		return other, other.waker, edo.Pending
	}
	w := c.borrowTurn() // without tx: the channel must not hold the handle
	tx.watches.Add(w)
	c.cold().closers.push(w, waker)
	return nil, of, edo.Pending
}

// removeWatch takes w out, whose task does not wait any more, unless it is no longer of.
func (tx *Sender[T]) removeWatch(w *turn[T], of edo.Waker) {
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.waker == of && tx.watches != nil && tx.watches.Remove(w) {
		c.refuseCloser(w)
		c.returnTurn(w)
	}
}

// Closed waits until a send through this handle would be refused: when no receiver is
// left, or they have closed the channel, or this handle is closed. Any number of tasks may
// wait by one handle. The error is that of the task.
//
//edo:step ClosedStep
func (tx *Sender[T]) Closed(task *edo.Task) error {
	if err := task.Proceed((*closing[T])(tx)); err != nil {
		return err
	}
	w := tx.beginWatch(inside.Context(task))
	if w == nil {
		return nil
	}
	_, err := edo.Await(task, edo.Future[edo.Unit](w))
	tx.ch.endWatch(w)
	return err
}

// ClosedStep is the step form of [Sender.Closed]. The step keeps the turn in line.
func (tx *Sender[T]) ClosedStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	w := edo.StepState[closer[T]](st)
	if w == nil {
		if done, err = task.ProceedStep((*closing[T])(tx)); !done || err != nil {
			return done, err
		}
		if w = tx.beginWatch(inside.Context(task)); w == nil {
			return true, nil
		}
		st.Set(w)
	}
	if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](w)); done {
		st.Set(nil)
		tx.ch.endWatch(w)
	}
	return done, err
}

// beginWatch returns a turn that is in line for the end, or nil at the end.
func (tx *Sender[T]) beginWatch(cx *edo.Context) *closer[T] {
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.isClosed() {
		return nil
	}
	w := c.borrowTurn()
	w.tx = tx
	c.watchEnd(w, cx.Waker())
	return (*closer[T])(w)
}

// endWatch takes w out of the line, if it is still in it, and back.
func (c *channel[T]) endWatch(w *closer[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unwatchEnd((*turn[T])(w))
	c.returnTurn((*turn[T])(w))
}

// closing is a sender as a leaf that waits for the end.
type closing[T any] Sender[T]

// closer is a turn of a task that waits for the end.
type closer[T any] turn[T]

// Poll is Ready when w is out of the line.
func (w *closer[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed((*closing[T])(w.tx)) {
		return edo.Unit{}, edo.Pending, nil
	}
	c := w.tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.state != queued {
		return edo.Unit{}, edo.Ready, nil
	}
	w.waker = cx.Waker()
	return edo.Unit{}, edo.Pending, nil
}

// ClosedFuture returns [Sender.Closed] as a future.
func (tx *Sender[T]) ClosedFuture() *ClosedFuture[T] {
	return &ClosedFuture[T]{w: turn[T]{tx: tx}}
}

// ClosedFuture is the future of [Sender.ClosedFuture]. One goroutine at a time uses it.
// Dropping it leaves the handle as it is.
type ClosedFuture[T any] struct{ w turn[T] }

// Poll is Ready, without an error, once a send would be refused.
func (f *ClosedFuture[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed((*closing[T])(f.w.tx)) {
		return edo.Unit{}, edo.Pending, nil
	}
	tx := f.w.tx
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.isClosed() {
		c.unwatchEnd(&f.w) // a settle is about to wake it
		return edo.Unit{}, edo.Ready, nil
	}
	if f.w.state != queued {
		c.watchEnd(&f.w, cx.Waker())
	}
	f.w.waker = cx.Waker()
	return edo.Unit{}, edo.Pending, nil
}

// Drop ends the wait.
func (f *ClosedFuture[T]) Drop() {
	c := f.w.tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unwatchEnd(&f.w)
}

// watchEnd puts w in the line of waits for the end. Locked.
func (c *channel[T]) watchEnd(w *turn[T], waker edo.Waker) {
	w.tx.closers++
	c.cold().closers.push(w, waker)
}

// unwatchEnd takes w out of that line, if it is still in it. Locked.
func (c *channel[T]) unwatchEnd(w *turn[T]) {
	if w.state == queued {
		c.refuseCloser(w)
	}
	release.Store32(&w.state, outside)
}

// refuseCloser takes w out of the line of waits for the end, refuses it, and returns its waker.
// Locked.
func (c *channel[T]) refuseCloser(w *turn[T]) edo.Waker {
	if w.tx != nil {
		w.tx.closers--
	}
	return c.coldPart.closers.refuseTurn(w)
}

// refuseWatches refuses the waits for the end by way of tx, which has been closed. It looks
// through all waits only while some of them are not those of PollClosed. That is rare: most
// often a task that waits closes the handle later. Locked.
func (c *channel[T]) refuseWatches(tx *Sender[T]) (wakers []edo.Waker) {
	if tx.watches != nil {
		for _, w := range tx.watches.All() {
			if w.state == queued {
				wakers = append(wakers, c.refuseCloser(w))
			}
		}
		tx.watches = nil
	}
	if tx.closers == 0 {
		return wakers
	}
	for w := c.coldPart.closers.First(); w != nil && tx.closers != 0; {
		next := waiters.Next(w)
		if w.tx == tx {
			wakers = append(wakers, c.refuseCloser(w))
		}
		w = next
	}
	return wakers
}
