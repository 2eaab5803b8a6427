package web

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/discard"
	"github.com/gobwas/ws"
)

// closeLimit is how long Close waits for the other side.
const closeLimit = 5 * time.Second

// Close ends the WebSocket: it sends a close frame with code and reason, unless one was sent, and
// waits for the answer of the other side, 5 seconds at the most. Messages that still come are
// discarded. Then it drops the Conn, whatever has happened, also when the task is cancelled. A
// client waits for the server to end the connection before; so does a server that has closed with
// an error, because a reset could overtake its close frame.
//
// The error is nil when the other side has answered. It matches [context.DeadlineExceeded] when
// that took too long, and is the [*CloseError] of a connection that was lost, or had ended by an
// error before.
//
// While another task receives, that task gets the answer, as the end of the stream. Close then
// only sends, and drops nothing.
//
// A code that must not be sent is an error, and so is a reason that is longer than 123 bytes or
// not valid UTF-8; then nothing has happened. [CodeNone] sends a close frame without a code.
//
//edo:step CloseStep
func (c *Conn) Close(task *edo.Task, code Code, reason string) error {
	f := c.CloseFuture(code, reason)
	defer discard.Drop(f) // if the task was cancelled
	_, err := edo.Await(task, f)
	return err
}

// CloseStep is the step form of [Conn.Close].
func (c *Conn) CloseStep(task *edo.Task, st *edo.Step, code Code, reason string) (done bool, err error) {
	f := edo.StepState[limited](st)
	if f == nil {
		f = &limited{c.CloseFuture(code, reason)}
	}
	st.Set(nil) // also when the connection panics
	if done, _, err = edo.AwaitStep(task, f.Future); !done {
		st.Set(f)
		return false, nil
	}
	discard.Drop(f.Future) // if the task was cancelled
	return true, err
}

// limited is a future as the state of a step.
type limited struct{ edo.Future[edo.Unit] }

// CloseFuture is [Conn.Close] as a future. Once it was polled, it owns c.
func (c *Conn) CloseFuture(code Code, reason string) edo.Future[edo.Unit] {
	f := &closing{c: c, payload: closePayload(code, reason)}
	switch {
	case code != CodeNone && !code.isSendable():
		f.err = fmt.Errorf("web: a close frame must not have the code %d", code)
	case len(f.payload) > 2+maxReason:
		f.err = fmt.Errorf("web: the reason of a close frame has %d bytes; it must have at most %d", len(reason), maxReason)
	case !utf8.ValidString(reason):
		f.err = errBadReason
	}
	return future.Timeout(closeLimit, edo.Future[edo.Unit](f))
}

// closing is a Close as a future.
type closing struct {
	c       *Conn // nil: it has ended
	err     error // that it ends with
	payload []byte
	isBegun bool      // the close frame is in the buffer; c belongs to this
	isEnded bool      // the other side has closed, or was lost
	isShut  bool      // and this side has shut down the connection below
	isOther bool      // another task receives: c is that one's
	waits   edo.Waker // the task that waits to flush then
}

// Drop gives the rest up.
func (o *closing) Drop() {
	switch c := o.c; {
	case c == nil || !o.isBegun:
	case o.isOther:
		aio.AbandonWrite(c.inner, o.waits)
	default:
		o.c = nil
		c.Drop()
	}
}

// Poll sends the close frame, and then reads and writes until the connection has ended.
func (o *closing) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	none, c := edo.Unit{}, o.c
	if c == nil || o.err != nil && !o.isBegun {
		if !cx.Proceed(nil) {
			return none, edo.Pending, nil
		}
		if c == nil {
			return none, edo.Ready, errEnded
		}
		o.c = nil
		return none, edo.Ready, o.err
	}
	if !o.isBegun {
		o.isBegun = true
		c.framed.StartSend(frame{ws.OpClose, o.payload}) // fails if one was sent
	}
	if !o.isEnded {
		if poll, err := o.receive(cx); poll == edo.Pending || o.c == nil {
			return none, poll, err
		}
	}
	if o.waitsForEnd() && o.shutDown(cx) == edo.Pending {
		return none, edo.Pending, nil
	}
	o.Drop()
	return none, edo.Ready, o.err
}

// receive flushes, and discards messages, until the other side has answered.
func (o *closing) receive(cx *edo.Context) (edo.Poll, error) {
	flushed, _ := o.c.framed.PollFlush(cx) // an error is that of the next read as well
	for {
		_, poll, err := o.c.PollNext(cx)
		if _, o.isOther = err.(*edo.BusyError); o.isOther {
			if o.waits = cx.Waker(); flushed == edo.Ready {
				o.c = nil
			}
			return flushed, nil
		}
		switch {
		case poll == edo.Pending:
			return edo.Pending, nil
		case poll == edo.End || err != nil:
			if status := o.c.Status(); !status.isClean() && !o.isAnswer(status) {
				o.err = status
			}
			o.isEnded = true
			return edo.Ready, nil
		}
	}
}

// isAnswer reports whether status is the code that this side has sent: other sides send it back.
func (o *closing) isAnswer(status *CloseError) bool {
	return status.Err == nil && len(o.payload) >= 2 && status.Code == Code(o.payload[0])<<8|Code(o.payload[1])
}

// waitsForEnd reports whether the connection below is closed only when the other side has ended it.
// A server that has got a close frame is the first to close, says the RFC: nothing more comes.
func (o *closing) waitsForEnd() bool { return o.c.wire.isClient || o.c.Status().Err != nil }

// shutDown ends the writing side, and reads to the end: so no reset overtakes the close frame.
func (o *closing) shutDown(cx *edo.Context) edo.Poll {
	if !o.isShut {
		poll, err := o.c.framed.PollClose(cx)
		if poll == edo.Pending {
			return edo.Pending
		}
		if o.isShut = true; err != nil {
			return edo.Ready
		}
	}
	for {
		_, poll, err := o.c.framed.PollNext(cx)
		if poll == edo.Pending {
			return edo.Pending
		}
		if poll == edo.End || err != nil {
			return edo.Ready
		}
	}
}
