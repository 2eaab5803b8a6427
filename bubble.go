package edo

import "errors"

// errBubble says why what would wait outside of a bubble of testing/synctest is refused
// inside: the bubble takes a goroutine that waits for a driver as one that never will go on,
// and what belongs to the bubble must not be touched from outside, which ends the process.
var errBubble = errors.New("edo: inside a testing/synctest bubble edo cannot run: call it outside of the bubble; for virtual time, and a schedule that can be replayed, use package sim instead of synctest")
