package tlsconn

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// A report polls a Conn to hear what its task waits for, which is the connection below. A leaf of edo
// does nothing in such a poll, but the connection of a program may not know of reports. So it is given
// empty slices: it can neither read records past crypto/tls, nor write bytes that no record holds.

// isAsked reports whether cx is that of a report.
func isAsked(cx *edo.Context) bool { return (*sched.Context)(cx).Inspecting() }

// askReader answers what a read waits for.
func (c *Conn) askReader(cx *edo.Context) (int, edo.Poll, error) {
	if c.link.holds() {
		cx.Proceed((*heldBack)(c))
	} else {
		c.link.inner.PollRead(cx, nil)
	}
	return 0, edo.Pending, nil
}

// askWriter answers what a write waits for: room, or that the connection below flushes.
func (c *Conn) askWriter(cx *edo.Context) (edo.Poll, error) {
	if c.link.isEmpty() {
		c.link.inner.PollFlush(cx)
	} else {
		c.link.inner.PollWrite(cx, nil)
	}
	return edo.Pending, nil
}

// holds reports whether a reader is held back.
func (t *transport) holds() bool {
	if !t.mu.TryLock() {
		return false
	}
	defer t.mu.Unlock()
	return !t.held.IsZero()
}

// isEmpty reports whether inner has taken all records. If another task gives it some just now, and that
// asks, they are not all taken.
func (t *transport) isEmpty() bool {
	if !t.mu.TryLock() {
		return false
	}
	defer t.mu.Unlock()
	return t.out == nil
}
