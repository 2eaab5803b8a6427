package tlsconn

import (
	"errors"
	"io"
	"net"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/budget"
)

var _ aio.ReadWriter = (*Conn)(nil)

// ErrTruncated is the error of a read from a connection that has ended, although the other side has not
// said so by a close_notify. Some servers never do. It matches [io.ErrUnexpectedEOF].
var ErrTruncated error = truncated{}

type truncated struct{}

func (truncated) Error() string {
	return "tlsconn: the connection has ended without a close_notify: what was read may be cut off"
}
func (truncated) Unwrap() error { return io.ErrUnexpectedEOF }

// PollRead reads up to len(p) bytes into p: see [Conn.Read].
func (c *Conn) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if isAsked(cx) {
		return c.askReader(cx)
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return 0, edo.Pending, nil
	}
	defer turn.End(cx)
	c.reads.Lock()
	defer c.reads.Unlock()
	if c.link.answers.Load() {
		if poll, err := c.holdBack(cx); poll == edo.Pending || err != nil {
			return 0, poll, err
		}
	}
	c.link.cx = cx
	n, err := c.tls.Read(p)
	c.link.cx = nil
	isPending := n == 0 && errors.Is(err, errTryLater)
	if c.link.answers.Load() {
		if poll, _ := c.answer(cx); poll == edo.Pending && !isPending { // an error comes again
			c.abandonAnswers(cx.Waker())
		}
	}
	switch {
	case n > 0: // an error comes again
		return n, edo.Ready, nil
	case isPending:
		releaseBuffers(c.tls)
		return 0, edo.Pending, nil
	case err == io.EOF && c.link.atEnd:
		err = ErrTruncated
	}
	return 0, edo.Ready, err
}

// maxPlain is how much a record carries at most.
const maxPlain = 16 << 10

// PollWrite takes bytes of p, one record of them at most, when all records before are with the
// connection below. It gives that what it takes at once; what remains goes with the next PollWrite or
// PollFlush.
func (c *Conn) PollWrite(cx *edo.Context, p []byte) (n int, poll edo.Poll, err error) {
	if isAsked(cx) {
		poll, err = c.askWriter(cx)
		return 0, poll, err
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return 0, edo.Pending, nil
	}
	defer turn.End(cx)
	if err := c.beginWrite(); err != nil {
		return 0, edo.Ready, err
	}
	defer func() { c.endWrite(cx, poll) }()
	if poll, err := c.link.flush(cx); poll == edo.Pending || err != nil {
		return 0, poll, err
	}
	if len(p) == 0 && !c.ended {
		return 0, edo.Ready, nil // crypto/tls would send an empty record
	}
	n, err = c.tls.Write(p[:min(len(p), maxPlain)])
	if err != nil {
		return 0, edo.Ready, err
	}
	if poll, _ := c.link.flush(cx); poll == edo.Pending { // an error comes again
		aio.AbandonWrite(c.link.inner, cx.Waker())
	}
	c.link.answers.Store(false) // what is left is the writer's to flush
	return n, edo.Ready, nil
}

// PollFlush is Ready when the connection below has taken, and flushed, all that was written.
func (c *Conn) PollFlush(cx *edo.Context) (poll edo.Poll, err error) {
	if isAsked(cx) {
		return c.askWriter(cx)
	}
	if err := c.beginWrite(); err != nil {
		return edo.Ready, err
	}
	defer func() { c.endWrite(cx, poll) }()
	return c.link.pollFlush(cx)
}

// PollShutdown flushes, sends a close_notify, and shuts down the direction of the connection below.
func (c *Conn) PollShutdown(cx *edo.Context) (poll edo.Poll, err error) {
	if isAsked(cx) {
		return c.askWriter(cx)
	}
	if err := c.beginWrite(); err != nil {
		return edo.Ready, err
	}
	defer func() { c.endWrite(cx, poll) }()
	if err := c.endWrites(); err != nil {
		return edo.Ready, err
	}
	if poll, err := c.link.pollFlush(cx); poll == edo.Pending || err != nil {
		return poll, err
	}
	return c.link.inner.PollShutdown(cx)
}

var errClosed = edo.NewError(net.ErrClosed, "tlsconn: the connection is closed")

// beginWrite locks writes for a poll. It returns an error, and does not lock, after Close.
func (c *Conn) beginWrite() error {
	c.writes.Lock()
	if c.closed {
		c.writes.Unlock()
		return errClosed
	}
	return nil
}

// endWrite ends a poll with the result p, and unlocks writes.
func (c *Conn) endWrite(cx *edo.Context, p edo.Poll) {
	c.waiting = edo.Waker{}
	if p == edo.Pending {
		c.waiting = cx.Waker()
	}
	c.writes.Unlock()
}

// endWrites puts a close_notify behind what was written. writes is held.
func (c *Conn) endWrites() error {
	if c.ended {
		return nil
	}
	c.ended = true
	return c.tls.CloseWrite()
}
