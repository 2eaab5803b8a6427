package web

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/internal/sched"
	"github.com/gobwas/ws"
)

// Conn is a WebSocket: a stream and a sink of messages.
//
// One task at a time receives and one sends, and these may be two tasks. A second task that
// comes to wait in the same direction gets an [*edo.BusyError].
//
// The task that receives also answers pings and the close frame of the other side. Without such
// a task nothing is answered, and nothing is read: so the other side is held back when the
// program is slow.
//
// The owner of a Conn drops it, or ends it by Close. The connection below belongs to the Conn.
type Conn struct {
	framed *codec.Framed[event, frame]
	inner  aio.ReadWriter
	wire   wire
	flags  flags
	rare   atomic.Pointer[rare] // nil: not needed so far
}

// newConn returns the WebSocket over parts, which were those of a handshake.
func newConn(parts codec.Parts, isClient bool, limits *Limits, t terms) *Conn {
	w := wire{limits: limits, isClient: isClient, isCompressed: t.isCompressed}
	c := &Conn{inner: parts.IO, wire: w}
	if t.protocol != "" {
		c.rare.Store(&rare{protocol: t.protocol})
	}
	c.framed = codec.FromParts[event, frame](parts, &c.wire)
	return c
}

// Subprotocol returns the subprotocol that the two sides have agreed on, or "".
func (c *Conn) Subprotocol() string {
	if r := c.rare.Load(); r != nil {
		return r.protocol
	}
	return ""
}

// IsCompressed reports whether the two sides have agreed to compress messages.
func (c *Conn) IsCompressed() bool { return c.wire.isCompressed }

// Inner returns the connection below, for its options. Whoever reads from it or writes to it
// breaks the Conn.
func (c *Conn) Inner() aio.ReadWriter { return c.inner }

// Status returns how the other side has closed, or how the connection was lost: nil while it has
// not, as far as a task has received.
func (c *Conn) Status() *CloseError {
	status, _ := c.endOf()
	return status
}

// Drop closes the connection below at once, without a close frame, and discards what is in a
// buffer. A TCP connection with unread input is reset, and that may overtake a close frame which
// was sent: [Conn.Close] says goodbye and reads to the end before. Drop must not be called during a
// poll.
func (c *Conn) Drop() {
	c.end(abnormal(net.ErrClosed), true)
	c.framed.Drop()
	c.wire.end()
}

// SetIdleTimeout limits how long a connection is idle. When no byte has moved for d, while a task
// receives, a ping asks the other side; when nothing has moved for d again, the connection has
// ended with [CodeAbnormal], and the error matches [os.ErrDeadlineExceeded]. A task that waits to
// send gets that error after d. 0 turns the limit off.
//
// The time is that of the connection below, which must have a method SetIdleTimeout, as
// connections of package socket have; a [aio.Timed] gives it to others. It may be called from any
// goroutine.
func (c *Conn) SetIdleTimeout(d time.Duration) error {
	for inner := any(c.inner); ; {
		switch of := inner.(type) {
		case interface{ SetIdleTimeout(time.Duration) error }:
			c.flags.set(hasIdle, d > 0)
			return of.SetIdleTimeout(d)
		case interface{ Inner() aio.ReadWriter }:
			inner = of.Inner()
		default:
			return fmt.Errorf("web: a %T has no idle time-out: put an aio.Timed around it: %w", inner, errors.ErrUnsupported)
		}
	}
}

