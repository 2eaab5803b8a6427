package mpsc

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/alarm"
	"github.com/edo-go/edo/internal/inside"
)

// SendTimeout is [Sender.Send] that waits in line for d at the most, on the clock of the
// runtime, which is virtual in the simulator. When the time is up and v was not accepted, the
// error matches [context.DeadlineExceeded]: v was not sent, and is still the caller's. With a
// d of zero or less it does not wait. It allocates nothing.
//
//edo:step SendTimeoutStep
func (tx *Sender[T]) SendTimeout(task *edo.Task, v T, d time.Duration) error {
	if err := task.Proceed((*sending[T])(tx)); err != nil {
		return err
	}
	w, err := tx.beginSendTimeout(inside.Context(task), v, d)
	if w == nil {
		return err
	}
	a := alarm.Set(task, w, d, errSendTimeout)
	err = tx.ch.awaitWaiter(task, w, a)
	a.Stop()
	return err
}

// SendTimeoutStep is the step form of [Sender.SendTimeout]. The step keeps the alarm, and that
// the waiter in line.
func (tx *Sender[T]) SendTimeoutStep(task *edo.Task, st *edo.Step, v T, d time.Duration) (done bool, err error) {
	a := edo.StepState[alarm.Alarm](st)
	if a == nil {
		if done, err = task.ProceedStep((*sending[T])(tx)); !done || err != nil {
			return done, err
		}
		w, err := tx.beginSendTimeout(inside.Context(task), v, d)
		if w == nil {
			return true, err
		}
		a = alarm.Set(task, w, d, errSendTimeout)
		st.Set(a)
	}
	if done, err = tx.ch.awaitWaiterStep(task, st, a.Wait().(*waiter[T]), a); done {
		a.Stop()
	}
	return done, err
}

// beginSendTimeout is beginSend, but has an error instead of a waiter when there is no time to
// wait.
func (tx *Sender[T]) beginSendTimeout(cx *edo.Context, v T, d time.Duration) (*waiter[T], error) {
	c := tx.ch
	c.mu.Lock()
	err := c.checkRoom(tx)
	if err == errFull && d <= 0 {
		c.mu.Unlock()
		return nil, errSendTimeout
	}
	return c.enqueueSend(cx, tx, v, err)
}
