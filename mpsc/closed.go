package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// PollClosed is Ready once a send through this handle would be refused, as
// [Sender.IsClosed] says it. Otherwise it keeps the waker of the task that has
// polled last with this handle; tasks that share one use [Sender.Closed] or
// [Sender.ClosedFuture].
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll {
	if !cx.Proceed((*closing[T])(tx)) {
		return edo.Pending
	}
	c := tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if tx.isClosed() {
		return edo.Ready
	}
	if tx.waiters == nil {
		tx.waiters = newWaiters(tx)
	}
	if tx.waiters.watch == nil {
		tx.waiters.watch = &waiter[T]{} // without via: the channel must not hold the handle
		c.rare().closers.push(tx.waiters.watch)
	}
	tx.waiters.watch.waker = cx.Waker()
	return edo.Pending
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
	return edo.Unit{}, (*waiter[T])(w).poll(cx.Waker()), nil
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
	if o := tx.waiters; o != nil && o.watch != nil && o.watch.state == queued {
		take(o.watch)
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
