package web

import (
	"unicode/utf8"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/gobwas/ws"
)

// PollReady is ready when there is room for a message: while fewer than 8 KiB wait to be written.
// While another task waits to send, the error is an [*edo.BusyError].
func (c *Conn) PollReady(cx *edo.Context) (edo.Poll, error) { return c.framed.PollReady(cx) }

// StartSend copies m into the buffer, as one frame. Nothing reaches the connection before
// PollFlush. Text that is not valid UTF-8 is an error, and so is a message after a close frame,
// which matches [edo.ErrClosed].
func (c *Conn) StartSend(m Message) error {
	f, err := m.frame()
	if err != nil {
		return err
	}
	return c.framed.StartSend(f)
}

// frame returns m as a frame.
func (m Message) frame() (frame, error) {
	switch {
	case !m.IsText:
		return frame{ws.OpBinary, m.Data}, nil
	case !utf8.Valid(m.Data):
		return frame{}, errNotText
	}
	return frame{ws.OpText, m.Data}, nil
}

// PollFlush writes the bytes in the buffer, and flushes the connection below.
func (c *Conn) PollFlush(cx *edo.Context) (edo.Poll, error) {
	for {
		before := c.flags.bits.Load()
		if poll, err := c.framed.PollFlush(cx); poll == edo.Pending || err != nil {
			return poll, err
		}
		pong, ok := c.takePong(before)
		if !ok {
			return edo.Ready, nil
		}
		if c.framed.StartSend(frame{ws.OpPong, pong}) != nil {
			return edo.Ready, nil // a close frame was sent
		}
	}
}

// PollClose sends a close frame with [CodeNormal], unless one was sent, and flushes. Messages can
// still be received, to the end.
func (c *Conn) PollClose(cx *edo.Context) (edo.Poll, error) {
	c.framed.StartSend(frame{ws.OpClose, closePayload(CodeNormal, "")})
	return c.framed.PollFlush(cx)
}

// Send sends m and flushes. When the task is cancelled while it waits for room, m is not sent;
// while it flushes, m stays in the buffer, and the next Send writes it. While another task waits
// to send, the error is an [*edo.BusyError], and m is not taken.
//
//edo:step SendStep
func (c *Conn) Send(task *edo.Task, m Message) error {
	f, err := m.frame()
	if err != nil {
		return err
	}
	return c.send(task, sending{c: c, f: f})
}

// SendStep is the step form of [Conn.Send].
func (c *Conn) SendStep(task *edo.Task, st *edo.Step, m Message) (done bool, err error) {
	if edo.StepState[sending](st) != nil {
		return c.sendStep(task, st, sending{})
	}
	f, err := m.frame()
	if err != nil {
		return true, err
	}
	return c.sendStep(task, st, sending{c: c, f: f})
}

// SendFuture is [Conn.Send] as a future, whose value is c again, for the next step of a chain. It
// borrows c and keeps m.
func (c *Conn) SendFuture(m Message) edo.Future[*Conn] {
	f, err := m.frame()
	return &sending{c: c, f: f, err: err}
}

// Ping asks the other side for a sign of life, which a task that receives reads and ignores: it
// counts for SetIdleTimeout, which sends pings by itself.
//
//edo:step PingStep
func (c *Conn) Ping(task *edo.Task) error {
	return c.send(task, sending{c: c, f: frame{op: ws.OpPing}})
}

// PingStep is the step form of [Conn.Ping].
func (c *Conn) PingStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return c.sendStep(task, st, sending{c: c, f: frame{op: ws.OpPing}})
}

// Flush waits until every message that was sent is written, and the connection below is flushed.
//
//edo:step FlushStep
func (c *Conn) Flush(task *edo.Task) error { return c.send(task, sending{c: c, isSent: true}) }

// FlushStep is the step form of [Conn.Flush].
func (c *Conn) FlushStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return c.sendStep(task, st, sending{c: c, isSent: true})
}

var sendings reuse.Pool[sending, *sending]

// sending is a Send as a future, and the other operations that send.
type sending struct {
	c      *Conn // nil: it has ended
	f      frame
	err    error     // that it ends with
	isSent bool      // the frame is in the buffer
	waits  edo.Waker // the task of the last poll, if that was pending
}

// Drop gives up: what is in the buffer stays there.
func (s *sending) Drop() {
	if s.c != nil {
		aio.AbandonWrite(s.c.inner, s.waits)
		s.c.sendGivenUp()
	}
}

// Poll waits for room, puts the frame into the buffer, and flushes.
func (s *sending) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	c := s.c
	if c == nil || s.err != nil {
		if !cx.Proceed(nil) {
			return nil, edo.Pending, nil
		}
		err := s.err
		if c == nil {
			err = errEnded
		}
		*s = sending{}
		return c, edo.Ready, err
	}
	poll, err := edo.Ready, error(nil)
	if !s.isSent {
		if poll, err = c.PollReady(cx); poll == edo.Ready && err == nil {
			err = c.framed.StartSend(s.f)
		}
		if s.isSent = poll == edo.Ready && err == nil; s.isSent {
			s.f = frame{}
		}
	}
	if s.isSent {
		poll, err = c.PollFlush(cx)
	}
	if s.waits = cx.Waker(); poll != edo.Pending {
		*s = sending{}
	}
	return c, poll, err
}

var errEnded = edo.NewError(own.ErrPolledAgain, "web: a future was polled after its end")

// send runs s in direct style.
func (c *Conn) send(task *edo.Task, s sending) error {
	f := sendings.Get()
	*f = s
	_, err := edo.Await(task, edo.Future[*Conn](f))
	sendings.Put(f)
	return err
}

// sendStep is the step form of send. s is not looked at once that has begun.
func (c *Conn) sendStep(task *edo.Task, st *edo.Step, s sending) (done bool, err error) {
	f := edo.StepState[sending](st)
	if f == nil {
		f = sendings.Get()
		*f = s
	}
	st.Set(nil) // also when the connection panics
	if done, _, err = edo.AwaitStep(task, edo.Future[*Conn](f)); !done {
		st.Set(f)
		return false, nil
	}
	sendings.Put(f)
	return true, err
}
