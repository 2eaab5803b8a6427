package alarm

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
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
	rt    *core.Runtime // the only one that uses the alarm
	left  time.Duration // to wait from the first poll on
	at    int64         // the instant, once it is known; 0 before
	wait  Wait
	late  error // when the time is up

	isExternal bool // its task is off the worker
}

// unused keeps alarms that are not in use. The wheel of a worker may still have an entry
// of one: the entry is stale, or fires in vain, because a poll looks at the clock. The
// wheel of another runtime would have its own worker run the task. So an alarm stays with
// its runtime.
//
// An alarm that is set for the instant of an entry that it has left fires at the place of that entry,
// before others of that instant. So which alarm is used again must be a function of the seed in a
// seeded runtime: that keeps its own list, and a task off the worker uses a new alarm.
var unused = sync.Pool{New: func() any { return new(Alarm) }}

// list is the alarms of a seeded runtime that are not in use.
type list []*Alarm

// Set returns an alarm that fails with late when task has waited for d.
func Set(task *edo.Task, wait Wait, d time.Duration, late error) *Alarm {
	a := get(inside.Task(task))
	a.wait, a.left, a.late, a.at = wait, d, late, 0
	return a
}

// get returns an alarm for a wait of t.
func get(t *core.Task) *Alarm {
	if t.Rt == nil || !t.Rt.Driver.Seeded() {
		if a := unused.Get().(*Alarm); a.rt == t.Rt {
			return a
		}
		return &Alarm{rt: t.Rt}
	}
	if t.Check() != nil || t.Cx.External() { // also a Task that is used wrongly
		return &Alarm{rt: t.Rt, isExternal: true}
	}
	l, _ := t.Rt.Alarms.(*list)
	if l == nil || len(*l) == 0 {
		return &Alarm{rt: t.Rt}
	}
	last := len(*l) - 1
	a := (*l)[last]
	*l = (*l)[:last]
	return a
}

// Wait returns the wait that a polls.
func (a *Alarm) Wait() Wait { return a.wait }

// Stop stops the timer, and makes a available to another wait.
func (a *Alarm) Stop() {
	a.timer.Stop()
	a.wait, a.late = nil, nil
	switch {
	case a.rt == nil || !a.rt.Driver.Seeded():
		unused.Put(a)
	case !a.isExternal:
		l, _ := a.rt.Alarms.(*list)
		if l == nil {
			l = new(list)
			a.rt.Alarms = l
		}
		*l = append(*l, a)
	}
}

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
