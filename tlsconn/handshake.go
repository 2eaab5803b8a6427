package tlsconn

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/lock"
)

// A handshake is the future of a Conn. It owns the connection below until it has ended.
type handshake struct {
	conn  *Conn // nil: it has ended
	shake edo.Future[edo.Unit]
	limit time.Duration
}

var errRenegotiation = errors.New("the config's Renegotiation must be tls.RenegotiateNever")

// newHandshake returns the handshake of c, which takes at most limit if that is not 0. At a time there
// are as many as permits has, if that is not nil.
func newHandshake(c *Conn, limit time.Duration, permits *lock.Semaphore) *handshake {
	shake := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		if permits != nil {
			if err := permits.Acquire(task, 1); err != nil {
				return edo.Unit{}, err
			}
			defer permits.Release(1)
		}
		return edo.Unit{}, c.shake(task)
	})
	if limit != 0 {
		shake = future.Timeout(limit, shake)
	}
	return &handshake{conn: c, shake: shake, limit: limit}
}

// Poll goes on with the handshake.
func (h *handshake) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	c := h.conn
	if c == nil {
		return nil, edo.Ready, errEnded
	}
	_, poll, err := h.shake.Poll(cx)
	if poll == edo.Pending {
		return nil, edo.Pending, nil
	}
	h.conn = nil
	if err != nil {
		closeInner(c.link.inner)
		return nil, edo.Ready, c.explain(err, h.limit)
	}
	releaseBuffers(c.tls)
	aio.AbandonWrite(c.link.inner, cx.Waker()) // see farewell
	c.runtime = (*sched.Context)(cx).Runtime()
	return c, edo.Ready, nil
}

var errEnded = edo.NewError(own.ErrPolledAgain, "tlsconn: a future was polled after its end")

// explain says what the handshake failed at.
func (c *Conn) explain(err error, limit time.Duration) error {
	if errors.Is(err, edo.ErrCancelled) {
		return err
	}
	with := ""
	if a := c.RemoteAddr().String(); a != "" {
		with = " with " + a
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("tlsconn: the handshake%s took longer than %v: %w", with, limit, err)
	}
	return fmt.Errorf("tlsconn: handshake%s: %w", with, err)
}

// Drop ends the handshake, and closes the connection below.
func (h *handshake) Drop() {
	if c := h.conn; c != nil {
		h.conn = nil
		discard.Drop(h.shake)
		closeInner(c.link.inner)
	}
}

// await awaits h, which ends with the call.
func await(task *edo.Task, h *handshake) (*Conn, error) {
	defer h.Drop() // if the task was cancelled
	return edo.Await(task, edo.Future[*Conn](h))
}

// awaitStep is the step form of await; begin returns the handshake.
func awaitStep(task *edo.Task, st *edo.Step, begin func() *handshake) (done bool, c *Conn, err error) {
	h := edo.StepState[handshake](st)
	if h == nil {
		h = begin()
	}
	st.Set(nil) // also when this panics
	if done, c, err = edo.AwaitStep(task, edo.Future[*Conn](h)); !done {
		st.Set(h)
		return false, nil, nil
	}
	h.Drop() // if the task was cancelled
	return true, c, err
}

// An Acceptor makes the handshakes of a server. Any number of tasks may use it.
type Acceptor struct {
	config  *tls.Config
	limit   time.Duration
	permits *lock.Semaphore
}

// An Option changes an [Acceptor]. The zero value changes nothing.
type Option struct{ apply func(*Acceptor) }

// HandshakeTimeout limits how long a handshake takes, from the call of Accept on: 10 seconds unless it
// is given. 0 is no limit: then a client that sends nothing keeps 7 KB for as long as it likes.
func HandshakeTimeout(d time.Duration) Option { return Option{func(a *Acceptor) { a.limit = d }} }

// MaxHandshakes limits how many handshakes there are at a time; the others wait, and their time runs.
// Without it there is no limit. A limit holds off a flood of half-open handshakes, and lets it hold off
// everybody: with it belongs a short HandshakeTimeout.
func MaxHandshakes(n int) Option {
	return Option{func(a *Acceptor) { a.permits = lock.NewSemaphore(n) }}
}

// NewAcceptor returns an Acceptor for config, which must not be changed any more: certificates that
// change come from its GetCertificate or GetConfigForClient. These run on a worker of the runtime, and
// must not block. A config without any certificate panics.
func NewAcceptor(config *tls.Config, opts ...Option) *Acceptor {
	if config == nil || len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil {
		panic(errors.New("tlsconn: the config of an Acceptor needs Certificates, GetCertificate or GetConfigForClient"))
	}
	a := &Acceptor{config: config, limit: 10 * time.Second}
	for _, o := range opts {
		if o.apply != nil {
			o.apply(a)
		}
	}
	return a
}

// Accept makes the handshake of the server's side over inner, which then belongs to the Conn. With an
// error inner is closed. A handshake that took too long matches [context.DeadlineExceeded]; the errors
// of crypto/tls are in the others.
//
//edo:step AcceptStep
func (a *Acceptor) Accept(task *edo.Task, inner aio.ReadWriter) (*Conn, error) {
	return await(task, a.handshake(inner))
}

// AcceptStep is the step form of [Acceptor.Accept].
func (a *Acceptor) AcceptStep(task *edo.Task, st *edo.Step, inner aio.ReadWriter) (done bool, c *Conn, err error) {
	return awaitStep(task, st, func() *handshake { return a.handshake(inner) })
}

// AcceptFuture is [Acceptor.Accept] as a future, which owns inner.
func (a *Acceptor) AcceptFuture(inner aio.ReadWriter) edo.Future[*Conn] { return a.handshake(inner) }

func (a *Acceptor) handshake(inner aio.ReadWriter) *handshake {
	c := newConn(inner, a.config, tls.Server)
	c.server = true
	return newHandshake(c, a.limit, a.permits)
}

// Connect makes the handshake of the client's side over inner, which then belongs to the Conn. With an
// error inner is closed. config says what to check: it needs a ServerName, or InsecureSkipVerify. Its
// Renegotiation must be [tls.RenegotiateNever], as it is without being set: crypto/tls would make another
// handshake inside of a read, which cannot wait.
//
//edo:step ConnectStep
func Connect(task *edo.Task, inner aio.ReadWriter, config *tls.Config) (*Conn, error) {
	return await(task, connect(inner, config))
}

// ConnectStep is the step form of [Connect].
func ConnectStep(task *edo.Task, st *edo.Step, inner aio.ReadWriter, config *tls.Config) (done bool, c *Conn, err error) {
	return awaitStep(task, st, func() *handshake { return connect(inner, config) })
}

// ConnectFuture is [Connect] as a future, which owns inner.
func ConnectFuture(inner aio.ReadWriter, config *tls.Config) edo.Future[*Conn] {
	return connect(inner, config)
}

func connect(inner aio.ReadWriter, config *tls.Config) *handshake {
	h := newHandshake(newConn(inner, config, tls.Client), 0, nil)
	if config != nil && config.Renegotiation != tls.RenegotiateNever {
		h.shake = edo.Async(func(*edo.Task) (edo.Unit, error) { return edo.Unit{}, errRenegotiation })
	}
	return h
}
