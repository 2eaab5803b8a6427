package alarm

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// A Place is a place in line, of a wait that is under way.
type Place interface {
	edo.Leaf
	// Out is Ready when the wait is over. Otherwise waker is the one to wake.
	Out(waker edo.Waker) edo.Poll
}

// Alarm is a future that waits for a place, and fails when the time is up.
type Alarm struct {
	timer sched.Timer
	rt    *edo.Runtime  // the only one that it has been used in
	left  time.Duration // to wait from the first poll on
	at    int64         // the instant, once it is known; 0 before
	place Place
	late  error // when the time is up
}

// unused are alarms that are not in use. What the wheel of a worker still has of one is
// stale, or fires in vain: a poll looks at the clock. The wheels of another runtime would
// have their own workers run the task, so an alarm stays with its runtime.
var unused = sync.Pool{New: func() any { return new(Alarm) }}

// Set returns an alarm that fails with late when task has waited for place for d.
func Set(task *edo.Task, place Place, d time.Duration, late error) *Alarm {
	a := unused.Get().(*Alarm)
	if a.rt != task.Runtime() {
		a = &Alarm{rt: task.Runtime()}
	}
	a.place, a.left, a.late, a.at = place, d, late, 0
	return a
}

// Stop ends the use of a.
func (a *Alarm) Stop() {
	a.timer.Stop()
	a.place, a.late = nil, nil
	unused.Put(a)
}

// Poll is Ready when the wait is over, also when the time is up as well.
func (a *Alarm) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(a) {
		return edo.Unit{}, edo.Pending, nil
	}
	if a.place.Out(cx.Waker()) == edo.Ready {
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
		return edo.Unit{}, edo.Ready, a.late
	}
	in.Arm(&a.timer, a.at)
	return edo.Unit{}, edo.Pending, nil
}

// Waits says what the place waits for, and until when.
func (a *Alarm) Waits(cx *edo.Context) edo.Wait {
	w := a.place.Waits(cx)
	if a.at != 0 {
		clock := cx.Internal(internal.Key{}).Runtime().Driver().(driver.Driver)
		w.Until = clock.Time(a.at)
	}
	return w
}