// PollNext returns the next message. The stream ends when the other side has closed with
// [CodeNormal], [CodeGoingAway] or no code. Any other end is a [*CloseError], and then the stream
// ends: with [CodeAbnormal] when the connection was lost or ended without a close frame, and with
// the code that this side has sent when the other has broken the protocol or a limit. Such an
// error has a cause, Err. A panic of package compress/flate is [CodeInternal], with an
// [*edo.PanicError].
//
// Pings are answered on the way. When the other side does not read, the answer to the latest one
// is kept and the others are forgotten, as RFC 6455 allows: so they never fill the memory.
func (c *Conn) PollNext(cx *edo.Context) (m Message, poll edo.Poll, err error) {
	if (*sched.Context)(cx).Inspecting() {
		c.inspect(cx)
		return m, edo.Pending, nil
	}
	for {
		if status, isTold := c.endOf(); status != nil {
			return c.tell(cx, status, isTold)
		}
		e, poll, err := c.framed.PollNext(cx)
		if poll == edo.Pending {
			c.flushAnswers(cx)
			return m, edo.Pending, nil
		}
		if err != nil || poll == edo.End {
			if busy, ok := err.(*edo.BusyError); ok {
				return m, edo.Ready, busy
			}
			c.lose(cx, err)
			continue
		}
		c.flags.set(isAsked, false)
		switch e.kind {
		case message:
			if c.flushAnswers(cx) == edo.Pending { // the rest goes out with the next operation
				aio.AbandonWrite(c.inner, cx.Waker())
			}
			return Message{Data: e.data, IsText: e.text}, edo.Ready, nil
		case pings:
			c.answer(cx, e.data)
		case closes:
			c.finish(e.end, closePayload(e.end.Code, ""))
		case fails:
			reason := ""
			if e.end.Code != CodeInternal { // the other side is not told of a panic
				reason = e.end.Err.Error()
			}
			c.finish(e.end, closePayload(e.end.Code, reason[:min(len(reason), maxReason)]))
		}
	}
}

// inspect polls what a receiver waits for.
func (c *Conn) inspect(cx *edo.Context) {
	switch status, isTold := c.endOf(); {
	case status == nil:
		c.framed.PollNext(cx)
	case isTold:
		cx.Proceed(nil)
	default:
		c.framed.PollFlush(cx)
	}
}

// tell ends the stream, once the close frame of this side has gone out.
func (c *Conn) tell(cx *edo.Context, status *CloseError, isTold bool) (m Message, poll edo.Poll, err error) {
	if !isTold {
		if poll, _ := c.framed.PollFlush(cx); poll == edo.Pending {
			return m, edo.Pending, nil
		}
		c.end(nil, true)
		if !status.isClean() {
			return m, edo.Ready, status
		}
	} else if !cx.Proceed(nil) {
		return m, edo.Pending, nil
	}
	return m, edo.End, nil
}

// lose takes an error or the end of the connection below. A read that was idle asks first.
func (c *Conn) lose(cx *edo.Context, err error) {
	asks := c.flags.has(hasIdle) && !c.flags.has(isAsked) && errors.Is(err, os.ErrDeadlineExceeded)
	skips := err == nil && c.flags.has(skipsEnd)
	c.flags.set(skipsEnd, asks)
	switch {
	case asks:
		c.flags.set(isAsked, true)
		c.reply(cx, ws.OpPing, nil)
	case !skips:
		c.end(abnormal(err), false)
	}
}

// finish answers a close frame, or an error of the other side, by a close frame.
func (c *Conn) finish(status *CloseError, payload []byte) {
	c.framed.StartSend(frame{ws.OpClose, payload}) // fails if one was sent
	c.end(status, false)
}

// Recv waits for the next message. The error is [io.EOF] when the other side has closed, and a
// [*CloseError] for another end: see [Conn.PollNext]. A Recv that is cancelled loses nothing.
//
//edo:step RecvStep
func (c *Conn) Recv(task *edo.Task) (Message, error) {
	m, err := edo.Await(task, c.RecvFuture())
	c.endRecv(err)
	return m, err
}

// RecvStep is the step form of [Conn.Recv].
func (c *Conn) RecvStep(task *edo.Task) (done bool, m Message, err error) {
	if done, m, err = edo.AwaitStep(task, c.RecvFuture()); done {
		c.endRecv(err)
	}
	return done, m, err
}

// RecvFuture is [Conn.Recv] as a future, which borrows c. It allocates nothing: it is c itself.
// After it was ready it is the future of the message after that. Its Drop gives up the wait, and
// nothing else.
func (c *Conn) RecvFuture() edo.Future[Message] { return (*recvFuture)(c) }

type recvFuture Conn

// Drop gives up the wait.
func (r *recvFuture) Drop() { (*Conn)(r).recvGivenUp() }

func (r *recvFuture) Poll(cx *edo.Context) (Message, edo.Poll, error) {
	m, poll, err := (*Conn)(r).PollNext(cx)
	if poll == edo.End {
		return m, edo.Ready, io.EOF
	}
	return m, poll, err
}
