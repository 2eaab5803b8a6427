package socket

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// What is waited for, under a name for each way to wait for it.
type (
	readable  Conn
	writable  Conn
	behind    Conn
	accepting Listener
	pausing   Incoming
)

// Waits says what for.
func (c *readable) Waits(cx *edo.Context) edo.Wait {
	return (*Conn)(c).reason(cx, "socket: read from %v, at %v", reading)
}

// Waits says what for.
func (c *writable) Waits(cx *edo.Context) edo.Wait {
	return (*Conn)(c).reason(cx, "socket: write to %v, from %v", writing)
}

func (c *Conn) reason(cx *edo.Context, format string, d direction) edo.Wait {
	w := edo.Wait{On: fmt.Sprintf(format, c.RemoteAddr(), c.LocalAddr()), Outside: true}
	if c.inner.Closed() {
		return edo.Wait{On: w.On + ", which is closed"}
	}
	if ls := c.limits(); ls != nil {
		w.Until = wall(c.inner.Driver(), ls.until(d, cx.Internal(internal.Key{}).Task()))
	}
	return w
}

// Waits says what for.
func (c *behind) Waits(cx *edo.Context) edo.Wait {
	return (*Conn)(c).reason(cx, "socket: write to %v, from %v, behind another task's Write", writing)
}

// Waits says what for.
func (l *accepting) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: fmt.Sprintf("socket: accept at %v", l.inner.Addr()), Outside: true}
	if l.inner.Closed() {
		return edo.Wait{On: w.On + ", which is closed"}
	}
	return w
}

// Waits says what for.
func (s *pausing) Waits(*edo.Context) edo.Wait {
	return edo.Wait{
		On:    fmt.Sprintf("socket: accept at %v, after a pause for an error", s.listener.inner.Addr()),
		Until: s.resumes,
	}
}

// wall returns the time of an instant on the clock of d.
func wall(d driver.Driver, at int64) (t time.Time) {
	if at == sched.Never {
		return t
	}
	return d.Time(at)
}
