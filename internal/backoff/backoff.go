// Package backoff says how long to wait before another try, for the packages that try again: supervise,
// stream and future. Each has a Backoff of its own, with what else it needs.
//
//	g := backoff.Growth{Initial: time.Second, Max: time.Minute}
//	g.Delay(3, 0) // 8 s
//
// It knows no clock and draws nothing: the caller waits, and brings the random number.
package backoff

import (
	"math"
	"time"
)

// Growth is how delays grow. The zero value delays nothing.
type Growth struct {
	Initial time.Duration // the first delay; 0 or less: there are none
	Max     time.Duration // the longest delay; 0 or less: there is none
	Factor  float64       // of each delay to the one before; 0: DefaultFactor
	Jitter  float64       // the part of each delay that is random, from 0 to 1
}

// DefaultFactor is the Factor of a Growth that has none.
const DefaultFactor = 2

// longest is the longest delay without a Max: a clock that adds it does not overflow.
const longest = math.MaxInt64 / 2

// Delay returns the delay after so many others in a row. random, from 0 to 1, is how much of the jitter
// it is shorter: 0 gives the whole delay. A delay is never negative, and never longer than 146 years.
func (g Growth) Delay(earlier int, random float64) time.Duration {
	if g.Initial <= 0 {
		return 0
	}
	factor := g.Factor
	if factor == 0 {
		factor = DefaultFactor
	}
	limit := float64(longest)
	if g.Max > 0 {
		limit = min(limit, float64(g.Max))
	}
	d := float64(g.Initial) * math.Pow(factor, float64(earlier))
	if !(d > 0) { // also not a number
		return 0
	}
	d = min(d, limit) // also of an infinite one, before the jitter: infinite minus infinite is no number
	return time.Duration(d - d*min(max(g.Jitter, 0), 1)*random)
}
