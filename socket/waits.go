package socket

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// The leaves of this package: each type is a connection, a listener or a stream as the
// leaf for one reason to wait.
type (
	readable  Conn
	writable  Conn
	behind    Conn // waits for the turn to write
	accepting Listener
	pausing   Incoming
	receiving PacketConn
	sending   PacketConn
)

// Waits returns the reason to wait.
func (c *readable) Waits(cx *edo.Context) edo.Wait {
	return (*Conn)(c).reason(cx, "socket: read from %v, at %v", reading)
}

// Waits returns the reason to wait.
func (c *writable) Waits(cx *edo.Context) edo.Wait {
	return (*Conn)(c).reason(cx, "socket: write to %v, from %v", writing)
}

// Waits returns the reason to wait.
func (c *behind) Waits(cx *edo.Context) edo.Wait {
	return (*Conn)(c).reason(cx, "socket: write to %v, from %v, behind another task's Write", writing)
}

func (c *Conn) reason(cx *edo.Context, format string, d direction) edo.Wait {
	w := edo.Wait{On: fmt.Sprintf(format, c.RemoteAddr(), c.LocalAddr()), Outside: true}
	if c.inner.Closed() {
		return edo.Wait{On: w.On + ", which is closed"}
	}
	if ls := c.limits(); ls != nil {
		w.Until = wallTime(c.inner.Driver(), ls.expiryOf(d, (*sched.Context)(cx).Task()))
	}
	return w
}

// Waits returns the reason to wait.
func (l *accepting) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: fmt.Sprintf("socket: accept at %v", l.inner.Addr()), Outside: true}
	if l.inner.Closed() {
		return edo.Wait{On: w.On + ", which is closed"}
	}
	if n := limitReached(l.inner); n > 0 {
		w.On += fmt.Sprintf(", which has its limit of %d open", n)
	}
	return w
}

// Waits returns the reason to wait.
func (s *pausing) Waits(*edo.Context) edo.Wait {
	return edo.Wait{
		On:    fmt.Sprintf("socket: accept at %v, after a pause for an error", s.listener.inner.Addr()),
		Until: s.resumes,
	}
}

// Waits returns the reason to wait.
func (c *receiving) Waits(cx *edo.Context) edo.Wait {
	return (*PacketConn)(c).reason(cx, "socket: receive at %v", reading)
}

// Waits returns the reason to wait.
func (c *sending) Waits(cx *edo.Context) edo.Wait {
	return (*PacketConn)(c).reason(cx, "socket: send from %v", writing)
}

func (c *PacketConn) reason(cx *edo.Context, format string, d direction) edo.Wait {
	w := edo.Wait{On: fmt.Sprintf(format, c.LocalAddr()), Outside: true}
	if c.inner.Closed() {
		return edo.Wait{On: w.On + ", which is closed"}
	}
	if ls := c.limits.Load(); ls != nil {
		w.Until = wallTime(c.inner.Driver(), ls.expiryOf(d, (*sched.Context)(cx).Task()))
	}
	return w
}

// wallTime returns the time of an instant on the clock of d. The zero Time stands for
// sched.Never.
func wallTime(d driver.Driver, at int64) (t time.Time) {
	if at == sched.Never {
		return t
	}
	return d.Time(at)
}
