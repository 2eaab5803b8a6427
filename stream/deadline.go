package stream

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// deadline is an instant that a stream waits for, on the clock of the runtime, in milliseconds
// rounded up. It is a leaf of reports.
type deadline struct {
	timer sched.Timer
	at    int64
	isSet bool
	on    string // what waits
}

// set sets the deadline to d from now. Without a clock it fails.
func (d *deadline) set(cx *edo.Context, after time.Duration) error {
	in := (*sched.Context)(cx)
	if in.Runtime() == nil {
		return sched.ErrNoClock
	}
	d.setAt(sched.After(in.Now(), max(0, after)))
	return nil
}

func (d *deadline) setAt(at int64) { d.at, d.isSet = at, true }

// isOver reports whether the deadline, which is set, has been reached. Otherwise it arms the
// timer. It takes nothing off the budget, which the source may have used up.
func (d *deadline) isOver(cx *edo.Context) bool {
	in := (*sched.Context)(cx)
	if in.Inspecting() {
		cx.Proceed(d)
		return false
	}
	if d.at <= in.Passed() || d.at <= in.Now() {
		return true
	}
	in.Arm(&d.timer, d.at)
	return false
}

// moveOn moves the deadline, which has been reached, by as many times every as are needed for it to lie ahead.
func (d *deadline) moveOn(cx *edo.Context, every time.Duration) {
	missed := max(0, (*sched.Context)(cx).Now()-d.at) / int64(every)
	d.at = sched.After(sched.After(d.at, time.Duration(missed)*every), every)
}

// clear stops the timer.
func (d *deadline) clear() {
	if d.isSet {
		d.isSet = false
		d.timer.Stop()
	}
}

// Waits says what waits, and until when.
func (d *deadline) Waits(cx *edo.Context) edo.Wait {
	w := edo.Wait{On: d.on}
	if rt := (*sched.Context)(cx).Runtime(); rt != nil && d.isSet && d.at != sched.Never {
		w.Until = rt.Driver().(driver.Driver).Time(d.at)
	}
	return w
}
