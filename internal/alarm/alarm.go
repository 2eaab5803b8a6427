package alarm

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// A Wait is a wait that is under way: a place in line, or a receiver that looks for a
// message.
type Wait interface {
	edo.Leaf
	// PollWait is Ready when the wait is over, also with an error. Otherwise it keeps the
	// waker of cx. The alarm has called the Proceed of cx.
	PollWait(cx *edo.Context) (edo.Poll, error)
}

// Shared is a [Wait] for something that has room for one waiter. A second task that comes
// asks whether the first one waits for SharedLeaf, see [edo.Context.Sole].
type Shared interface{ SharedLeaf() edo.Leaf }

// Alarm is a future that polls a [Wait], and fails when the time is up.
type Alarm struct {
	timer sched.Timer
	rt    *edo.Runtime  // the only one that uses the alarm
	left  time.Duration // to wait from the first poll on
	at    int64         // the instant, once it is known; 0 before
	wait  Wait
	late  error // when the time is up
}

// unused keeps alarms that are not in use. The wheel of a worker may still have an entry
// of one: the entry is stale, or fires in vain, because a poll looks at the clock. The
// wheel of another runtime would have its own worker run the task. So an alarm stays with
// its runtime. A seeded runtime uses each alarm once: an alarm that is set for the instant of
// an entry that it has left fires at the place of that entry, before others of that instant,
// and which alarm the pool gives is not a function of the seed.
var unused = sync.Pool{New: func() any { return new(Alarm) }}

// Set returns an alarm that fails with late when task has waited for d.
func Set(task *edo.Task, wait Wait, d time.Duration, late error) *Alarm {
	rt := task.Runtime()
	var a *Alarm
	if !isSeeded(rt) {
		a = unused.Get().(*Alarm)
	}
	if a == nil || a.rt != rt {
		a = &Alarm{rt: rt}
	}
	a.wait, a.left, a.late, a.at = wait, d, late, 0
	return a
}

// Wait returns the wait that a polls.
func (a *Alarm) Wait() Wait { return a.wait }

// Stop stops the timer, and makes a available to another wait.
func (a *Alarm) Stop() {
	a.timer.Stop()
	a.wait, a.late = nil, nil
	if !isSeeded(a.rt) {
		unused.Put(a)
	}
}

func isSeeded(rt *edo.Runtime) bool { return rt != nil && inside.Runtime(rt).Driver.Seeded() }

// Poll is Ready when the wait is over, also when the time is up as well.
func (a *Alarm) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(a) {
		if s, ok := a.wait.(Shared); ok && (*sched.Context)(cx).Inspecting() {
			cx.Proceed(s.SharedLeaf()) // notes it
		}
		return edo.Unit{}, edo.Pending, nil
	}
	if p, err := a.wait.PollWait(cx); p == edo.Ready {
		return edo.Unit{}, edo.Ready, err
	}
	in := (*sched.Context)(cx)
	if in.Runtime() == nil {
		return edo.Unit{}, edo.Ready, sched.ErrNoClock
	}
	now := in.Now()
	if a.at == 0 {
		a.at = max(1, sched.After(now, a.left))
	}
	if a.at <= now {
		return edo.Unit{}, edo.Ready, a.late
	}
	in.Arm(&a.timer, a.at)
	return edo.Unit{}, edo.Pending, nil
}

// Waits returns what the wait is for, and until when.
func (a *Alarm) Waits(cx *edo.Context) edo.Wait {
	w := a.wait.Waits(cx)
	if a.at != 0 {
		w.Until = (*sched.Context)(cx).Runtime().Driver().(driver.Driver).Time(a.at)
	}
	return w
}
