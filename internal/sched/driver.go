package sched

import "math"

// Never is the deadline that does not come.
const Never int64 = math.MaxInt64

// A Driver is what the scheduler needs of the outside. Instants are nanoseconds
// on the driver's clock, which starts at about 0 and never goes back.
//
// One worker at a time waits; several may look at once. The order that loses no
// wake is: the worker announces under the runtime's lock that it waits, looks at
// all queues once more, and calls Wait; whoever brings work takes the worker off
// the list of sleepers under the same lock, and calls Wake. A Wake that comes
// before the Wait it is meant for ends that Wait at once.
type Driver interface {
	// Now returns the present instant.
	Now() int64

	// Look wakes the tasks whose I/O is ready, by cx, and does not wait. It says
	// whether it woke any.
	Look(cx *Context) bool

	// Registered says whether anything is registered that Look could find.
	Registered() bool

	// Wait does the same, and waits until there is some, the deadline has passed, or
	// Wake was called. It says stalled, without waiting, when the driver knows that
	// none of these can happen any more.
	Wait(cx *Context, deadline int64) (stalled bool)

	// Wake ends the Wait that goes on, or else the next one.
	Wake()

	// Seeded says whether Choose decides what runs next. A seeded driver runs the
	// current-thread scheduler alone.
	Seeded() bool

	// Choose returns which of n runnable tasks runs next, from 0 to n-1.
	Choose(n int) int
}
