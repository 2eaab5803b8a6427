package timer

import (
	"errors"
	"strconv"
	"time"
)

// Missed says what an [Interval] does about ticks that its reader came too late
// for.
type Missed uint8

const (
	// Burst gives the missed ticks one after the other, and stays on the grid.
	Burst Missed = iota
	// Delay gives one tick, and the next a period after that one was taken. So it is
	// with every tick that is taken late, by more than the clock's millisecond: two
	// ticks are never less than a period apart.
	Delay
	// Skip gives one tick for all that were missed, and stays on the grid.
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

// OnMissed says what to do about missed ticks. The default is [Burst]. It panics when m
// is none of the three.
func OnMissed(m Missed) Option {
	if int(m) >= len(missedNames) {
		panic(errMissed)
	}
	return func(i *Interval) { i.missed = m }
}

// clockTick is how late a timer may be by itself, in nanoseconds.
const clockTick = 1_000_000

// following returns the tick after one that is given out now.
func (i *Interval) following(tick, now int64) int64 {
	next := after(tick, i.period)
	late := uint64(now) - uint64(tick) // also when tick is far below 0
	switch {
	case i.missed == Delay && (late > clockTick || next <= now):
		return after(now, i.period)
	case i.missed == Skip && next <= now:
		return after(now, i.period-time.Duration(late%uint64(i.period)))
	}
	return next
}
