package simulated

import (
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// phase is the phase of the runtime's goroutine, as the controller sees it.
//
//	running   it polls, or is about to call Choose or Wait
//	held      in Choose: a task is runnable, and the controller has granted no step
//	idle      in Wait: no task is runnable
//	ended     the driver was closed
//
// Rules:
//
//  1. The runtime's goroutine itself changes running to held and to idle.
//  2. A controller that grants something, or a wake, sets running at once, and not only
//     the goroutine when it runs again: so a controller does not find it at rest when it
//     is about to run.
//  3. A controller grants something and then waits until the goroutine is at rest: in any
//     phase but running.
type phase uint8

const (
	running phase = iota
	held
	idle
	ended
)

// Choose waits for the controller, and returns a number from 0 to n-1. The scheduler calls it
// before every poll, with 1.
func (d *Driver) Choose(n int) int {
	if d.steps {
		d.waitForStep()
	}
	d.beforePoll()
	if n == 1 {
		return 0
	}
	return d.Draw(n)
}

// waitForStep waits until the controller allows a poll.
func (d *Driver) waitForStep() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.manual && !d.free && !d.step {
		d.phase = held
		d.change.Broadcast()
		d.change.Wait()
	}
	d.step = false
}

// Wait moves the clock as far as it may, up to the deadline, and returns when the
// deadline has come, an [Advance] is over, or Wake was called. It reports a stall when none of
// these can happen: there is no deadline (or the clock is held) and no Advance, no blocking task
// runs, and there is no controller.
func (d *Driver) Wait(_ *sched.Context, deadline int64) (stalled bool) {
	if w := d.world.Load(); w != nil {
		if w.config.Idle != nil && w.config.Idle() {
			return false
		}
		timers := deadline
		deadline = w.until(timers)
		defer func() { w.run(timers <= d.now.Load()) }() // after the lock was given back
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var patience *time.Timer
	told := int64(-1) // the instant of which the watch knows
	for {
		now := d.now.Load()
		if d.woken {
			d.woken = false
			return false
		}
		if deadline <= now {
			return false
		}
		to, isExact, moves := d.moves(deadline)
		switch {
		case d.blocking > 0:
			if d.blocked != nil && patience == nil {
				patience = time.AfterFunc(d.patience, d.callBlocked)
				defer patience.Stop()
			}
		case moves && to <= now: // nothing is left to do at the end of an Advance
			d.callUnlocked(d.endAdvance(d.nextAdvance()))
			return false
		case moves && d.watch != nil && to != told:
			told = to
			if d.tellWatch(to) {
				return false
			}
			continue
		case moves && isExact:
			d.now.Store(to)
			continue
		case moves:
			d.now.Store(sched.After(to, time.Duration(d.lateBy())))
			return false
		case !d.manual:
			d.isStopped = d.isStopped || d.hold && deadline != sched.Never
			return true
		}
		d.phase = idle
		d.change.Broadcast()
		d.change.Wait()
	}
}

// callUnlocked calls fn without mu, which is held before and afterwards.
func (d *Driver) callUnlocked(fn func()) {
	d.mu.Unlock()
	defer d.mu.Lock()
	fn()
}

// tellWatch tells the watch that the clock goes to an instant. It reports whether that has
// cancelled tasks. mu is held before and afterwards, and not meanwhile.
func (d *Driver) tellWatch(to int64) (cancelled bool) {
	d.callUnlocked(func() { cancelled = d.watch.BeforeTime(to) })
	return cancelled
}

// OnBlocked has fn called once, on a new goroutine, when only blocking tasks, for which
// the clock does not move, have run for patience in real time. OnBlocked is called before
// the runtime runs.
func (d *Driver) OnBlocked(patience time.Duration, fn func()) {
	d.mu.Lock()
	d.patience, d.blocked = patience, fn
	d.mu.Unlock()
}

// callBlocked calls the function of OnBlocked when the patience of a Wait is over.
func (d *Driver) callBlocked() {
	d.mu.Lock()
	fn := d.blocked
	if d.blocking == 0 || d.phase == ended {
		fn = nil
	} else {
		d.blocked = nil
	}
	d.mu.Unlock()
	if fn != nil {
		fn()
	}
}

// Wake ends the Wait under way, or else the next one. It may be called from any
// goroutine.
func (d *Driver) Wake() {
	d.mu.Lock()
	d.wake()
	d.mu.Unlock()
}

// wake is Wake with mu held.
func (d *Driver) wake() {
	d.woken = true
	if d.phase == idle {
		d.resume()
	}
}

// resume has the goroutine of the runtime check whether it may go on. mu is held.
func (d *Driver) resume() {
	if d.phase != ended {
		d.phase = running
	}
	d.change.Broadcast()
}

// AddBlocking adds delta, which may be negative, to the number of blocking tasks that
// run. While one runs the clock does not move, the program has not stalled, and a
// controller waits. A blocking task that is parked in an operation of edo does not run: it
// counts again from the wake that unparks it, before the waker goes on. Its last wake
// comes before it is subtracted. AddBlocking may be called from any goroutine.
func (d *Driver) AddBlocking(delta int) {
	d.mu.Lock()
	d.blocking += delta
	if invariant.Enabled {
		invariant.Check(d.blocking >= 0, "simulated: fewer than no blocking tasks run")
	}
	if delta < 0 {
		d.wake() // the runtime looks at its queues once more before time moves
	}
	d.mu.Unlock()
}
