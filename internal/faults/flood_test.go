package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/tlsconn"
)

// serve answers each line with itself, on connections that it closes at the first error.
func serve(task *edo.Task, l *socket.Listener, open, highest *atomic.Int32) error {
	for {
		conn, err := l.Accept(task)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		n := open.Add(1)
		for h := highest.Load(); n > h && !highest.CompareAndSwap(h, n); h = highest.Load() {
		}
		edo.Go(task, func(task *edo.Task) error {
			defer conn.Close()
			defer open.Add(-1)
			lines := codec.NewFramed(conn, &codec.Lines{})
			for {
				line, err := lines.Recv(task)
				if err != nil {
					return nil
				}
				if err := lines.Send(task, line); err != nil {
					return nil
				}
			}
		})
	}
}

// ask sends a line and waits for the answer.
func ask(task *edo.Task, c *socket.Conn) error {
	if _, err := c.Write(task, []byte("word\n")); err != nil {
		return err
	}
	_, err := aio.ReadFull(task, c, make([]byte, 5))
	return err
}

// leave ends the input of the server, and waits until it has closed. The connection counts up to then.
func leave(task *edo.Task, c *socket.Conn) error {
	if err := c.CloseWrite(); err != nil {
		return err
	}
	_, err := c.Read(task, make([]byte, 1))
	return is("a read at the end", err, io.EOF)
}

// A thousand clients come at once to a server for ten. All are served in their turn.
func TestAFloodAgainstALimitIsServedInItsTurn(t *testing.T) {
	const most = 10
	clients := fewer(1000)
	really(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0", socket.Limit(most))
		if err != nil {
			return err
		}
		var open, highest atomic.Int32
		server := edo.Go(task, func(task *edo.Task) error { return serve(task, l, &open, &highest) })
		var all []*edo.JoinHandle[edo.Unit]
		for range clients {
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				c, err := socket.Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				defer reset(c) // no port stays in TIME_WAIT
				return ask(task, c)
			}))
		}
		for _, h := range all {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		if n := highest.Load(); n > most || n < 2 {
			return fmt.Errorf("up to %d connections were open, and the limit is %d", n, most)
		}
		l.Close()
		_, err = server.Await(task)
		return err
	})
}

// One address opens as many connections as it can, and keeps them. It gets its share, and a client
// from another address is served meanwhile.
func TestAFloodFromOneAddressLeavesRoomForOthers(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs the address 127.0.0.2")
	}
	const share = 5
	flood := fewer(300)
	everywhere(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp4", "127.0.0.1:0", socket.LimitPerAddress(share))
		if err != nil {
			return err
		}
		var open, highest atomic.Int32
		server := edo.Go(task, func(task *edo.Task) error { return serve(task, l, &open, &highest) })
		var kept, refused atomic.Int32
		var all []*edo.JoinHandle[edo.Unit]
		for range flood {
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				c, err := socket.Dial(task, "tcp4", l.Addr().String())
				if err != nil {
					return err
				}
				defer c.Close()
				switch _, err := c.Read(task, make([]byte, 1)); {
				case err == io.EOF || errors.Is(err, syscall.ECONNRESET):
					refused.Add(1)
				case errors.Is(err, edo.ErrCancelled):
					kept.Add(1)
				default:
					return err
				}
				return nil
			}))
		}
		d := &socket.Dialer{Options: []socket.Option{socket.LocalAddr(netip.MustParseAddrPort("127.0.0.2:0"))}}
		for range 10 {
			c, err := d.Dial(task, "tcp4", l.Addr().String())
			if err != nil {
				return err
			}
			err = ask(task, c)
			if err == nil {
				err = leave(task, c)
			}
			c.Close()
			if err != nil {
				return fmt.Errorf("the client from another address: %w", err)
			}
		}
		for int(refused.Load()) < flood-share {
			edo.Yield(task)
		}
		for _, h := range all {
			h.Abort()
		}
		for _, h := range all {
			if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
				return err
			}
		}
		if n := int(refused.Load()); n != flood-share {
			return fmt.Errorf("%d of %d were refused, and the share is %d", n, flood, share)
		}
		l.Close()
		_, err = server.Await(task)
		return err
	})
}

// A client that sends a byte every four seconds is not idle, and an idle limit of five lets it go
// on. The limit of a whole operation ends it, in every layer.
func TestAClientThatTricklesIsEndedByTheLimitOfTheOperation(t *testing.T) {
	const limit = 30 * time.Second
	cases := []struct {
		name    string
		receive func(task *edo.Task, c *socket.Conn, at time.Time) error
		want    error
	}{
		{"a deadline", func(task *edo.Task, c *socket.Conn, at time.Time) error {
			c.SetReadDeadline(at)
			_, err := aio.ReadFull(task, c, make([]byte, 100))
			return err
		}, os.ErrDeadlineExceeded},
		{"a time-out around Recv", func(task *edo.Task, c *socket.Conn, at time.Time) error {
			_, err := timer.Timeout(task, limit, func(task *edo.Task) (string, error) {
				return codec.NewFramed(c, &codec.Lines{}).Recv(task)
			})
			return err
		}, os.ErrDeadlineExceeded},
		{"a limit of handshakes", func(task *edo.Task, c *socket.Conn, at time.Time) error {
			_, err := tlsconn.NewAcceptor(serverConfig(), tlsconn.HandshakeTimeout(limit)).Accept(task, c)
			return err
		}, context.DeadlineExceeded},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := sim.Run(1, withEnds(func(task *edo.Task, a, b *socket.Conn) error {
				d, err := inside.Driver(task)
				if err != nil {
					return err
				}
				a.SetIdleTimeout(5 * time.Second)
				edo.Go(task, func(task *edo.Task) error { // 22, 3, 3, 3, …: what every receiver takes
					for text := []byte{22}; ; text = []byte{3} {
						if _, err := b.Write(task, text); err != nil {
							return nil
						}
						if err := timer.Sleep(task, 4*time.Second); err != nil {
							return nil
						}
					}
				})
				err = is("it", c.receive(task, a, d.Time(d.Now()).Add(limit)), c.want)
				if took := time.Duration(d.Now()); err == nil && took != limit {
					err = fmt.Errorf("it took %v, want %v", took, limit)
				}
				b.Close()
				return err
			}))
			if err != nil {
				t.Error(err)
			}
		})
	}
}
