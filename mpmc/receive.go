package mpmc

import (
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
)

// Recv waits in line for a message. The error matches [edo.ErrClosed] when nothing can
// come any more, because all senders are closed, or the channel is, and everything has
// been received, or because this receiver is closed; and [edo.ErrCancelled] when the task
// was asked to end while it waited: then no message is lost, and one that was promised to
// it goes to the next in line. Several tasks may wait by way of one handle. It allocates
// nothing.
func (rx *Receiver[T]) Recv(task *edo.Task) (v T, err error) {
	if err := task.Proceed((*asking[T])(rx)); err != nil {
		return v, err
	}
	c, cx := rx.ch, task.Internal(internal.Key{})
	c.mu.Lock()
	switch c.ready(rx) {
	case edo.Ready:
		v = c.queue.Take()
		c.settle(cx)
		return v, nil
	case edo.End:
		err = rx.seat.whyDone()
		c.mu.Unlock()
		return v, err
	}
	w := rx.lend()
	c.taking.push(w, cx.Waker())
	c.mu.Unlock()
	if err = c.awaitTurn(task, w, w); err == nil {
		v = c.queue.Take()
	}
	rx.endWait(task, w, err)
	return v, err
}

// asking is a receiver as a leaf that need not wait for a message: only for its task's
// next turn, when the budget is used up.
type asking[T any] Receiver[T]

// awaitTurn waits until w is out of its line, or f, which polls it, or the task is
// cancelled. It returns with the lock, and endWait lets go of it; without an error a
// message is loose, for the caller to take first.
func (c *channel[T]) awaitTurn(task *edo.Task, w *turn[T], f edo.Future[edo.Unit]) error {
	_, err := edo.Await(task, f)
	c.mu.Lock()
	if err == nil || err == errRecvTime && w.state == chosen {
		return c.redeem(w)
	}
	c.abandon(w)
	return err
}

// endWait gives w back, and settles. err is what awaitTurn has returned.
func (rx *Receiver[T]) endWait(task *edo.Task, w *turn[T], err error) {
	rx.giveBack(w)
	if err == nil {
		rx.ch.settle(task.Internal(internal.Key{}))
	} else {
		rx.ch.settle(nil)
	}
	runtime.KeepAlive(rx)
}

// TryRecv returns the next message. It never waits, and overtakes no receive that does:
// the error matches [edo.ErrEmpty] when there is no message now, or those that there are
// have been promised to receives that waited; and [edo.ErrClosed] when none can come, or
// this receiver is closed.
func (rx *Receiver[T]) TryRecv() (v T, err error) {
	c := rx.ch
	c.mu.Lock()
	switch c.ready(rx) {
	case edo.Pending:
		err = errEmpty
	case edo.End:
		err = rx.seat.whyDone()
	default:
		v = c.queue.Take()
		c.settle(nil)
		return v, nil
	}
	c.mu.Unlock()
	return v, err
}

// PollNext is Ready with the next message, and End when all senders are closed, or the
// channel is, every message has been received, and no permit is out; or when this receiver
// is closed. End comes again. While it is pending it has a place in line, which is the
// handle's: see [Receiver.Withdraw]. The only error is an [*edo.BusyError]: another task
// waits in that place already.
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	p, err = rx.poll(cx)
	if p == edo.Ready && err == nil {
		v = rx.ch.queue.Take()
		rx.ch.settle(cx)
	}
	return v, p, err
}

// PollRecv is Ready with the next message, or with an error that matches [edo.ErrClosed]
// where [Receiver.PollNext] is at the End.
func (rx *Receiver[T]) PollRecv(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := rx.PollNext(cx)
	if p == edo.End {
		return v, edo.Ready, rx.whyDone()
	}
	return v, p, err
}

func (rx *Receiver[T]) whyDone() error {
	rx.ch.mu.Lock()
	defer rx.ch.mu.Unlock()
	return rx.seat.whyDone()
}

// poll is Ready, with the lock, when the caller may take a message. Otherwise it returns
// without the lock: Pending, with the own turn of the seat in line for cx; the End; or an
// error.
func (rx *Receiver[T]) poll(cx *edo.Context) (edo.Poll, error) {
	c, own, waker := rx.ch, &rx.seat.own, cx.Waker()
	c.mu.Lock()
	for {
		switch c.ready(rx) {
		case edo.Ready:
			return edo.Ready, nil
		case edo.End:
			c.abandon(own) // a settle is about to refuse it
			c.mu.Unlock()
			return edo.End, nil
		}
		if own.state != queued {
			c.taking.push(own, waker)
		}
		other := own.waker
		c.mu.Unlock()
		if other == waker {
			return edo.Pending, nil
		}
		if err := cx.Sole(other, rx, useInstead); err != nil {
			return edo.Ready, err
		}
		c.mu.Lock()
		if own.state == queued && own.waker == other {
			own.waker = waker
			c.mu.Unlock()
			cx.Displace(other, rx)
			c.mu.Lock()
		}
	}
}
