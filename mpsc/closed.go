package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/waiters"
)

// PollClosed is Ready once a send through this handle would be refused, as [Sender.IsClosed]
// reports it. Otherwise it keeps the waker of the task. Any number of tasks may wait with one
// handle. Each is woken.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll {
	leaf := (*closing[T])(tx)
	if !cx.Proceed(leaf) {
		return edo.Pending
	}
	me := cx.Waker()
	other, p := tx.watchFirst(me)
	if other.IsZero() {
		return p
	}
	waits := cx.Sole(other, leaf, "") != nil
	p = tx.watchBeside(me, other, waits)
	if !waits {
		cx.Displace(other, leaf)
	}
	return p
}

// watchFirst keeps waker, to be woken at the end, if the handle keeps no other waker.
// Otherwise it returns another waker, a different one each time: the caller asks whether its
// task still waits. A task that stops waiting does not take its waker out. So each task that
// comes replaces one such waker, and there are never many more wakers than tasks that wait.
func (tx *Sender[T]) watchFirst(waker edo.Waker) (other edo.Waker, p edo.Poll) {
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.isClosed() {
		return other, edo.Ready
	}
	if tx.waiters == nil {
		tx.waiters = newWaiters(tx)
	}
	o := tx.waiters
	for _, w := range o.watches {
		if w.waker == waker {
			return other, edo.Pending
		}
	}
	if len(o.watches) == 0 {
		tx.addWatch(waker)
		return other, edo.Pending
	}
	o.lastAsked = (o.lastAsked + 1) % len(o.watches)
	return o.watches[o.lastAsked].waker, edo.Pending
}

// watchBeside keeps waker, to be woken at the end: in the place of other, or, if waits is
// true, beside it.
func (tx *Sender[T]) watchBeside(waker, other edo.Waker, waits bool) edo.Poll {
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.isClosed() {
		return edo.Ready
	}
	if !waits {
		for _, w := range tx.waiters.watches {
			if w.waker == other {
				w.waker = waker
				return edo.Pending
			}
		}
	}
	tx.addWatch(waker)
	return edo.Pending
}

// addWatch adds waker to those that are woken at the end. Locked.
func (tx *Sender[T]) addWatch(waker edo.Waker) {
	w := &waiter[T]{waker: waker} // without via: the channel must not hold the handle
	tx.waiters.watches = append(tx.waiters.watches, w)
	tx.ch.cold().closers.push(w)
}

// Closed waits until a send through this handle would be refused: when the receiver is closed
// or dropped, or this handle is closed. The error is that of the task.
//
//edo:step ClosedStep
func (tx *Sender[T]) Closed(task *edo.Task) error {
	if err := task.Proceed((*closing[T])(tx)); err != nil {
		return err
	}
	w := tx.beginWatch()
	if w == nil {
		return nil
	}
	_, err := edo.Await(task, edo.Future[edo.Unit](w))
	tx.ch.endWatch(w)
	return err
}

// ClosedStep is the step form of [Sender.Closed]. The step keeps the waiter in line.
func (tx *Sender[T]) ClosedStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	w := edo.StepState[closer[T]](st)
	if w == nil {
		if done, err = task.ProceedStep((*closing[T])(tx)); !done || err != nil {
			return done, err
		}
		if w = tx.beginWatch(); w == nil {
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

// beginWatch returns a waiter for the end that is in line, or nil at the end.
func (tx *Sender[T]) beginWatch() *closer[T] {
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.isClosed() {
		return nil
	}
	w := c.borrowWaiter(tx)
	c.watchEnd(w)
	return (*closer[T])(w)
}

// endWatch takes w out of the line, if it is still in it, and back.
func (c *channel[T]) endWatch(w *closer[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unwatchEnd((*waiter[T])(w))
	c.returnWaiter((*waiter[T])(w))
}

// closing is a sender as a leaf that waits for the end.
type closing[T any] Sender[T]

// closer is a waiter for the end.
type closer[T any] waiter[T]

// Poll is Ready when w is out of the line.
func (w *closer[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed((*closing[T])(w.tx)) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, (*waiter[T])(w).pollOut(cx.Waker()), nil
}

// ClosedFuture returns [Sender.Closed] as a future.
func (tx *Sender[T]) ClosedFuture() *ClosedFuture[T] {
	return &ClosedFuture[T]{w: waiter[T]{tx: tx}}
}

// ClosedFuture is the future of [Sender.ClosedFuture]. One goroutine at a time uses it.
// Dropping it leaves the handle as it is.
type ClosedFuture[T any] struct{ w waiter[T] }

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
		return edo.Unit{}, edo.Ready, nil
	}
	if f.w.state == outside {
		c.watchEnd(&f.w)
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

// watchEnd puts w in the line of waiters for the end. Locked.
func (c *channel[T]) watchEnd(w *waiter[T]) {
	w.tx.closers++
	c.cold().closers.push(w)
}

// unwatchEnd takes w out of that line, if it is still in it. Locked.
func (c *channel[T]) unwatchEnd(w *waiter[T]) {
	if w.state == queued {
		w.tx.closers--
		c.coldPart.closers.remove(w)
		w.state = outside
	}
}

// refuseWatches refuses the waiters for the end by way of tx, which has been closed. It looks
// through all waiters only while some of them are not those of PollClosed. That is rare: most
// often a task that waits closes the handle later. Locked.
func (c *channel[T]) refuseWatches(tx *Sender[T]) (wakers []edo.Waker) {
	refuse := func(w *waiter[T]) {
		wakers = append(wakers, c.coldPart.closers.remove(w))
		release.Store32(&w.state, refused)
	}
	if o := tx.waiters; o != nil {
		for _, w := range o.watches {
			if w.state == queued {
				refuse(w)
			}
		}
	}
	if tx.closers == 0 {
		return wakers
	}
	for w := c.coldPart.closers.First(); w != nil && tx.closers != 0; {
		next := waiters.Next(w)
		if w.tx == tx {
			tx.closers--
			refuse(w)
		}
		w = next
	}
	return wakers
}
