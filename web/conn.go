package web

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
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
	framed   *codec.Framed[event, frame]
	inner    aio.ReadWriter
	protocol string
	wire     wire

	mu      sync.Mutex  // guards the following; held for no poll
	pong    *[]byte     // the answer to the latest ping, if there was no room for it
	status  *CloseError // how the receiving side has ended; nil: it has not
	isTold  bool        // the stream has returned status
	owes    bool        // the receiving side has sent something, which may not be flushed
	debtor  edo.Waker   // the task that receives, when it has left the flush to one that sends
	hasIdle bool        // SetIdleTimeout was called
	isAsked bool        // a ping was sent because the connection is idle, and nothing has come since
	skipEnd bool        // the next end of framed is that after the error of an idle read
}

// newConn returns the WebSocket over parts, which were those of a handshake.
func newConn(parts codec.Parts, isClient bool, limits *Limits, t terms) *Conn {
	w := wire{limits: limits, isClient: isClient, isCompressed: t.isCompressed}
	c := &Conn{inner: parts.IO, protocol: t.protocol, wire: w}
	c.framed = codec.FromParts[event, frame](parts, &c.wire)
	return c
}

// Subprotocol returns the subprotocol that the two sides have agreed on, or "".
func (c *Conn) Subprotocol() string { return c.protocol }

// IsCompressed reports whether the two sides have agreed to compress messages.
func (c *Conn) IsCompressed() bool { return c.wire.isCompressed }

// Inner returns the connection below, for its options. Whoever reads from it or writes to it
// breaks the Conn.
func (c *Conn) Inner() aio.ReadWriter { return c.inner }

// Status returns how the other side has closed, or how the connection was lost: nil while it has
// not, as far as a task has received.
func (c *Conn) Status() *CloseError {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
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
			c.mu.Lock()
			c.hasIdle = d > 0
			c.mu.Unlock()
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
// error has a cause, Err.
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
		c.note(&c.isAsked, false)
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
			reason := e.end.Err.Error()
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

// endOf returns how the receiving side has ended, and whether the stream has said so.
func (c *Conn) endOf() (status *CloseError, isTold bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status, c.isTold
}

// note sets a field that mu guards.
func (c *Conn) note(field *bool, to bool) {
	c.mu.Lock()
	*field = to
	c.mu.Unlock()
}

// end sets how the receiving side has ended, if it has not ended before.
func (c *Conn) end(status *CloseError, isTold bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.status == nil {
		c.status = status
	}
	c.isTold = c.isTold || isTold
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
	c.mu.Lock()
	asks := c.hasIdle && !c.isAsked && errors.Is(err, os.ErrDeadlineExceeded)
	skips := err == nil && c.skipEnd
	c.skipEnd = asks
	c.isAsked = c.isAsked || asks
	c.mu.Unlock()
	switch {
	case asks:
		c.reply(cx, ws.OpPing, nil)
	case !skips:
		c.end(abnormal(err), false)
	}
}

// reply puts a control frame into the output, and reports whether there was room.
func (c *Conn) reply(cx *edo.Context, op ws.OpCode, data []byte) bool {
	poll, err := c.framed.PollReady(cx)
	if poll == edo.Pending || err != nil {
		return false
	}
	c.framed.StartSend(frame{op, data}) // fails after a close frame: then nothing is to be sent
	c.note(&c.owes, true)
	return true
}

// answer answers a ping, or keeps the answer.
func (c *Conn) answer(cx *edo.Context, data []byte) {
	isSent := c.reply(cx, ws.OpPong, data)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pong = nil
	if !isSent {
		c.pong, c.owes = &data, true
	}
}

// finish answers a close frame, or an error of the other side, by a close frame.
func (c *Conn) finish(status *CloseError, payload []byte) {
	c.framed.StartSend(frame{ws.OpClose, payload}) // fails if one was sent
	c.end(status, false)
}

// flushAnswers flushes what the receiving side has sent, as far as there is room now. The task is
// woken when there is more room, unless another task waits to send: that one flushes then.
func (c *Conn) flushAnswers(cx *edo.Context) (poll edo.Poll) {
	c.mu.Lock()
	owes := c.owes
	if owes {
		c.debtor = cx.Waker() // before the flush: the task that sends may give up meanwhile
	}
	c.mu.Unlock()
	if owes {
		poll, _ = c.PollFlush(cx)
		return poll
	}
	return edo.Ready
}

// recvGivenUp tells the connection below that the task which receives has given up, and with it what
// that task has waited to flush.
func (c *Conn) recvGivenUp() {
	edo.Drop(c.framed.RecvFuture())
	c.mu.Lock()
	debtor := c.debtor
	c.mu.Unlock()
	aio.AbandonWrite(c.inner, debtor)
}

// endRecv ends a Recv with err. A BusyError says that another task waits, whose wait goes on.
func (c *Conn) endRecv(err error) {
	if _, isBusy := err.(*edo.BusyError); err != nil && !isBusy {
		c.recvGivenUp()
	}
}

// sendGivenUp has the task that receives flush what it owes: the one that would have done so, as it
// sends, has given up.
func (c *Conn) sendGivenUp() {
	c.mu.Lock()
	w := c.debtor
	if !c.owes {
		w = edo.Waker{}
	}
	c.debtor = edo.Waker{}
	c.mu.Unlock()
	if !w.IsZero() {
		w.Wake()
	}
}

// takePong returns the answer that was kept. Without one nothing is left to flush.
func (c *Conn) takePong() (data []byte, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pong == nil {
		c.owes, c.debtor = false, edo.Waker{}
		return nil, false
	}
	data, c.pong = *c.pong, nil
	return data, true
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
