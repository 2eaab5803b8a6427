package mpsc

import "github.com/edo-go/edo"

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
	if tx.watch == nil {
		tx.watch = &waiter[T]{} // without via: the channel must not hold the handle
		c.closers.push(tx.watch)
	}
	tx.watch.waker = cx.Waker()
	return edo.Pending
}

// Closed waits until a send through this handle would be refused: when the receiver
// is closed or dropped, or this handle is closed. The error is that of the task.
func (tx *Sender[T]) Closed(task *edo.Task) error {
	if _, err := edo.Await(task, edo.Future[edo.Unit]((*closing[T])(tx))); err != nil {
		return err
	}
	c := tx.ch
	c.mu.Lock()
	if tx.isClosed() {
		c.mu.Unlock()
		return nil
	}
	w := c.borrow(tx)
	c.closers.push(w)
	c.mu.Unlock()
	_, err := edo.Await(task, edo.Future[edo.Unit]((*closer[T])(w)))
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.state == queued {
		c.closers.remove(w)
	}
	c.giveBack(w)
	return err
}

// closing is a sender as a future that is ready when the budget of the task allows to
// ask for the end.
type closing[T any] Sender[T]

// Poll is ready unless the budget is used up.
func (s *closing[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(s) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, edo.Ready, nil
}

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
		c.closers.push(&f.w)
	}
	f.w.waker = cx.Waker()
	return edo.Unit{}, edo.Pending, nil
}

// Drop waits no longer.
func (f *ClosedFuture[T]) Drop() {
	c := f.w.via.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.w.state == queued {
		c.closers.remove(&f.w)
		f.w.state = outside
	}
}

// forget takes those out that wait for the end by way of tx, which has been closed.
// Locked.
func (c *channel[T]) forget(tx *Sender[T]) (wakers []edo.Waker) {
	var next *waiter[T]
	for w := c.closers.first; w != nil; w = next {
		next = w.next
		if w.via == tx || w == tx.watch {
			wakers = append(wakers, c.closers.remove(w))
			storeRelease(&w.state, refused)
		}
	}
	return wakers
}
