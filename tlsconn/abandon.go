package tlsconn

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// The connection below counts since when an operation waits, for a limit of idleness. A read of a
// Conn may also wait there to write, with what crypto/tls answers, and a write that has ended may
// leave something to write. So whenever an operation of a Conn ends, or is given up, the waits that
// it has left below are given up with it.

// AbandonRead gives up a read: see [aio.AbandonRead].
func (c *Conn) AbandonRead(w edo.Waker) {
	aio.AbandonRead(c.link.inner, w)
	c.abandonAnswers(w)
}

// AbandonWrite gives up a write: see [aio.AbandonRead].
func (c *Conn) AbandonWrite(w edo.Waker) {
	c.writes.Lock()
	defer c.writes.Unlock()
	if c.waiting == w {
		c.waiting = edo.Waker{}
	}
	aio.AbandonWrite(c.link.inner, w)
}

// abandonAnswers gives up the answers that the read of a task has left below, unless that task
// writes as well.
func (c *Conn) abandonAnswers(w edo.Waker) {
	c.writes.Lock()
	defer c.writes.Unlock()
	if c.waiting != w {
		aio.AbandonWrite(c.link.inner, w)
	}
}
