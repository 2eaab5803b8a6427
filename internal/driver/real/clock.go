package real

import (
	"math/rand/v2"
	"time"
)

// clock is the part that both drivers have in common: time and random numbers.
type clock struct {
	base time.Time        // instants are nanoseconds since, monotonic
	wall func() time.Time // the clock of the machine
}

// newClock returns a clock that starts now.
func newClock() clock { return clock{base: time.Now(), wall: time.Now} }

func (c *clock) Now() int64              { return int64(time.Since(c.base)) }
func (c *clock) Time(at int64) time.Time { return c.base.Add(time.Duration(at)) }
func (c *clock) Wall() time.Time         { return c.wall().Round(0) } // without the monotonic part
func (*clock) Rand() uint64              { return rand.Uint64() }
func (*clock) Seeded() bool              { return false }

// Choose is never called: the driver is not seeded.
func (*clock) Choose(int) int { return 0 }
