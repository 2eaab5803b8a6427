package tlsconn_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/tlsconn"
)

// abort cancels the task of h, and waits for its end.
func abort(t *testing.T, task *edo.Task, what string, h *edo.JoinHandle[edo.Unit]) {
	t.Helper()
	h.Abort()
	if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
		t.Errorf("%s: %v", what, err)
	}
}

func TestACancelledHandshakeClosesTheConnectionBelow(t *testing.T) {
	acceptor := tlsconn.NewAcceptor(serverConfig())
	forms := map[string]func(task *edo.Task, inner aio.ReadWriter) *edo.JoinHandle[edo.Unit]{
		"Accept": func(task *edo.Task, inner aio.ReadWriter) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error { _, err := acceptor.Accept(task, inner); return err })
		},
		"AcceptStep": func(task *edo.Task, inner aio.ReadWriter) *edo.JoinHandle[edo.Unit] {
			return tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
				done, _, err = acceptor.AcceptStep(task, st, inner)
				return done, err
			})
		},
		"Connect": func(task *edo.Task, inner aio.ReadWriter) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error { _, err := tlsconn.Connect(task, inner, clientConfig()); return err })
		},
		"ConnectStep": func(task *edo.Task, inner aio.ReadWriter) *edo.JoinHandle[edo.Unit] {
			return tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
				done, _, err = tlsconn.ConnectStep(task, st, inner, clientConfig())
				return done, err
			})
		},
	}
	for name, begin := range forms {
		err := sim.Run(1, func(task *edo.Task) error {
			x, y := aio.Duplex(1 << 12)
			h := begin(task, x)
			if err := timer.Sleep(task, time.Second); err != nil { // the handshake waits
				return err
			}
			abort(t, task, name, h)
			_, err := aio.ReadAll(task, y, nil) // to the end
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACancelledDialClosesItsSocket(t *testing.T) {
	forms := map[string]func(task *edo.Task, address string) *edo.JoinHandle[edo.Unit]{
		"Dial": func(task *edo.Task, address string) *edo.JoinHandle[edo.Unit] {
			return edo.Go(task, func(task *edo.Task) error {
				_, err := tlsconn.Dial(task, "tcp", address, clientConfig())
				return err
			})
		},
		"DialStep": func(task *edo.Task, address string) *edo.JoinHandle[edo.Unit] {
			return tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
				done, _, err = tlsconn.DialStep(task, st, "tcp", address, clientConfig())
				return done, err
			})
		},
	}
	for name, begin := range forms {
		err := sim.Run(1, func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			h := begin(task, l.Addr().String())
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			defer conn.Close()
			if _, err := aio.ReadFull(task, conn, make([]byte, 100)); err != nil { // of the client's first message
				return err
			}
			abort(t, task, name, h)
			_, err = aio.ReadAll(task, conn, nil) // to the end
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
