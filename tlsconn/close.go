package tlsconn

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/internal/sched"
)

// Close closes the Conn and the connection below. Before, it sends a close_notify, if that and what
// was written before have room now: it never waits. CloseWrite waits. A Write that waits fails, since
// its last bytes may not have gone out. Close may be called twice.
func (c *Conn) Close() error {
	c.writes.Lock()
	defer c.writes.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	if c.endWrites() == nil {
		c.flushAtOnce()
	}
	c.link.mu.Lock()
	c.link.release()
	c.link.mu.Unlock()
	err := closeInner(c.link.inner)
	if !c.waiting.IsZero() { // flushAtOnce may have taken its place below
		c.waiting.Wake()
	}
	return err
}

// Drop is Close, for package edo.
func (c *Conn) Drop() { c.Close() }

// flushAtOnce gives the connection below what it takes now. Its limits of time are on the clock of the
// runtime. writes is held.
func (c *Conn) flushAtOnce() {
	t := &closeTask{}
	t.task.InitExternal(t)
	cx := sched.NewContext(c.runtime, &t.task)
	c.link.pollFlush((*edo.Context)(cx))
}

// closeTask is the task of the poll in a Close. It is never polled again.
type closeTask struct{ task sched.Task }

func (*closeTask) Poll(*sched.Context) (ended bool) { return true }
func (*closeTask) Fail(any, []byte)                 {}
func (*closeTask) Unpark()                          {}

// closeInner closes the connection below in the way that it has.
func closeInner(inner aio.ReadWriter) error {
	if c, ok := inner.(io.Closer); ok {
		return c.Close()
	}
	discard.Drop(inner)
	return nil
}
