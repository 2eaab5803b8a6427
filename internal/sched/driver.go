package sched

import (
	"math"
	"time"
)

// Never is the deadline that does not come.
const Never int64 = math.MaxInt64

// After returns the instant d after now, or Never if that is beyond the last instant. now
// may be negative: an instant before the clock began.
func After(now int64, d time.Duration) int64 {
	if d > 0 && now > Never-int64(d) {
		return Never
	}
	return now + int64(d)
}

// A Driver connects the scheduler with the outside: the clock, I/O, randomness. Instants
// are nanoseconds on the driver's clock, which starts at about 0 and never goes back.
//
// One worker at a time waits; several may look at once. No wake is lost because of this
// order (rules W7 and W9 of wake.go): the worker announces under the runtime's lock that it
// waits, looks at all queues once more, and calls Wait. The goroutine that brings work
// takes the worker off the list of sleepers under the same lock, and calls Wake. A Wake
// that comes before the Wait it is meant for ends that Wait at once.
type Driver interface {
	// Now returns the present instant.
	Now() int64

	// Look wakes the tasks whose I/O is ready, by cx, and does not wait. It reports
	// whether it woke any.
	Look(cx *Context) bool

	// Registered reports whether anything is registered that Look could find.
	Registered() bool

	// Wait does the same as Look. If no I/O is ready it waits until some is, the deadline
	// has passed, or Wake was called. It returns stalled, without waiting, when the
	// driver knows that none of these can happen any more.
	Wait(cx *Context, deadline int64) (stalled bool)

	// Wake ends the current Wait, or else the next one.
	Wake()

	// Seeded reports whether Choose decides which task runs next. A seeded driver runs
	// the current-thread scheduler alone.
	Seeded() bool

	// Choose returns which of n runnable tasks runs next, from 0 to n-1.
	Choose(n int) int
}
