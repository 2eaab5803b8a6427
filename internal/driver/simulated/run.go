package simulated

import (
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// place is where the goroutine of the runtime is, as the controller sees it.
//
//	running   polling, or on its way to Choose or Wait
//	held      in Choose: something is runnable, and no step has been granted
//	idle      in Wait: nothing is runnable
//	ended     the driver was closed
//
// Rules:
//
//  1. The runtime's goroutine moves from running to held and idle, by itself.
//  2. Whoever lets it go on (a controller that grants something, a wake) sets
//     running at once, and not only the goroutine when it gets there: so nobody
//     takes a place that it is about to leave for its rest.
//  3. A controller grants something and then waits until the program has come to
//     a place of rest, which is any but running.
type place uint8

const (
	running place = iota
	held
	idle
	ended
)

// Choose returns which of n runnable tasks runs next, and waits for the
// controller before it does. The scheduler calls it before every poll, also when
// n is 1.
func (d *Driver) Choose(n int) int {
	d.mu.Lock()
	for d.manual && !d.free && !d.step {
		d.place = held
		d.change.Broadcast()
		d.change.Wait()
	}
	d.step = false
	d.mu.Unlock()
	return d.draw(n)
}

// Wait moves the clock as far as it may go, up to the deadline, and returns when
// that has come or Wake was called. Nobody else may know better, or it says
// stalled: there is no deadline (or the clock is held), no blocking task runs,
// and no controller is there.
func (d *Driver) Wait(_ *sched.Context, deadline int64) (stalled bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var alarm *time.Timer
	for {
		now := d.now.Load()
		switch {
		case d.woken:
			d.woken = false
			return false
		case deadline <= now:
			return false
		case d.blocking > 0:
			if d.blocked != nil && alarm == nil {
				alarm = time.AfterFunc(d.patience, d.tellBlocked)
				defer alarm.Stop()
			}
		case now < d.target:
			d.now.Store(min(deadline, d.target))
			continue
		case d.manual:
		case d.hold || deadline == sched.Never:
			return true
		default:
			d.now.Store(deadline)
			return false
		}
		d.place = idle
		d.change.Broadcast()
		d.change.Wait()
	}
}

// OnBlocked makes fn be called, once, on a goroutine of its own, when for so long of real
// time nothing has run but blocking tasks, for which the clock stands. It is called before
// the runtime runs.
func (d *Driver) OnBlocked(patience time.Duration, fn func()) {
	d.mu.Lock()
	d.patience, d.blocked = patience, fn
	d.mu.Unlock()
}

// tellBlocked is called by the alarm of a Wait.
func (d *Driver) tellBlocked() {
	d.mu.Lock()
	fn := d.blocked
	if d.blocking == 0 || d.place == ended {
		fn = nil
	} else {
		d.blocked = nil
	}
	d.mu.Unlock()
	if fn != nil {
		fn()
	}
}

// Wake ends the Wait that goes on, or else the next one. It may be called from
// any goroutine.
func (d *Driver) Wake() {
	d.mu.Lock()
	d.wake()
	d.mu.Unlock()
}

func (d *Driver) wake() {
	d.woken = true
	if d.place == idle {
		d.resume()
	}
}

// resume lets the goroutine of the runtime look whether it may go on.
func (d *Driver) resume() {
	if d.place != ended {
		d.place = running
	}
	d.change.Broadcast()
}

// AddBlocking says that delta more blocking tasks run, or that so many fewer do.
// While one runs the clock stands, nothing has stalled, and a controller waits. A
// blocking task that is parked in an operation of edo does not run: it counts
// again from the wake that unparks it, before its waker goes on. Its last wake
// comes before it is counted off. It may be called from any goroutine.
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
