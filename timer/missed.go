package timer

import (
	"errors"
	"strconv"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// Missed says what an [Interval] does about missed ticks: those that were due before their
// reader polled.
type Missed uint8

const (
	// Burst returns each missed tick, one after the other, and stays on the grid.
	Burst Missed = iota
	// Delay returns one tick, and makes the next one due a period after that was read. It
	// does so for every tick that is read late by more than the clock's millisecond: two
	// ticks are never less than a period apart.
	Delay
	// Skip returns one tick for all that were missed, and stays on the grid.
	Skip
)

var missedNames = [...]string{Burst: "Burst", Delay: "Delay", Skip: "Skip"}

// String returns the name of m.
func (m Missed) String() string {
	if int(m) < len(missedNames) {
		return missedNames[m]
	}
	return "Missed(" + strconv.Itoa(int(m)) + ")"
}

var errMissed = errors.New("timer: OnMissed takes Burst, Delay or Skip")

// OnMissed returns an option that sets what the interval does about missed ticks. The
// default is [Burst]. OnMissed panics when m is none of the three.
func OnMissed(m Missed) Option {
	if int(m) >= len(missedNames) {
		panic(errMissed)
	}
	return Option{func(i *Interval) { i.missed = m }}
}

// clockTick is the resolution of timers in nanoseconds: a timer may be this late by itself.
const clockTick = 1_000_000

// following returns the instant of the tick after tick, which is returned now. Locked.
func (i *Interval) following(tick, now int64) int64 {
	next := sched.After(tick, i.period)
	late := uint64(now) - uint64(tick) // correct also when now-tick overflows an int64
	switch {
	case i.missed == Delay && (late > clockTick || next <= now):
		return sched.After(now, i.period)
	case i.missed == Skip && next <= now:
		return sched.After(now, i.period-time.Duration(late%uint64(i.period)))
	}
	return next
}
