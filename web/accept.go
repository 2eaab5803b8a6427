package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/discard"
)

// An Acceptor makes the server's side of handshakes. The zero Acceptor is ready. Any number of
// tasks may use it; the fields must not change meanwhile.
type Acceptor struct {
	// Subprotocols are those that the server speaks. The first one that the client names, and the
	// server speaks, is chosen; without one there is none.
	Subprotocols []string

	// Origins are the pages, besides those of the server's own host, that may connect: patterns,
	// as package path has them, of the host, "*.example.com", or with the scheme,
	// "https://*.example.com". "*" allows all. A request without an Origin is of no browser, and
	// is allowed.
	Origins []string

	// Check is called for each request before it is accepted, if it is not nil: for the path,
	// cookies and authorisation. It must not block. An error refuses: with its status if it is a
	// [*RefusedError], and otherwise with 403.
	Check func(r *http.Request) error

	// Header is added to the answer.
	Header http.Header

	// Compress accepts compressed messages, and compresses those of 256 bytes and more, if the
	// client can do so: RFC 7692. Each message is compressed by itself, so an idle connection
	// keeps no memory for it. It costs processor time, about 10 ns a byte; and up to 0.1 µs for each
	// byte of a message that a peer has made for that. Other tasks run meanwhile. A few bytes can
	// become a message of Limits.Message: with peers that are not trusted keep that low. A message
	// must not hold both a secret and what an attacker chooses: its length would tell of the secret.
	Compress bool

	// HandshakeTimeout limits how long a handshake takes. 0 stands for 10 seconds.
	HandshakeTimeout time.Duration

	Limits Limits
}

func (a *Acceptor) handshakeTimeout() time.Duration {
	if a.HandshakeTimeout <= 0 {
		return 10 * time.Second
	}
	return a.HandshakeTimeout
}

// Accept makes the handshake over inner, which then belongs to the Conn. With an error inner is
// dropped. A request that is no WebSocket, or is refused, gets an answer, and the error is a
// [*RefusedError]: when the client has closed, or after 2 seconds, or when it has sent 256 KiB more. So
// no reset overtakes the answer. A handshake that took too long matches [context.DeadlineExceeded].
//
// For a server that has other pages as well, see [Upgrade].
//
//edo:step AcceptStep
func (a *Acceptor) Accept(task *edo.Task, inner aio.ReadWriter) (*Conn, error) {
	return await(task, a.AcceptFuture(inner))
}

// AcceptStep is the step form of [Acceptor.Accept].
func (a *Acceptor) AcceptStep(task *edo.Task, st *edo.Step, inner aio.ReadWriter) (done bool, c *Conn, err error) {
	return awaitStep(task, st, func() edo.Future[*Conn] { return a.AcceptFuture(inner) })
}

// AcceptFuture is [Acceptor.Accept] as a future, which owns inner.
func (a *Acceptor) AcceptFuture(inner aio.ReadWriter) edo.Future[*Conn] {
	limit, o := a.handshakeTimeout(), &accepting{a: a, handshake: newHandshake(inner)}
	return &timed{accepting: o, inner: future.Timeout(limit, edo.Future[*Conn](o)), limit: limit}
}

// accepting is an Accept as a future.
type accepting struct {
	a *Acceptor
	handshake
	terms    terms
	isAnswer bool                 // the answer is in the buffer
	err      error                // that it ends with
	lingers  edo.Future[edo.Unit] // reads on when it has refused; nil: it has not
}

// Poll receives the request, answers it, and makes the connection.
func (o *accepting) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	if o.lingers != nil {
		if _, poll, _ := o.lingers.Poll(cx); poll == edo.Pending {
			return nil, edo.Pending, nil
		}
		o.Drop() // what the time limit has left
		return nil, edo.Ready, o.err
	}
	if o.framed == nil {
		if !cx.Proceed(nil) {
			return nil, edo.Pending, nil
		}
		return nil, edo.Ready, errEnded
	}
	if !o.isAnswer {
		p, poll, err := o.pollHead(cx)
		if poll == edo.Pending {
			return nil, edo.Pending, nil
		}
		if err != nil && !errors.Is(err, errLongHead) {
			return o.end(nil, err)
		}
		o.framed.StartSend(o.respond(p, err))
		o.isAnswer = true
	}
	send := o.framed.PollFlush
	if o.err != nil {
		send = o.framed.PollClose
	}
	poll, err := send(cx)
	switch {
	case poll == edo.Pending:
		return nil, edo.Pending, nil
	case o.err != nil && err == nil:
		o.lingers = linger(o.framed.Parts().IO)
		o.framed = nil
		return o.Poll(cx)
	case o.err != nil:
		return o.end(nil, o.err)
	case err != nil:
		return o.end(nil, err)
	}
	parts := o.framed.Parts()
	return o.end(newConn(parts, false, &o.a.Limits, o.terms), nil)
}

// respond returns the answer to the request p, or to one whose head is too long.
func (o *accepting) respond(p []byte, tooLong error) []byte {
	var refused *RefusedError
	if tooLong != nil {
		refused = &RefusedError{http.StatusRequestHeaderFieldsTooLarge, tooLong.Error()}
	} else if r, err := readRequest(p); err != nil {
		refused = &RefusedError{http.StatusBadRequest, "this is no request of HTTP/1.1"}
	} else {
		var out []byte
		if out, o.terms, refused = o.a.answer(r); refused == nil {
			return out
		}
	}
	o.err = refused
	return refused.answer()
}

// end ends the future.
func (o *accepting) end(c *Conn, err error) (*Conn, edo.Poll, error) {
	if err != nil {
		o.framed.Drop()
	}
	o.framed = nil
	return c, edo.Ready, err
}

// Drop gives the handshake up, and drops the connection.
func (o *accepting) Drop() {
	if o.framed != nil {
		o.framed.Drop()
		o.framed = nil
	}
	if o.lingers != nil {
		discard.Drop(o.lingers)
		o.lingers = nil
	}
}

// timed is a handshake with a time limit.
type timed struct {
	accepting *accepting
	inner     edo.Future[*Conn] // accepting, with the limit
	limit     time.Duration
}

// Poll explains the error when the limit has passed. A client that was refused, and does not close, may
// have been the reason.
func (t *timed) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	c, poll, err := t.inner.Poll(cx)
	if err != nil && t.accepting.err != nil {
		err = t.accepting.err
	} else if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("web: the handshake took longer than %v: %w", t.limit, err)
	}
	return c, poll, err
}

// Drop gives the handshake up.
func (t *timed) Drop() { discard.Drop(t.inner) }

// await awaits f, which ends with the call.
func await(task *edo.Task, f edo.Future[*Conn]) (*Conn, error) {
	defer discard.Drop(f) // if the task was cancelled
	return edo.Await(task, f)
}

// awaitStep is the step form of await; begin returns the future.
func awaitStep(task *edo.Task, st *edo.Step, begin func() edo.Future[*Conn]) (done bool, c *Conn, err error) {
	s := edo.StepState[connecting](st)
	if s == nil {
		s = &connecting{begin()}
	}
	st.Set(nil) // also when this panics
	if done, c, err = edo.AwaitStep(task, s.Future); !done {
		st.Set(s)
		return false, nil, nil
	}
	discard.Drop(s.Future) // if the task was cancelled
	return true, c, err
}

// connecting is the future of a connection as the state of a step.
type connecting struct{ edo.Future[*Conn] }
