package faults_test

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// hello is the beginning of a client's first message.
const hello = "\x16\x03\x01\x02\x00\x01"

// A server for five connections has clients that begin something and never end it: they take every
// place, and more of them wait in the queue. The limit of time, in the layer that waits for them, gives
// the places back, and the client that came last is served.
func TestClientsThatBeginAndWaitGiveTheirPlacesBack(t *testing.T) {
	const most, slow = 5, 17
	const limit = 20 * time.Millisecond // of the slow ones; a good client that is late comes again
	for _, c := range []struct {
		name, begins string
		accept       func(task *edo.Task, c *socket.Conn) (aio.ReadWriter, error)
		connect      func(task *edo.Task, c *socket.Conn) (aio.ReadWriter, error)
	}{
		{"an idle limit", "half a li", func(_ *edo.Task, c *socket.Conn) (aio.ReadWriter, error) {
			return c, c.SetIdleTimeout(limit)
		}, func(_ *edo.Task, c *socket.Conn) (aio.ReadWriter, error) { return c, nil }},
		{"an idle limit around it", "half a li", func(task *edo.Task, c *socket.Conn) (aio.ReadWriter, error) {
			timed := aio.NewTimed(task, c)
			timed.SetIdleTimeout(limit)
			return timed, nil
		}, func(_ *edo.Task, c *socket.Conn) (aio.ReadWriter, error) { return c, nil }},
		{"a limit of handshakes", hello, func(task *edo.Task, c *socket.Conn) (aio.ReadWriter, error) {
			return tlsconn.NewAcceptor(serverConfig(), tlsconn.HandshakeTimeout(limit)).Accept(task, c)
		}, func(task *edo.Task, c *socket.Conn) (aio.ReadWriter, error) {
			return tlsconn.Connect(task, c, clientConfig())
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			everywhere(t, func(task *edo.Task) error {
				l, err := socket.Listen(task, "tcp", "127.0.0.1:0", socket.Limit(most))
				if err != nil {
					return err
				}
				defer l.Close()
				var ended atomic.Int32 // connections that have given nothing
				server := edo.Go(task, func(task *edo.Task) error {
					return acceptAll(task, l, func(task *edo.Task, conn *socket.Conn) {
						rw, err := c.accept(task, conn)
						if err != nil {
							ended.Add(1)
							return
						}
						lines := codec.NewFramed(rw, &codec.Lines{})
						line, err := lines.Recv(task)
						if err != nil {
							ended.Add(1)
							return
						}
						lines.Send(task, line)
					})
				})
				for range slow {
					conn, err := socket.Dial(task, "tcp", l.Addr().String())
					if err != nil {
						return err
					}
					defer reset(conn)
					if _, err := conn.Write(task, []byte(c.begins)); err != nil {
						return err
					}
				}
				served := func() error {
					conn, err := socket.Dial(task, "tcp", l.Addr().String())
					if err != nil {
						return err
					}
					defer reset(conn)
					rw, err := c.connect(task, conn)
					if err != nil {
						return err
					}
					lines := codec.NewFramed(rw, &codec.Lines{})
					if err := lines.Send(task, "word"); err != nil {
						return err
					}
					line, err := lines.Recv(task)
					if err == nil && line != "word" {
						err = fmt.Errorf("got %q", line)
					}
					return err
				}
				for err = served(); err != nil; err = served() {
					if err := task.Err(); err != nil {
						return err
					}
				}
				if n := ended.Load(); n < slow-most+1 {
					return fmt.Errorf("it was served after %d of %d slow ones, and %d have a place", n, slow, most)
				}
				l.Close()
				_, err = server.Await(task)
				return err
			})
		})
	}
}

// acceptAll has a task handle each connection, and returns when the listener is closed.
func acceptAll(task *edo.Task, l *socket.Listener, handle func(task *edo.Task, conn *socket.Conn)) error {
	for {
		conn, err := l.Accept(task)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			defer conn.Close()
			handle(task, conn)
			return nil
		})
	}
}

// handshakes counts those that are under way.
type handshakes struct{ now, highest atomic.Int32 }

// shaken is the connection below a handshake, which is under way from the first read to the one that
// gets the answer to what was written.
type shaken struct {
	*socket.Conn
	of                   *handshakes
	reads, writes, ended bool
}

func (s *shaken) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !s.reads {
		s.reads = true
		n := s.of.now.Add(1)
		for h := s.of.highest.Load(); n > h && !s.of.highest.CompareAndSwap(h, n); h = s.of.highest.Load() {
		}
	}
	n, poll, err := s.Conn.PollRead(cx, p)
	if poll != edo.Pending && s.writes && !s.ended {
		s.ended = true
		s.of.now.Add(-1)
	}
	return n, poll, err
}

func (s *shaken) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	s.writes = true
	return s.Conn.PollWrite(cx, p)
}

// A hundred clients of TLS come at once to a server that makes four handshakes at a time. All are served.
func TestAFloodOfHandshakesIsServedInItsTurn(t *testing.T) {
	const most = 4
	clients := fewer(100)
	really(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		var of handshakes
		acceptor := tlsconn.NewAcceptor(serverConfig(), tlsconn.MaxHandshakes(most), tlsconn.HandshakeTimeout(time.Minute))
		server := edo.Go(task, func(task *edo.Task) error {
			return acceptAll(task, l, func(task *edo.Task, conn *socket.Conn) {
				secure, err := acceptor.Accept(task, &shaken{Conn: conn, of: &of})
				if err != nil {
					t.Error(err)
					return
				}
				defer secure.Close()
				aio.Copy(task, secure, secure)
			})
		})
		var all []*edo.JoinHandle[edo.Unit]
		for range clients {
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				c, err := tlsconn.Dial(task, "tcp", l.Addr().String(), clientConfig())
				if err != nil {
					return err
				}
				defer c.Close()
				if _, err := c.Write(task, []byte("word")); err != nil {
					return err
				}
				_, err = aio.ReadFull(task, c, make([]byte, 4))
				return err
			}))
		}
		for _, h := range all {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		if n := of.highest.Load(); n > most || n < 2 {
			return fmt.Errorf("%d handshakes ran at a time, and the limit is %d", n, most)
		}
		l.Close()
		_, err = server.Await(task)
		return err
	})
}
