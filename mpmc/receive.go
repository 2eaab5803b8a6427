package mpmc

import (
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
)

// Recv waits in line for a message. The error matches [edo.ErrClosed] when no message can come
// any more: all senders are closed, or the channel is, and every message has been received; or
// this receiver is closed. It matches [edo.ErrCancelled] when the task was asked to end while
// it waited: then no message is lost, and one that was promised to it goes to the next in line.
// Several tasks may wait by way of one handle. It allocates nothing.
//
//edo:step RecvStep
func (rx *Receiver[T]) Recv(task *edo.Task) (v T, err error) {
	if err := task.Proceed((*asking[T])(rx)); err != nil {
		return v, err
	}
	c, cx := rx.ch, inside.Context(task) // as beginRecv, without a call: BenchmarkDirectSendRecv
	c.mu.Lock()
	switch c.pollMessage(rx) {
	case edo.Ready:
		v = c.queue.Take()
		c.settle(cx)
		return v, nil
	case edo.End:
		err = rx.seat.endError()
		c.mu.Unlock()
		return v, err
	}
	w := rx.joinTurns(cx)
	c.mu.Unlock()
	return rx.awaitMessage(task, w, w)
}

// RecvStep is the step form of [Receiver.Recv]. The step keeps the turn in line.
func (rx *Receiver[T]) RecvStep(task *edo.Task, st *edo.Step) (done bool, v T, err error) {
	w := edo.StepState[turn[T]](st)
	if w == nil {
		if done, err = task.ProceedStep((*asking[T])(rx)); !done || err != nil {
			return done, v, err
		}
		if v, w, err = rx.beginRecv(inside.Context(task), true); w == nil {
			return true, v, err
		}
		st.Set(w)
	}
	return rx.awaitMessageStep(task, st, w, w)
}

// beginRecv receives a message, or returns an error, or a turn in line. When there is no message
// now and it may not wait, the error is errRecvTimeout.
func (rx *Receiver[T]) beginRecv(cx *edo.Context, mayWait bool) (v T, w *turn[T], err error) {
	c := rx.ch
	c.mu.Lock()
	switch c.pollMessage(rx) {
	case edo.Ready:
		v = c.queue.Take()
		c.settle(cx)
		return v, nil, nil
	case edo.End:
		err = rx.seat.endError()
	default:
		if mayWait {
			w = rx.joinTurns(cx)
		} else {
			err = errRecvTimeout
		}
	}
	c.mu.Unlock()
	return v, w, err
}

// joinTurns returns a turn that is in line for the task of cx. Locked.
func (rx *Receiver[T]) joinTurns(cx *edo.Context) *turn[T] {
	w := rx.lendTurn()
	rx.ch.turns.push(w, cx.Waker())
	return w
}

// awaitMessage awaits f, which polls w, and receives the message that w gets.
func (rx *Receiver[T]) awaitMessage(task *edo.Task, w *turn[T], f edo.Future[edo.Unit]) (T, error) {
	_, err := edo.Await(task, f)
	return rx.endRecv(task, w, err)
}

// awaitMessageStep is the step form of awaitMessage. The step keeps something until it is done.
func (rx *Receiver[T]) awaitMessageStep(task *edo.Task, st *edo.Step, w *turn[T], f edo.Future[edo.Unit]) (done bool, v T, err error) {
	if done, _, err = edo.AwaitStep(task, f); done {
		st.Set(nil)
		v, err = rx.endRecv(task, w, err)
	}
	return done, v, err
}

// endRecv receives the message that w, which has waited and got err, was promised.
func (rx *Receiver[T]) endRecv(task *edo.Task, w *turn[T], err error) (v T, _ error) {
	if err = rx.ch.endTurn(w, err); err == nil {
		v = rx.ch.queue.Take()
	}
	rx.endWait(task, w, err)
	return v, err
}

// asking is a receiver as a leaf that does not wait for a message: it waits only for the next
// turn of its task, when the budget is used up.
type asking[T any] Receiver[T]

// endTurn ends the wait of w, which got err. It returns with the lock, which endWait releases.
// Without an error a message is unpromised, and the caller takes it first.
func (c *channel[T]) endTurn(w *turn[T], err error) error {
	c.mu.Lock()
	if err == nil || err == errRecvTimeout && w.state == chosen {
		return c.redeemPromise(w)
	}
	c.abandonTurn(w)
	return err
}

// endWait returns w, and settles. err is the error of endTurn. It releases the lock.
func (rx *Receiver[T]) endWait(task *edo.Task, w *turn[T], err error) {
	rx.returnTurn(w)
	if err == nil {
		rx.ch.settle(inside.Context(task))
	} else {
		rx.ch.settle(nil)
	}
	runtime.KeepAlive(rx)
}

// TryRecv returns the next message. It never waits, and overtakes no receive that does. The
// error matches [edo.ErrEmpty] when there is no message now, or all of them are promised to
// receives that waited, and [edo.ErrClosed] when none can come, or this receiver is closed.
func (rx *Receiver[T]) TryRecv() (v T, err error) {
	c := rx.ch
	c.mu.Lock()
	switch c.pollMessage(rx) {
	case edo.Pending:
		err = errEmpty
	case edo.End:
		err = rx.seat.endError()
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
// is closed. End comes again. While it is pending it has a place in line, which belongs to the
// handle: see [Receiver.Withdraw]. The only error is an [*edo.BusyError]: another task waits in
// that place already.
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed((*polling[T])(rx)) {
		return v, edo.Pending, nil
	}
	p, err = rx.pollTurn(cx)
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
		return v, edo.Ready, rx.endError()
	}
	return v, p, err
}

func (rx *Receiver[T]) endError() error {
	rx.ch.mu.Lock()
	defer rx.ch.mu.Unlock()
	return rx.seat.endError()
}

// pollTurn is Ready, with the lock, when the caller may take a message. Otherwise it returns
// without the lock: Pending, with the stream turn of the seat in line for cx; the End; or an
// error.
func (rx *Receiver[T]) pollTurn(cx *edo.Context) (edo.Poll, error) {
	c, turn, waker := rx.ch, &rx.seat.streamTurn, cx.Waker()
	c.mu.Lock()
	for {
		switch c.pollMessage(rx) {
		case edo.Ready:
			return edo.Ready, nil
		case edo.End:
			c.abandonTurn(turn) // a settle is about to refuse it
			c.mu.Unlock()
			return edo.End, nil
		}
		if turn.state != queued {
			c.turns.push(turn, waker)
		}
		other := turn.waker
		c.mu.Unlock()
		if other == waker {
			return edo.Pending, nil
		}
		if err := cx.Sole(other, (*polling[T])(rx), useInstead); err != nil {
			return edo.Ready, err
		}
		c.mu.Lock()
		if turn.state == queued && turn.waker == other {
			turn.waker = waker
			c.mu.Unlock()
			cx.Displace(other, (*polling[T])(rx))
			c.mu.Lock()
		}
	}
}
