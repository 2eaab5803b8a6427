package mpsc

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// RecvTimeout is [Receiver.Recv] that waits for d at the most, on the clock of the
// runtime, which is virtual in the simulator. When the time is up and there is no message
// the error matches [context.DeadlineExceeded]; a message that comes at that very time is
// received, or stays for the next receive. With a d of zero or less it does not wait. It
// allocates nothing, and costs what Recv does while messages are there; a wait costs a
// timer more, some 100 ns.
func (rx *Receiver[T]) RecvTimeout(task *edo.Task, d time.Duration) (T, error) {
	c := rx.ch()
	if c.atHand(task) {
		return rx.Recv(task)
	}
	if d <= 0 {
		return rx.recvAtOnce(task)
	}
	a := clocks.Get().(*clock)
	if a.rt != task.Runtime() {
		a = &clock{rt: task.Runtime()}
	}
	a.wait, a.left, a.at = (*arriving[T])(rx), d, 0
	v, p, err := c.recvBy(task, a)
	a.timer.Stop()
	a.wait = nil
	clocks.Put(a)
	if p == edo.Ready {
		c.note(task, task.Internal(internal.Key{}).Internal(internal.Key{}).Root())
	}
	return v, err
}

// recvBy waits for a, and receives the message, unless another task is faster: then it
// waits on. It is Ready with a message.
func (c *channel[T]) recvBy(task *edo.Task, a *clock) (v T, p edo.Poll, err error) {
	for p != edo.Ready {
		if _, err = edo.Await(task, edo.Future[edo.Unit](a)); err != nil {
			return v, edo.Pending, err
		}
		v, p = c.recvInTurn(task)
	}
	return v, p, nil
}

// recvInTurn receives a message, if there is one now.
func (c *channel[T]) recvInTurn(task *edo.Task) (T, edo.Poll) {
	cx := task.Internal(internal.Key{})
	t := c.beginReceive(cx.Internal(internal.Key{}).Root())
	defer c.endReceive(t)
	return c.receive(cx, edo.Waker{})
}

// recvAtOnce is a receive that has no time to wait.
func (rx *Receiver[T]) recvAtOnce(task *edo.Task) (v T, err error) {
	if err := task.Proceed(rx); err != nil {
		return v, err
	}
	v, p := rx.ch().recvInTurn(task)
	switch p {
	case edo.Pending:
		return v, errLate
	case edo.End:
		return v, errDone
	}
	return v, nil
}

// clock is a future that waits for another, and fails when the time is up.
type clock struct {
	timer sched.Timer
	rt    *edo.Runtime  // the only one that it has been used in
	left  time.Duration // to wait from the first poll on
	at    int64         // the instant, once it is known; 0 before
	wait  edo.Future[edo.Unit]
}

// clocks are those that are not in use, each for one runtime: see package alarm.
var clocks = sync.Pool{New: func() any { return new(clock) }}

// Poll is Ready when the other future is, also when the time is up as well.
func (a *clock) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if _, p, err := a.wait.Poll(cx); p == edo.Ready {
		return edo.Unit{}, p, err
	}
	if !cx.Proceed(a) {
		return edo.Unit{}, edo.Pending, nil
	}
	in := cx.Internal(internal.Key{})
	if in.Runtime() == nil {
		return edo.Unit{}, edo.Ready, sched.ErrNoClock
	}
	now := in.Now()
	if a.at == 0 {
		a.at = max(1, now+min(int64(a.left), sched.Never-now))
	}
	if a.at <= now {
		return edo.Unit{}, edo.Ready, errLate
	}
	in.Arm(&a.timer, a.at)
	return edo.Unit{}, edo.Pending, nil
}

// Waits says until when. What for is said by the other future.
func (a *clock) Waits(cx *edo.Context) edo.Wait {
	w := edo.Wait{On: "mpsc: the end of a time-out"}
	if a.at != 0 {
		clock := cx.Internal(internal.Key{}).Runtime().Driver().(driver.Driver)
		w.Until = clock.Time(a.at)
	}
	return w
}
