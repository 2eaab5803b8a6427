package mpsc

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// SendTimeout is [Sender.Send] that waits in line for d at the most, on the clock of
// the runtime, which is virtual in the simulator. When the time is up and v was not
// accepted the error matches [context.DeadlineExceeded]: v was not sent, and is still
// the caller's. With a d of zero or less it does not wait. It allocates nothing.
func (tx *Sender[T]) SendTimeout(task *edo.Task, v T, d time.Duration) error {
	if err := task.Proceed((*sending[T])(tx)); err != nil {
		return err
	}
	c, cx := tx.ch, task.Internal(internal.Key{})
	rx, err := c.trySend(tx, v)
	rx.WakeBy(cx)
	if err != errFull {
		return err
	}
	if d <= 0 {
		return errTimeout
	}
	c.mu.Lock()
	w, err := c.enqueue(cx, tx, v, c.accept(tx))
	if w == nil {
		return err
	}
	a := alarms.Get().(*alarm)
	if a.rt != task.Runtime() {
		a = &alarm{rt: task.Runtime()}
	}
	a.w, a.left, a.at = w, d, 0
	err = c.await(task, w, a)
	a.timer.Stop()
	a.w = nil
	alarms.Put(a)
	return err
}

// alarm is a future that waits for a waiter, and fails when the time is up.
type alarm struct {
	timer sched.Timer
	rt    *edo.Runtime  // the only one that it has been used in
	left  time.Duration // to wait from the first poll on
	at    int64         // the instant, once it is known; 0 before
	w     interface {   // a waiter of some channel
		poll(edo.Waker) edo.Poll
		edo.Leaf
	}
}

// alarms are those that nobody uses. What the wheel of a worker still has of one is
// stale, or fires in vain: a poll looks at the clock. The wheels of another runtime would
// have their own workers run the task, so an alarm stays with its runtime.
var alarms = sync.Pool{New: func() any { return new(alarm) }}

// Poll is Ready when the waiter is out of its line, also when the time is up as well.
func (a *alarm) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(a) {
		return edo.Unit{}, edo.Pending, nil
	}
	if a.w.poll(cx.Waker()) == edo.Ready {
		return edo.Unit{}, edo.Ready, nil
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
		return edo.Unit{}, edo.Ready, errTimeout
	}
	in.Arm(&a.timer, a.at)
	return edo.Unit{}, edo.Pending, nil
}

// Waits says what the waiter waits for, and until when.
func (a *alarm) Waits(cx *edo.Context) edo.Wait {
	w := a.w.Waits(cx)
	if a.at != 0 {
		clock := cx.Internal(internal.Key{}).Runtime().Driver().(driver.Driver)
		w.Until = clock.Time(a.at)
	}
	return w
}
