package alarm

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// A Place is the place of a waiter in a line.
type Place interface {
	edo.Leaf
	// Out returns Ready when the wait is over. Otherwise the place keeps waker, to wake
	// when it is.
	Out(waker edo.Waker) edo.Poll
}

// Alarm is a future that waits until the wait of a place is over, and fails when the time
// is up before.
type Alarm struct {
	timer sched.Timer
	rt    *edo.Runtime  // the only runtime that it has been used in
	limit time.Duration // how long to wait, from the first poll on
	at    int64         // when the time is up; 0 before the first poll
	place Place
	late  error // the error when the time is up
}

// pool keeps alarms that are not in use. The wheel of a worker may still have an entry of
// one. That entry is stale, or wakes the task without effect, because the poll reads the
// clock. The workers of another runtime would run the task themselves, so an alarm stays
// with its runtime.
var pool = sync.Pool{New: func() any { return new(Alarm) }}

// Set returns an alarm that fails with late after task has waited for place for d.
func Set(task *edo.Task, place Place, d time.Duration, late error) *Alarm {
	a := pool.Get().(*Alarm)
	if a.rt != task.Runtime() {
		a = &Alarm{rt: task.Runtime()}
	}
	a.place, a.limit, a.late, a.at = place, d, late, 0
	return a
}

// Stop disarms a, and returns it to the pool.
func (a *Alarm) Stop() {
	a.timer.Stop()
	a.place, a.late = nil, nil
	pool.Put(a)
}

// Poll returns Ready without an error when the wait is over, even if the time is up too.
func (a *Alarm) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(a) {
		return edo.Unit{}, edo.Pending, nil
	}
	if a.place.Out(cx.Waker()) == edo.Ready {
		return edo.Unit{}, edo.Ready, nil
	}
	in := (*sched.Context)(cx)
	if in.Runtime() == nil {
		return edo.Unit{}, edo.Ready, sched.ErrNoClock
	}
	now := in.Now()
	if a.at == 0 {
		a.at = max(1, sched.After(now, a.limit))
	}
	if a.at <= now {
		return edo.Unit{}, edo.Ready, a.late
	}
	in.Arm(&a.timer, a.at)
	return edo.Unit{}, edo.Pending, nil
}

// Waits returns the wait of the place, with the deadline.
func (a *Alarm) Waits(cx *edo.Context) edo.Wait {
	w := a.place.Waits(cx)
	if a.at != 0 {
		clock := (*sched.Context)(cx).Runtime().Driver().(driver.Driver)
		w.Until = clock.Time(a.at)
	}
	return w
}
