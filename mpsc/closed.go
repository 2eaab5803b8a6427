package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// PollClosed is Ready once a send through this handle would be refused, as
// [Sender.IsClosed] says it. Otherwise it keeps the waker of the task. Any number of
// tasks may wait with one handle; each is woken.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll {
	leaf := (*closing[T])(tx)
	if !cx.Proceed(leaf) {
		return edo.Pending
	}
	me := cx.Waker()
	other, p := tx.watch(me)
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

// watch has waker woken at the end, if no other waker is there. Otherwise it returns one of
// those, another one each time, to ask whether its task still waits: those that do not are
// not taken out when they turn away, and so there are never many more than wait.
func (tx *Sender[T]) watch(waker edo.Waker) (other edo.Waker, p edo.Poll) {
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
	o.asked = (o.asked + 1) % len(o.watches)
	return o.watches[o.asked].waker, edo.Pending
}

// watchBeside has waker woken at the end, in the place of other unless that waits still.
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

// addWatch has waker woken at the end. Locked.
func (tx *Sender[T]) addWatch(waker edo.Waker) {
	w := &waiter[T]{waker: waker} // without via: the channel must not hold the handle
	tx.waiters.watches = append(tx.waiters.watches, w)
	tx.ch.rare().closers.push(w)
}

// Closed waits until a send through this handle would be refused: when the receiver
// is closed or dropped, or this handle is closed. The error is that of the task.
func (tx *Sender[T]) Closed(task *edo.Task) error {
	if err := task.Proceed((*closing[T])(tx)); err != nil {
		return err
	}
	c := tx.ch
	c.mu.Lock()
	if tx.isClosed() {
		c.mu.Unlock()
		return nil
	}
	w := c.borrow(tx)
	c.attend(w)
	c.mu.Unlock()
	_, err := edo.Await(task, edo.Future[edo.Unit]((*closer[T])(w)))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unattend(w)
	c.giveBack(w)
	return err
}

// closing is a sender as a leaf that asks for the end.
type closing[T any] Sender[T]

// closer is a waiter among those that wait for the end.
type closer[T any] waiter[T]

// Poll is Ready when it is out of them.
func (w *closer[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed((*closing[T])(w.via)) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, (*waiter[T])(w).Out(cx.Waker()), nil
}

// ClosedFuture returns [Sender.Closed] as a future.
func (tx *Sender[T]) ClosedFuture() *ClosedFuture[T] {
	return &ClosedFuture[T]{w: waiter[T]{via: tx}}
}

// ClosedFuture is the future of [Sender.ClosedFuture]. One goroutine at a time uses
// it. Dropping it leaves the handle as it is.
type ClosedFuture[T any] struct{ w waiter[T] }

// Poll is Ready, without an error, once a send would be refused.
func (f *ClosedFuture[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed((*closing[T])(f.w.via)) {
		return edo.Unit{}, edo.Pending, nil
	}
	tx := f.w.via
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.isClosed() {
		return edo.Unit{}, edo.Ready, nil
	}
	if f.w.state == outside {
		c.attend(&f.w)
	}
	f.w.waker = cx.Waker()
	return edo.Unit{}, edo.Pending, nil
}

// Drop waits no longer.
func (f *ClosedFuture[T]) Drop() {
	c := f.w.via.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unattend(&f.w)
}

// attend puts w among those that wait for the end. Locked.
func (c *channel[T]) attend(w *waiter[T]) {
	w.via.closers++
	c.rare().closers.push(w)
}

// unattend takes w out of them, if it is still there. Locked.
func (c *channel[T]) unattend(w *waiter[T]) {
	if w.state == queued {
		w.via.closers--
		c.aside.closers.remove(w)
		w.state = outside
	}
}

// forget takes those out that wait for the end by way of tx, which has been closed. It
// looks through all that wait only while there are some besides PollClosed, which is
// rare: a task that waits closes the handle later. Locked.
func (c *channel[T]) forget(tx *Sender[T]) (wakers []edo.Waker) {
	take := func(w *waiter[T]) {
		wakers = append(wakers, c.aside.closers.remove(w))
		release.Store32(&w.state, refused)
	}
	if o := tx.waiters; o != nil {
		for _, w := range o.watches {
			if w.state == queued {
				take(w)
			}
		}
	}
	if tx.closers == 0 {
		return wakers
	}
	for w := c.aside.closers.first; w != nil && tx.closers != 0; {
		next := w.next
		if w.via == tx {
			tx.closers--
			take(w)
		}
		w = next
	}
	return wakers
}
