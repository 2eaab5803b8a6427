package tlsconn

import (
	"errors"

	"github.com/edo-go/edo"
)

// A read can make crypto/tls write: an alert, or the answer to a request for new keys. The program may
// never write, so the reader gives these answers to the connection below. Where that takes none of them,
// the reader stops at maxKept bytes, as a read of crypto/tls would: or the other side could fill the
// memory.

// answer gives the connection below what a read has made crypto/tls write, as far as it takes it now.
// reads is held.
func (c *Conn) answer(cx *edo.Context) (edo.Poll, error) {
	c.writes.Lock()
	defer c.writes.Unlock()
	if c.closed {
		return edo.Ready, nil
	}
	return c.link.pollFlush(cx)
}

// holdBack is pending while there are too many answers. reads is held.
func (c *Conn) holdBack(cx *edo.Context) (edo.Poll, error) {
	if !c.link.hold(cx.Waker()) {
		return edo.Ready, nil
	}
	poll, err := c.answer(cx)
	if busy := (*edo.BusyError)(nil); errors.As(err, &busy) {
		return edo.Pending, nil // a writer waits there, and flushes
	}
	return poll, err
}

// hold reports whether there are too many answers. Then w is woken when there are none.
func (t *transport) hold(w edo.Waker) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.out == nil || len(*t.out)-t.sent <= maxKept {
		return false
	}
	t.held = w
	return true
}

// heldBack is a Conn as the leaf of a reader that is held back.
type heldBack Conn

// Waits says what a reader waits for.
func (c *heldBack) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "tlsconn: read", By: []string{"the other side, which reads none of the answers that it asks for"}}
}
