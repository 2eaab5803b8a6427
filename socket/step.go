package socket

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
)

// The step forms of the operations. The connection, or the listener, keeps the task that waits,
// and that is all that a Read or an Accept has to remember: it needs no Step, and one that
// waits holds no object of its own. Both go through begin and end, which do what
// [edo.AwaitStep] does, because a future on the stack must not be passed to that.

// begin begins a step of a Read or an Accept. It reports that the step is over, with what was
// kept, or that the wait has ended without a result.
func begin(t *core.Task) (v core.Verdict, k core.Kept, gaveUp bool) {
	isResumed := t.TakeResumed()
	if !t.IsSpecial() {
		return core.GoesOn, k, false
	}
	v, k = t.EnterStep(isResumed)
	return v, k, isResumed && v == core.IsOver && k.Value == nil
}

// ReadStep is the step form of [Conn.Read].
func (c *Conn) ReadStep(task *edo.Task, p []byte) (done bool, n int, err error) {
	t := inside.Task(task)
	if v, k, gaveUp := begin(t); v != core.GoesOn {
		if gaveUp {
			c.forget(reading, t.Cx.Task())
		}
		n, _ = k.Value.(int)
		return v == core.IsOver, n, k.Err
	}
	budget := t.Cx.Budget()
	n, poll, err := c.PollRead(inside.Context(task), p)
	if poll == edo.Pending {
		if err = t.Watch(); err != nil {
			c.forget(reading, t.Cx.Task())
		}
		return err != nil, 0, err
	}
	if t.IsKept(budget) && t.EndStep(budget) {
		t.Keep(core.Kept{Value: n, Err: err})
		return false, 0, nil
	}
	return true, n, err
}

// WriteStep is the step form of [Conn.Write].
func (c *Conn) WriteStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, err error) {
	f := edo.StepState[write](st)
	if f == nil {
		f = writes.Get()
		f.conn, f.p = c, p
	}
	st.Set(nil) // also when this panics
	if done, _, err = edo.AwaitStep(task, edo.Future[int](f)); !done {
		st.Set(f)
		return false, 0, nil
	}
	n = f.n
	writes.Put(f)
	return true, n, err
}

// AcceptStep is the step form of [Listener.Accept].
func (l *Listener) AcceptStep(task *edo.Task) (done bool, conn *Conn, err error) {
	t := inside.Task(task)
	if v, k, gaveUp := begin(t); v != core.GoesOn {
		if gaveUp {
			l.inner.Forget(t.Cx.Task())
		}
		conn, _ = k.Value.(*Conn)
		return v == core.IsOver, conn, k.Err
	}
	budget := t.Cx.Budget()
	conn, poll, err := l.accept(inside.Context(task), 0)
	if poll == edo.Pending {
		if err = t.Watch(); err != nil {
			l.inner.Forget(t.Cx.Task())
		}
		return err != nil, nil, err
	}
	if t.IsKept(budget) && t.EndStep(budget) {
		t.Keep(core.Kept{Value: conn, Err: err})
		return false, nil, nil
	}
	return true, conn, err
}

// DialStep is the step form of [Dial].
func DialStep(task *edo.Task, st *edo.Step, network, address string) (done bool, conn *Conn, err error) {
	return dialStep(task, st, nil, network, address, caller())
}

// DialStep is the step form of [Dialer.Dial].
func (d *Dialer) DialStep(task *edo.Task, st *edo.Step, network, address string) (done bool, conn *Conn, err error) {
	return dialStep(task, st, d, network, address, caller())
}

func dialStep(task *edo.Task, st *edo.Step, with *Dialer, network, address string, pc uintptr) (done bool, conn *Conn, err error) {
	f := edo.StepState[dial](st)
	if f == nil {
		f = newDial(task, with, network, address, pc)
	}
	return finishStep(task, st, f)
}

// finishStep is the step form of finish. f is the state of st, once it has begun.
func finishStep(task *edo.Task, st *edo.Step, f *dial) (done bool, conn *Conn, err error) {
	st.Set(nil) // also when this panics
	if done, conn, err = edo.AwaitStep(task, edo.Future[*Conn](f)); !done {
		st.Set(f)
		return false, nil, nil
	}
	f.Drop()
	return true, conn, err
}
