package socket

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// What is waited for, under a name for each way to wait for it.
type (
	readable  Conn
	writable  Conn
	accepting Listener
	pausing   Incoming
)

// Waits says what for.
func (c *readable) Waits(*edo.Context) edo.Wait {
	return (*Conn)(c).waits("socket: read from %v, at %v", reading)
}

// Waits says what for.
func (c *writable) Waits(*edo.Context) edo.Wait {
	return (*Conn)(c).waits("socket: write to %v, from %v", writing)
}

func (c *Conn) waits(format string, d direction) edo.Wait {
	w := edo.Wait{On: fmt.Sprintf(format, c.RemoteAddr(), c.LocalAddr()), Outside: true}
	if ds := c.deadlines.Load(); ds != nil {
		w.Until = wall(c.rt, ds[d].at.Load())
	}
	return w
}

// Waits says what for.
func (l *accepting) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: fmt.Sprintf("socket: accept at %v", l.inner.Addr()), Outside: true}
}

// Waits says what for.
func (s *pausing) Waits(*edo.Context) edo.Wait {
	return edo.Wait{
		On:    fmt.Sprintf("socket: accept at %v, after a pause for an error", s.listener.inner.Addr()),
		Until: wall(s.listener.rt, s.until),
	}
}

// wall returns the time of an instant on the clock of rt.
func wall(rt *sched.Runtime, at int64) (t time.Time) {
	if at == sched.Never {
		return t
	}
	return rt.Driver().(driver.Driver).Time(at)
}
