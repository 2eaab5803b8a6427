package timer

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Waits says until when a task waits that polls s.
func (s *Sleeper) Waits(cx *edo.Context) edo.Wait {
	at, delayed := s.timer.At()
	return edo.Wait{On: "timer: sleep", Until: until(cx, at, !delayed)}
}

// Waits says until when a task waits that polls i.
func (i *Interval) Waits(cx *edo.Context) edo.Wait {
	return edo.Wait{On: "timer: tick", Until: until(cx, i.next, i.known)}
}

// until returns the wall-clock time of an instant, if there is such a one and it is
// known.
func until(cx *edo.Context, at int64, known bool) (t time.Time) {
	rt := cx.Internal(internal.Key{}).Runtime()
	if rt == nil || !known || at == sched.Never {
		return t
	}
	return rt.Driver().(driver.Driver).Time(at)
}
