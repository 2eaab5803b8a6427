package web_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// ends are both ends of a WebSocket over a real socket, with TLS or without.
type ends struct {
	server, client *web.Conn
}

// lower is what lies below a WebSocket.
type lower struct {
	name string
	on   func(task *edo.Task, server, client *socket.Conn) (x, y aio.ReadWriter, err error)
}

func lowers(t *testing.T) []lower {
	cert, pool := certificate(t)
	return []lower{
		{"TCP", func(_ *edo.Task, a, b *socket.Conn) (x, y aio.ReadWriter, err error) { return a, b, nil }},
		{"TLS", func(task *edo.Task, a, b *socket.Conn) (x, y aio.ReadWriter, err error) {
			accepted := edo.Spawn(task, tlsconn.NewAcceptor(&tls.Config{Certificates: []tls.Certificate{cert}}).AcceptFuture(a))
			y, err = tlsconn.Connect(task, b, &tls.Config{RootCAs: pool, ServerName: "example.com"})
			if err != nil {
				return nil, nil, err
			}
			x, err = accepted.Await(task)
			return x, y, err
		}},
	}
}

// onSockets runs fn with the sockets of a connection and what lies on them.
func onSockets(t *testing.T, fn func(task *edo.Task, of lower, a, b *socket.Conn) error) {
	for _, of := range lowers(t) {
		t.Run(of.name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				defer l.Close()
				for range 2 {
					b, err := socket.Dial(task, "tcp", l.Addr().String())
					if err != nil {
						return err
					}
					a, err := l.Accept(task)
					if err != nil {
						return err
					}
					err = fn(task, of, a, b)
					a.Close()
					b.Close()
					if err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}

// upgraded makes the handshake of a WebSocket.
func upgraded(task *edo.Task, of lower, a, b *socket.Conn) (*ends, error) {
	x, y, err := of.on(task, a, b)
	if err != nil {
		return nil, err
	}
	accepted := edo.Spawn(task, new(web.Acceptor).AcceptFuture(x))
	client, err := new(web.Dialer).Connect(task, y, "ws://example.com/")
	if err != nil {
		return nil, err
	}
	server, err := accepted.Await(task)
	return &ends{server, client}, err
}

// Whatever waits on a WebSocket ends when its task is aborted, its socket closed or reset by the
// peer, and says which of them it was.
func TestEveryOperationThatWaitsSaysWhatEndedIt(t *testing.T) {
	long := web.Binary(make([]byte, 1<<24)) // more than a socket has room for
	operations := []struct {
		name  string
		begin func(task *edo.Task, of lower, a, b *socket.Conn) (wait func(task *edo.Task) error, err error)
	}{
		{"Recv", func(task *edo.Task, of lower, a, b *socket.Conn) (func(*edo.Task) error, error) {
			e, err := upgraded(task, of, a, b)
			return func(task *edo.Task) error {
				_, err := e.server.Recv(task)
				return err
			}, err
		}},
		{"Send", func(task *edo.Task, of lower, a, b *socket.Conn) (func(*edo.Task) error, error) {
			e, err := upgraded(task, of, a, b)
			return func(task *edo.Task) error { return e.server.Send(task, long) }, err
		}},
		{"Close", func(task *edo.Task, of lower, a, b *socket.Conn) (func(*edo.Task) error, error) {
			e, err := upgraded(task, of, a, b)
			return func(task *edo.Task) error { return e.server.Close(task, web.CodeNormal, "") }, err
		}},
		{"Accept", func(task *edo.Task, of lower, a, b *socket.Conn) (func(*edo.Task) error, error) {
			x, _, err := of.on(task, a, b)
			return func(task *edo.Task) error {
				_, err := new(web.Acceptor).Accept(task, x)
				return err
			}, err
		}},
		{"Connect", func(task *edo.Task, of lower, a, b *socket.Conn) (func(*edo.Task) error, error) {
			x, _, err := of.on(task, a, b)
			return func(task *edo.Task) error {
				_, err := new(web.Dialer).Connect(task, x, "ws://example.com/")
				return err
			}, err
		}},
	}
	causes := []struct {
		name string
		end  func(h *edo.JoinHandle[edo.Unit], a, b *socket.Conn)
		want error
	}{
		{"aborted", func(h *edo.JoinHandle[edo.Unit], _, _ *socket.Conn) { h.Abort() }, edo.ErrCancelled},
		{"closed", func(_ *edo.JoinHandle[edo.Unit], a, _ *socket.Conn) { a.Close() }, net.ErrClosed},
		{"reset", func(_ *edo.JoinHandle[edo.Unit], _, b *socket.Conn) { b.SetLinger(0); b.Close() }, syscall.ECONNRESET},
	}
	for _, o := range operations {
		for _, c := range causes {
			t.Run(o.name+" "+c.name, func(t *testing.T) {
				onSockets(t, func(task *edo.Task, of lower, a, b *socket.Conn) error {
					wait, err := o.begin(task, of, a, b)
					if err != nil {
						return err
					}
					ended := make(chan error, 1)
					h := edo.Go(task, func(task *edo.Task) error {
						ended <- wait(task)
						return nil
					})
					tasktest.YieldTimes(task, 20)
					if h.Finished() {
						return fmt.Errorf("it did not wait: %w", <-ended)
					}
					c.end(h, a, b)
					h.Await(task)
					if err := <-ended; !errors.Is(err, c.want) {
						return fmt.Errorf("ended with %v, want %v", err, c.want)
					}
					return nil
				})
			})
		}
	}
}

// A message whose end does not come is an abnormal end, and its cause says whether the peer reset
// the connection or ended it. The message before it comes.
func TestAMessageThatIsCutSaysHow(t *testing.T) {
	pieces := [][]byte{
		masked(true, ws.OpText, "in the middle of a frame")[:9],
		masked(true, ws.OpText, "of a head")[:3],
		masked(false, ws.OpText, "of a message"),
	}
	for _, piece := range pieces {
		for _, resets := range []bool{false, true} {
			onSockets(t, func(task *edo.Task, of lower, a, b *socket.Conn) error {
				e, err := upgraded(task, of, a, b)
				if err != nil {
					return err
				}
				peer := e.client.Inner()
				if _, err := aio.WriteAll(task, peer, append(masked(true, ws.OpText, "whole"), piece...)); err != nil {
					return err
				}
				if err := aio.Flush(task, peer); err != nil {
					return err
				}
				wantMessage(t, task, e.server, web.Text("whole"))
				want := error(syscall.ECONNRESET)
				if resets {
					b.SetLinger(0)
					b.Close()
				} else {
					want = io.ErrUnexpectedEOF
					if err := b.CloseWrite(); err != nil {
						return err
					}
				}
				if end := wantEnd(t, task, e.server, web.CodeAbnormal); !errors.Is(end, want) {
					t.Errorf("behind %q, resets %v: the cause is %v, want %v", piece, resets, end.Err, want)
				}
				return nil
			})
		}
	}
}

// The peer takes a byte at a time. The sender waits, and each message comes whole.
func TestAPeerThatTakesSingleBytesGetsWholeMessages(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 1<<20)
	onSockets(t, func(task *edo.Task, of lower, a, b *socket.Conn) error {
		e, err := upgraded(task, of, a, b)
		if err != nil {
			return err
		}
		sends := edo.Go(task, func(task *edo.Task) error {
			for _, m := range []string{text, "short"} {
				if err := e.server.Send(task, web.Text(m)); err != nil {
					return err
				}
			}
			return nil
		})
		const slow = 500
		got := make([]byte, slow, len(text)+100)
		for i := range got {
			if n, err := aio.Read(task, e.client.Inner(), got[i:i+1]); n != 1 || err != nil {
				return fmt.Errorf("byte %d: %d, %v", i, n, err)
			}
		}
		if sends.Finished() {
			return errors.New("the sender did not wait")
		}
		first, second := unmasked(true, ws.OpText, text), unmasked(true, ws.OpText, "short")
		got = got[:len(first)+len(second)]
		if _, err := aio.ReadFull(task, e.client.Inner(), got[slow:]); err != nil {
			return err
		}
		if !bytes.Equal(got, append(first, second...)) {
			return errors.New("other bytes than were sent")
		}
		_, err = sends.Await(task)
		return err
	})
}

// Ten thousand connections end in all ways, in the handshake and after it, on either side. No
// goroutine and no descriptor is left.
func TestConnectionsThatEndInAllWaysLeaveNothing(t *testing.T) {
	rounds := 10_000
	if invariant.Enabled || testing.Short() { // a connection costs 5 times as much
		rounds = 600
	}
	of := lowers(t)
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		goroutines, files := 0, 0
		for i := range rounds {
			if i == 60 { // pools are filled, and TLS was there
				goroutines, files = runtime.NumGoroutine(), descriptors()
			}
			for k, of := range of {
				if k > 0 && i/6%8 != 0 { // handshakes of TLS take long
					continue
				}
				b, err := socket.Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				a, err := l.Accept(task)
				if err != nil {
					return err
				}
				if i%6 == 0 { // in the handshake
					if _, err := b.Write(task, []byte("GET / HTTP/1.1\r\nHost: x\r\n")); err != nil {
						return err
					}
					b.SetLinger(0)
					b.Close()
					if _, err := new(web.Acceptor).Accept(task, a); !errors.Is(err, syscall.ECONNRESET) {
						return fmt.Errorf("a handshake that was cut: %w", err)
					}
					continue
				}
				e, err := upgraded(task, of, a, b)
				if err != nil {
					return err
				}
				receives := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return e.server.Recv(task) })
				var closes *edo.JoinHandle[edo.Unit]
				switch i % 6 {
				case 1:
					edo.Yield(task)
					receives.Abort()
				case 2:
					b.SetLinger(0)
					e.client.Drop()
				case 3:
					a.Close()
				case 4:
					if err := e.client.Send(task, web.Text("word")); err != nil {
						return err
					}
				case 5:
					closes = edo.Go(task, func(task *edo.Task) error { return e.client.Close(task, web.CodeNormal, "") })
				}
				if m, err := receives.Await(task); (err == nil) != (i%6 == 4) {
					return fmt.Errorf("round %d: Recv = %q, %v", i, m.Data, err)
				}
				e.server.Drop()
				if closes == nil {
					e.client.Drop()
				} else if _, err := closes.Await(task); err != nil {
					return fmt.Errorf("round %d: Close: %w", i, err)
				}
			}
		}
		tasktest.YieldTimes(task, 50)
		if now := runtime.NumGoroutine(); now > goroutines+10 {
			t.Errorf("%d goroutines, %d before", now, goroutines)
		}
		if now := descriptors(); now > files {
			t.Errorf("%d descriptors, %d before", now, files)
		}
		return nil
	})
}

// descriptors returns how many descriptors the process has, or -1 where the system does not list them.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(entries)
}

// The handler of an upgraded connection is a task, and ends with the runtime. net/http, which has
// given the connection away, does not close it: the task that owns it does.
func TestTheEndOfTheRuntimeEndsUpgradedConnections(t *testing.T) {
	rt, err := edo.New(edo.Config{OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	waits := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := web.Upgrade(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		edo.Go(rt, func(task *edo.Task) error {
			close(waits)
			_, err := conn.Recv(task)
			return err
		}, edo.Owns(conn))
	}))
	defer server.Close()
	client, _, _, err := ws.Dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	<-waits
	if err := rt.Shutdown(t.Context()); err != nil && !errors.Is(err, edo.ErrCancelled) {
		t.Error(err)
	}
	if n, err := client.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the client reads %d, %v: the connection is still open", n, err)
	}
}
