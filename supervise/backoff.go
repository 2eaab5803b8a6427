package supervise

import (
	"fmt"
	"math"
	"time"

	"github.com/edo-go/edo/internal/backoff"
)

// Backoff delays the restarts of a child: the first one by Initial, and each one after it by
// Factor times as much as the one before, up to Max. The zero value does not delay. With a
// group strategy the siblings are stopped at once, and started again after the delay.
//
// Delays keep failures apart, so that they fit into the Intensity of the supervisor: with
// delays that grow to Period a child that fails at each start is tried for ever.
type Backoff struct {
	Initial time.Duration // before the first restart; 0: no delays
	Max     time.Duration // 0 means a minute
	Factor  float64       // 0 means 2
	// Jitter is the part of each delay that is drawn at random: the delay d is something
	// between d - Jitter·d and d. It keeps children that fail together from coming back
	// together. 0 means none, 1 the whole delay.
	Jitter float64
	// Reset is how long a child must run until its next delay is Initial again. 0 means Max.
	Reset time.Duration
}

const defaultMaxDelay = time.Minute

// isOff reports whether b delays nothing.
func (b *Backoff) isOff() bool { return b.Initial == 0 }

func (b *Backoff) max() time.Duration {
	if b.Max == 0 {
		return max(defaultMaxDelay, b.Initial)
	}
	return b.Max
}

func (b *Backoff) reset() time.Duration {
	if b.Reset == 0 {
		return b.max()
	}
	return b.Reset
}

// check returns what is wrong with b.
func (b *Backoff) check() error {
	switch {
	case *b == Backoff{}:
		return nil
	case b.Initial <= 0 || b.Max < 0 || b.Reset < 0:
		return fmt.Errorf("supervise: a Backoff with Initial %v, Max %v and Reset %v: durations are positive, and Initial is not 0", b.Initial, b.Max, b.Reset)
	case b.Max != 0 && b.Max < b.Initial:
		return fmt.Errorf("supervise: a Backoff with Max %v below Initial %v", b.Max, b.Initial)
	case b.Factor != 0 && !(b.Factor >= 1 && b.Factor <= math.MaxFloat64):
		return fmt.Errorf("supervise: a Backoff with Factor %v: it is 1 at least", b.Factor)
	case !(b.Jitter >= 0 && b.Jitter <= 1):
		return fmt.Errorf("supervise: a Backoff with Jitter %v: it is a part, from 0 to 1", b.Jitter)
	}
	return nil
}

// delay returns the delay of the restart after so many others in a row. draw returns a random
// number from 0 to 1.
func (b *Backoff) delay(earlier int, draw func() float64) time.Duration {
	random := 0.0
	if !b.isOff() && b.Jitter != 0 {
		random = draw()
	}
	return backoff.Growth{Initial: b.Initial, Max: b.max(), Factor: b.Factor, Jitter: b.Jitter}.Delay(earlier, random)
}
