package simulated

import (
	"errors"
	"slices"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// An Advance moves the clock to an instant for a task, also while the clock is held. It is over
// when the clock is exactly there, timers of that instant have fired, and no task is runnable.
type Advance struct {
	at   int64
	wake func() // nil: it is over. Without the lock, on the goroutine of the runtime
}

var (
	errBackwards  = errors.New("sim: Advance by a negative duration: time does not go back")
	errController = errors.New("sim: Advance by a task, in a simulation that the test steps: its Sim moves the clock")
)

// StartAdvance begins to move the clock by a time. It calls wake when that is over.
func (d *Driver) StartAdvance(by time.Duration, wake func()) (*Advance, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case by < 0:
		return nil, errBackwards
	case d.manual:
		return nil, errController
	}
	a := &Advance{min(sched.After(d.now.Load(), by), sched.Never-1), wake}
	d.advances = append(d.advances, a)
	d.resumeIdle() // of a blocking task: the runtime may wait already
	return a, nil
}

// IsOver reports whether a is over.
func (d *Driver) IsOver(a *Advance) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return a.wake == nil
}

// SetWake makes a call wake, if it is not over.
func (d *Driver) SetWake(a *Advance, wake func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.wake != nil {
		a.wake = wake
	}
}

// StopAdvance ends a: the clock stands where it is. It may be called twice.
func (d *Driver) StopAdvance(a *Advance) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.endAdvance(a)
}

// endAdvance is StopAdvance with mu held. It returns the function that wakes the task.
func (d *Driver) endAdvance(a *Advance) (wake func()) {
	if i := slices.Index(d.advances, a); i >= 0 {
		d.advances = slices.Delete(d.advances, i, i+1)
	}
	wake, a.wake = a.wake, nil
	return wake
}

// nextAdvance returns the advance that is over first; nil: there is none. mu is held.
func (d *Driver) nextAdvance() (next *Advance) {
	for _, a := range d.advances {
		if next == nil || a.at < next.at {
			next = a
		}
	}
	return next
}

// HoldClock decides whether the clock stands until something advances it. It may be called from any
// goroutine, at any time.
func (d *Driver) HoldClock(hold bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hold = hold
	d.resumeIdle()
}

// HasStalledByHold reports whether the program has stalled although a timer was set: the clock was held.
func (d *Driver) HasStalledByHold() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.isStopped
}

// resumeIdle has a Wait look again. mu is held.
func (d *Driver) resumeIdle() {
	if d.phase == idle {
		d.resume()
	}
}

// moves returns the instant to which the clock goes now if no task is runnable, and deadline is the
// next. isExact says that it was told to go there, and is not late. mu is held.
func (d *Driver) moves(deadline int64) (to int64, isExact, ok bool) {
	now := d.now.Load()
	if d.target > now {
		return min(deadline, d.target), true, true
	}
	if d.manual {
		return 0, false, false
	}
	if a := d.nextAdvance(); a != nil {
		return min(deadline, a.at), true, true
	}
	return deadline, false, !d.hold && deadline != sched.Never
}
