package mpsc

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/alarm"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// RecvTimeout is [Receiver.Recv] that waits for d at the most, on the clock of the runtime,
// which is virtual in the simulator. When the time is up and there is no message, the error
// matches [context.DeadlineExceeded]. A message that comes at that very time is received, or
// stays for the next receive. With a d of zero or less it does not wait. It allocates nothing.
// While there are messages it costs as much as Recv. A wait costs a timer more, some 100 ns.
//
//edo:step RecvTimeoutStep
func (rx *Receiver[T]) RecvTimeout(task *edo.Task, d time.Duration) (T, error) {
	c := &rx.c
	if c.hasSeenMessage(task) {
		return rx.Recv(task)
	}
	if d <= 0 {
		return rx.recvAtOnce(task)
	}
	a := alarm.Set(task, (*arriving[T])(rx), d, errRecvTimeout)
	v, p, err := rx.awaitMessageBy(task, a)
	a.Stop()
	if p == edo.Ready {
		c.recordFunction(task, inside.Task(task).Cx.Root())
	}
	return v, err
}

// RecvTimeoutStep is the step form of [Receiver.RecvTimeout]. While it waits for a message the
// step keeps the alarm.
func (rx *Receiver[T]) RecvTimeoutStep(task *edo.Task, st *edo.Step, d time.Duration) (done bool, v T, err error) {
	c := &rx.c
	a := edo.StepState[alarm.Alarm](st)
	if a == nil {
		switch {
		case c.hasSeenMessage(task), d > 0 && inside.Task(task).IsResumed: // the alarm is set in the first step, or not at all
			return rx.RecvStep(task)
		case d <= 0:
			return rx.recvAtOnceStep(task)
		}
		a = alarm.Set(task, (*arriving[T])(rx), d, errRecvTimeout)
		st.Set(a)
	}
	p := edo.Pending
	for p != edo.Ready && err == nil {
		if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](a)); !done {
			return false, v, nil
		}
		if err == nil {
			v, p = c.tryReceiveInTurn(task)
		}
	}
	st.Set(nil)
	a.Stop()
	if p == edo.Ready {
		c.recordFunction(task, inside.Task(task).Cx.Root())
	}
	return true, v, err
}

// awaitMessageBy awaits a, and receives the message, unless another task is faster: then it
// waits on. It is Ready with a message.
func (rx *Receiver[T]) awaitMessageBy(task *edo.Task, a *alarm.Alarm) (v T, p edo.Poll, err error) {
	for p != edo.Ready {
		if _, err = edo.Await(task, edo.Future[edo.Unit](a)); err != nil {
			return v, edo.Pending, err
		}
		v, p = rx.c.tryReceiveInTurn(task)
	}
	return v, p, nil
}

// tryReceiveInTurn receives a message, if there is one now.
func (c *channel[T]) tryReceiveInTurn(task *edo.Task) (T, edo.Poll) {
	cx := inside.Context(task)
	t := c.beginReceive((*sched.Context)(cx).Root())
	defer c.endReceive(t)
	return c.receive(cx, false)
}

// recvAtOnce is a RecvTimeout that has no time to wait.
func (rx *Receiver[T]) recvAtOnce(task *edo.Task) (v T, err error) {
	if err := task.Proceed((*receiving[T])(rx)); err != nil {
		return v, err
	}
	return rx.receiveNow(task)
}

// recvAtOnceStep is the step form of recvAtOnce.
func (rx *Receiver[T]) recvAtOnceStep(task *edo.Task) (done bool, v T, err error) {
	if done, err = task.ProceedStep((*receiving[T])(rx)); !done || err != nil {
		return done, v, err
	}
	v, err = rx.receiveNow(task)
	return true, v, err
}

// receiveNow receives the message that there is, or returns why there is none.
func (rx *Receiver[T]) receiveNow(task *edo.Task) (T, error) {
	v, p := rx.c.tryReceiveInTurn(task)
	switch p {
	case edo.Pending:
		return v, errRecvTimeout
	case edo.End:
		return v, errEnd
	}
	return v, nil
}
