package tlsconn_test

import (
	"crypto/tls"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/idletest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/tlsconn"
)

const idleTime = 10 * time.Second

// timedPair makes a handshake over a connection with so much room; a is the client, over a Timed.
func timedPair(task *edo.Task, room int) (a, b *tlsconn.Conn, limit *aio.Timed, err error) {
	x, y := aio.Duplex(room)
	limit = aio.NewTimed(task, x)
	accepted := edo.Spawn(task, tlsconn.NewAcceptor(serverConfig()).AcceptFuture(y))
	if a, err = tlsconn.Connect(task, limit, clientConfig()); err != nil {
		return nil, nil, nil, err
	}
	b, err = accepted.Await(task)
	return a, b, limit, err
}

func TestAnOperationHasAllOfItsIdleTimeAlthoughOneBeforeWasGivenUp(t *testing.T) {
	p, filler := make([]byte, 100), make([]byte, 4000)
	for name, make := range map[string]func(a *tlsconn.Conn) idletest.Op{
		"Read": func(a *tlsconn.Conn) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := a.Read(task, p); return err },
				Future: idletest.Futures(func() edo.Future[int] { return aio.ReadFuture(a, p) }),
				Step: func(task *edo.Task, st *edo.Step) (bool, error) {
					done, _, err := a.ReadStep(task, st, p)
					return done, err
				},
			}
		},
		"Write": func(a *tlsconn.Conn) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := a.Write(task, p); return err },
				Future: idletest.Futures(func() edo.Future[int] { return aio.WriteAllFuture(a, p) }),
				Step: func(task *edo.Task, st *edo.Step) (bool, error) {
					done, _, err := a.WriteStep(task, st, p)
					return done, err
				},
			}
		},
		"CloseWrite": func(a *tlsconn.Conn) idletest.Op {
			return idletest.Op{
				Direct: a.CloseWrite,
				Future: func() edo.Future[edo.Unit] { return aio.ShutdownFuture(a) },
				Step:   a.CloseWriteStep,
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			idletest.RequireWholeTime(t, idleTime, func(task *edo.Task) (idletest.Op, error) {
				a, b, limit, err := timedPair(task, 2000)
				if err != nil {
					return idletest.Op{}, err
				}
				if name != "Read" { // no room is left
					timer.Timeout(task, time.Second, func(task *edo.Task) (int, error) { return a.Write(task, filler) })
				}
				op := make(a)
				op.Close = []io.Closer{a, b}
				return op, limit.SetIdleTimeout(idleTime)
			})
		})
	}
}

// requireExpiry requires that fn fails by the limit after so long.
func requireExpiry(t *testing.T, task *edo.Task, fn func() error) {
	t.Helper()
	began := timer.Now(task)
	err := fn()
	if lasted := timer.Now(task).Sub(began); lasted != idleTime || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("ended after %v, want %v, with: %v", lasted, idleTime, err)
	}
}

// PollWrite gives the connection below what has room, and leaves the rest to a later operation.
func TestAFlushThatComesLateHasAllOfItsIdleTime(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b, limit, err := timedPair(task, 2000)
		if err != nil {
			return err
		}
		defer a.Close()
		defer b.Close()
		limit.SetIdleTimeout(idleTime)
		if n, err := aio.WriteAll(task, a, make([]byte, 4000)); n != 4000 || err != nil {
			t.Errorf("WriteAll = %d, %v", n, err)
		}
		timer.Sleep(task, time.Hour)
		requireExpiry(t, task, func() error { return aio.Flush(task, a) })
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A handshake of the server's side ends although its ticket has no room yet.
func TestAWriteAfterAHandshakeThatHasLeftItsTicketHasAllOfItsIdleTime(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		x, y := aio.Duplex(10)
		limit := aio.NewTimed(task, x)
		limit.SetIdleTimeout(idleTime)
		config := clientConfig()
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1) // it asks for a ticket
		connected := edo.Spawn(task, tlsconn.ConnectFuture(y, config))
		a, err := tlsconn.NewAcceptor(serverConfig(), tlsconn.HandshakeTimeout(0)).Accept(task, limit)
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := connected.Await(task) // which does not read the ticket
		if err != nil {
			return err
		}
		if a.Unsent() == 0 {
			t.Error("the ticket has gone out")
		}
		defer b.Close()
		timer.Sleep(task, time.Hour)
		requireExpiry(t, task, func() error { _, err := a.Write(task, make([]byte, 1000)); return err })
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
