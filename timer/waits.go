package timer

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Waits says until when a task that polls s waits.
func (s *Sleeper) Waits(cx *edo.Context) edo.Wait {
	w := edo.Wait{On: "timer: sleep"}
	at, delayed := s.timer.At()
	if rt := (*sched.Context)(cx).Runtime(); rt != nil && !delayed {
		w.Until = timeAt(rt.Driver().(driver.Driver), at)
	}
	return w
}

// Waits says until when a task that polls i waits.
func (i *Interval) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "timer: tick"}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.clock != nil {
		w.Until = timeAt(i.clock, i.next)
	}
	return w
}

// timeAt returns the wall-clock time of an instant, or the zero Time if the instant is
// Never.
func timeAt(clock driver.Driver, at int64) time.Time {
	if at == sched.Never {
		return time.Time{}
	}
	return clock.Time(at)
}
