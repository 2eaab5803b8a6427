package mpmc

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/alarm"
	"github.com/edo-go/edo/internal/inside"
)

// SendTimeout is [Sender.Send] that waits in line for d at the most, on the clock of the
// runtime, which is virtual in the simulator. When the time is up and v was not accepted
// the error matches [context.DeadlineExceeded]: v was not sent, and is still the caller's.
// With a d of zero or less it does not wait. It allocates nothing.
func (tx *Sender[T]) SendTimeout(task *edo.Task, v T, d time.Duration) error {
	if err := task.Proceed((*sending[T])(tx)); err != nil {
		return err
	}
	c, cx := tx.ch, inside.Context(task)
	c.mu.Lock()
	err := c.checkRoom(tx)
	if err == errFull && d > 0 {
		w := c.enqueueSend(cx, tx, v)
		a := alarm.Set(task, w, d, errSendTimeout)
		err = c.awaitOffer(task, w, a)
		a.Stop()
		return err
	}
	if err != nil {
		c.mu.Unlock()
		if err == errFull {
			err = errSendTimeout
		}
		return err
	}
	first, beside := c.putValue(v)
	c.mu.Unlock()
	wakeBoth(cx, first, beside)
	return nil
}

// RecvTimeout is [Receiver.Recv] that waits in line for d at the most, on the clock of the
// runtime, which is virtual in the simulator. When the time is up and there is no message
// for it the error matches [context.DeadlineExceeded]: no message was taken. With a d of
// zero or less it does not wait. It allocates nothing.
func (rx *Receiver[T]) RecvTimeout(task *edo.Task, d time.Duration) (v T, err error) {
	if err := task.Proceed((*asking[T])(rx)); err != nil {
		return v, err
	}
	c, cx := rx.ch, inside.Context(task)
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
	if d <= 0 {
		c.mu.Unlock()
		return v, errRecvTimeout
	}
	w := rx.lendTurn()
	c.turns.push(w, cx.Waker())
	c.mu.Unlock()
	a := alarm.Set(task, w, d, errRecvTimeout)
	err = c.awaitTurn(task, w, a)
	if err == nil {
		v = c.queue.Take()
	}
	rx.endWait(task, w, err)
	a.Stop()
	return v, err
}
