package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/faults/wire"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/web"
)

// across returns both ends of a WebSocket over the wire.
func across(task *edo.Task, of lower, near, far string) (*ends, error) {
	l, err := socket.Listen(task, "tcp", net.JoinHostPort(near, "0"))
	if err != nil {
		return nil, err
	}
	defer l.Close()
	b, err := socket.Dial(task, "tcp", net.JoinHostPort(far, strconv.Itoa(l.Addr().(*net.TCPAddr).Port)))
	if err != nil {
		return nil, err
	}
	a, err := l.Accept(task)
	if err != nil {
		return nil, err
	}
	return upgraded(task, of, a, b)
}

// Messages of all lengths come whole and in their order, both ways, whatever the network does, and
// the connection ends by its close frame.
func TestMessagesAreWholeOverABadNetwork(t *testing.T) {
	w := wire.New(t)
	if w == nil {
		return
	}
	r := rand.New(rand.NewPCG(1, 2))
	messages := make([]web.Message, 60)
	for i := range messages {
		messages[i] = web.Binary(bytes.Repeat([]byte{byte(i)}, 1<<(i%15)))
	}
	for _, bad := range wire.Weather {
		w.Behave(bad.Of(r))
		run(t, func(task *edo.Task) error {
			var all []*edo.JoinHandle[edo.Unit]
			for _, of := range lowers(t) {
				for _, at := range wire.Families {
					all = append(all, edo.Go(task, func(task *edo.Task) error {
						e, err := across(task, of, at.Near, at.Far)
						if err != nil {
							return fmt.Errorf("%s to %s: %w", of.name, at.Far, err)
						}
						defer e.server.Drop()
						defer e.client.Drop()
						return exchange(task, e, messages)
					}))
				}
			}
			for _, h := range all {
				if _, err := h.Await(task); err != nil {
					return fmt.Errorf("%s: %w", bad.Name, err)
				}
			}
			return nil
		})
	}
}

// exchange sends messages each way at the same time, and then closes.
func exchange(task *edo.Task, e *ends, messages []web.Message) error {
	send := func(c *web.Conn) *edo.JoinHandle[edo.Unit] {
		return edo.Go(task, func(task *edo.Task) error {
			for _, m := range messages {
				if err := c.Send(task, m); err != nil {
					return err
				}
			}
			return nil
		})
	}
	receive := func(c *web.Conn) *edo.JoinHandle[edo.Unit] {
		return edo.Go(task, func(task *edo.Task) error {
			for i, want := range messages {
				if m, err := c.Recv(task); err != nil || !bytes.Equal(m.Data, want.Data) {
					return fmt.Errorf("message %d has %d bytes, want %d: %w", i, len(m.Data), len(want.Data), err)
				}
			}
			return nil
		})
	}
	for _, h := range []*edo.JoinHandle[edo.Unit]{send(e.server), send(e.client), receive(e.server), receive(e.client)} {
		if _, err := h.Await(task); err != nil {
			return err
		}
	}
	ends := edo.Go(task, func(task *edo.Task) error {
		if _, err := e.server.Recv(task); err != io.EOF {
			return fmt.Errorf("the end of the server: %v", err)
		}
		e.server.Drop()
		return nil
	})
	if err := e.client.Close(task, web.CodeNormal, ""); err != nil {
		return err
	}
	_, err := ends.Await(task)
	return err
}

// A peer that has vanished answers no ping: the limit of idleness ends the connection, to a receiver
// as an abnormal end, and to a sender as well.
func TestAPeerThatVanishesIsNoticedByTheIdleTimeout(t *testing.T) {
	w := wire.New(t)
	if w == nil {
		return
	}
	for _, of := range lowers(t) {
		for _, at := range wire.Families {
			w.Behave(nil)
			run(t, func(task *edo.Task) error {
				e, err := across(task, of, at.Near, at.Far)
				if err != nil {
					return err
				}
				defer e.client.Drop()
				defer e.server.Drop()
				if err := e.server.SetIdleTimeout(50 * time.Millisecond); err != nil {
					return err
				}
				w.Cut()
				_, err = e.server.Recv(task)
				var closed *web.CloseError
				if !errors.As(err, &closed) || closed.Code != web.CodeAbnormal || !errors.Is(err, os.ErrDeadlineExceeded) {
					return fmt.Errorf("%s to %s: Recv = %v, want code 1006 and a deadline", of.name, at.Far, err)
				}
				if _, err := e.server.Recv(task); err != io.EOF {
					return fmt.Errorf("%s to %s: the next Recv = %v", of.name, at.Far, err)
				}
				return nil
			})
		}
	}
}
