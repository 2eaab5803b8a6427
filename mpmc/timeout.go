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
//
//edo:step SendTimeoutStep
func (tx *Sender[T]) SendTimeout(task *edo.Task, v T, d time.Duration) error {
	if err := task.Proceed((*sending[T])(tx)); err != nil {
		return err
	}
	w, err := tx.beginSend(inside.Context(task), v, d > 0)
	if w == nil {
		return sendTimeoutError(err)
	}
	a := alarm.Set(task, w, d, errSendTimeout)
	err = tx.ch.awaitOffer(task, w, a)
	a.Stop()
	return err
}

// SendTimeoutStep is the step form of [Sender.SendTimeout]. The step keeps the alarm, and that
// the offer in line.
func (tx *Sender[T]) SendTimeoutStep(task *edo.Task, st *edo.Step, v T, d time.Duration) (done bool, err error) {
	a := edo.StepState[alarm.Alarm](st)
	if a == nil {
		if done, err = task.ProceedStep((*sending[T])(tx)); !done || err != nil {
			return done, err
		}
		w, err := tx.beginSend(inside.Context(task), v, d > 0)
		if w == nil {
			return true, sendTimeoutError(err)
		}
		a = alarm.Set(task, w, d, errSendTimeout)
		st.Set(a)
	}
	if done, err = tx.ch.awaitOfferStep(task, st, a.Wait().(*offer[T]), a); done {
		a.Stop()
	}
	return done, err
}

// sendTimeoutError returns the error of a send that had no time to wait.
func sendTimeoutError(err error) error {
	if err == errFull {
		return errSendTimeout
	}
	return err
}

// RecvTimeout is [Receiver.Recv] that waits in line for d at the most, on the clock of the
// runtime, which is virtual in the simulator. When the time is up and there is no message
// for it the error matches [context.DeadlineExceeded]: no message was taken. With a d of
// zero or less it does not wait. It allocates nothing.
//
//edo:step RecvTimeoutStep
func (rx *Receiver[T]) RecvTimeout(task *edo.Task, d time.Duration) (v T, err error) {
	if err := task.Proceed((*asking[T])(rx)); err != nil {
		return v, err
	}
	v, w, err := rx.beginRecv(inside.Context(task), d > 0)
	if w == nil {
		return v, err
	}
	a := alarm.Set(task, w, d, errRecvTimeout)
	v, err = rx.awaitMessage(task, w, a)
	a.Stop()
	return v, err
}

// RecvTimeoutStep is the step form of [Receiver.RecvTimeout]. The step keeps the alarm, and
// that the turn in line.
func (rx *Receiver[T]) RecvTimeoutStep(task *edo.Task, st *edo.Step, d time.Duration) (done bool, v T, err error) {
	a := edo.StepState[alarm.Alarm](st)
	if a == nil {
		if done, err = task.ProceedStep((*asking[T])(rx)); !done || err != nil {
			return done, v, err
		}
		v, w, err := rx.beginRecv(inside.Context(task), d > 0)
		if w == nil {
			return true, v, err
		}
		a = alarm.Set(task, w, d, errRecvTimeout)
		st.Set(a)
	}
	if done, v, err = rx.awaitMessageStep(task, st, a.Wait().(*turn[T]), a); done {
		a.Stop()
	}
	return done, v, err
}
