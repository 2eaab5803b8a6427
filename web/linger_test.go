package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/web"
)

const upgradeHead = "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

// refusals are requests that are refused, each with its status.
var refusals = []struct {
	name, head string
	status     int
}{
	{"no HTTP", "hello\r\n\r\n", 400},
	{"no key", strings.Replace(upgradeHead, "Sec-WebSocket-Key", "X", 1) + "\r\n", 400},
	{"no upgrade", "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 426},
	{"another origin", upgradeHead + "Origin: https://evil.example\r\n\r\n", 403},
	{"a limit", upgradeHead + "Cookie: full\r\n\r\n", 503},
	{"a long head", upgradeHead + "Cookie: " + strings.Repeat("x", 9000) + "\r\n\r\n", 431},
}

// full refuses a client, because of a limit.
var full = &web.Acceptor{Check: func(r *http.Request) error {
	if r.Header.Get("Cookie") == "full" {
		return &web.RefusedError{Status: 503, Reason: "there are too many"}
	}
	return nil
}}

// wantRefused requires that Accept has refused.
func wantRefused(t *testing.T, c *web.Conn, err error, status int) {
	t.Helper()
	var refused *web.RefusedError
	if c != nil || !errors.As(err, &refused) || refused.Status != status {
		t.Errorf("Accept = %v, %v; want a refusal with %d", c, err, status)
	}
}

// A client that sends more than the head of a request that is refused, on a real socket, gets the whole
// answer and then the end. Its own writes are no error before, while or after that: there is no reset.
func TestTheAnswerThatRefusesArrives(t *testing.T) {
	web.SetLingerTime(t, time.Hour)
	rt := newRuntime(t)
	var l *socket.Listener
	err := edo.Block(rt, t.Context(), func(task *edo.Task) (err error) {
		l, err = socket.Listen(task, "tcp", "127.0.0.1:0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			for range 10 {
				accepts := edo.GoValue(rt, func(task *edo.Task) (*web.Conn, error) {
					tcp, err := l.Accept(task)
					if err != nil {
						return nil, err
					}
					return full.Accept(task, tcp)
				})
				client, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.WriteString(client, c.head+strings.Repeat("more ", 20_000)); err != nil {
					t.Errorf("the client's Write = %v", err)
				}
				answer, err := io.ReadAll(client)
				if want := fmt.Sprintf("HTTP/1.1 %d ", c.status); err != nil || !bytes.HasPrefix(answer, []byte(want)) || !bytes.HasSuffix(answer, []byte("\n")) {
					t.Fatalf("the client has read %q, %v", answer, err)
				}
				for range 100 {
					if _, err := io.WriteString(client, strings.Repeat("more ", 200)); err != nil {
						t.Fatalf("the client's Write behind the answer = %v", err)
					}
				}
				client.Close()
				edo.Block(rt, t.Context(), func(task *edo.Task) error {
					conn, err := accepts.Await(task)
					wantRefused(t, conn, err, c.status)
					return nil
				})
			}
		})
	}
}

// A client that was refused and does not close holds its connection for two seconds, and one that sends
// on and on until it has sent 256 KiB.
func TestAClientThatWasRefusedIsNotWaitedForLong(t *testing.T) {
	for _, sends := range []bool{false, true} {
		err := sim.Run(1, func(task *edo.Task) error {
			a, b := aio.Duplex(1000)
			defer b.Close()
			sent := 0
			if _, err := aio.WriteAll(task, b, []byte("hello\r\n\r\n")); err != nil {
				return err
			}
			client := edo.Go(task, func(task *edo.Task) error {
				for sends {
					n, err := aio.WriteAll(task, b, make([]byte, 1000))
					if sent += n; err != nil {
						return nil
					}
				}
				return nil
			})
			began := timer.Now(task)
			conn, err := new(web.Acceptor).Accept(task, a)
			wantRefused(t, conn, err, 400)
			took := timer.Now(task).Sub(began)
			if sends && (took > time.Second || sent < 256<<10 || sent > 260<<10) {
				t.Errorf("it took %v, and the client has sent %d bytes", took, sent)
			}
			if !sends && (took < 2*time.Second || took > 2*time.Second+100*time.Millisecond) {
				t.Errorf("it took %v, want two seconds", took)
			}
			if _, err := client.Await(task); err != nil {
				return err
			}
			p, err := aio.ReadAll(task, b, nil)
			if !bytes.HasPrefix(p, []byte("HTTP/1.1 400")) || err != nil {
				t.Errorf("the client has read %q, %v", p, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// The refusal is what is reported when the time of the handshake ends meanwhile.
func TestARefusalIsReportedAlsoWhenTheHandshakeTakesTooLong(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(1000)
		defer b.Close()
		if _, err := aio.WriteAll(task, b, []byte("hello\r\n\r\n")); err != nil {
			return err
		}
		conn, err := (&web.Acceptor{HandshakeTimeout: time.Second}).Accept(task, a)
		wantRefused(t, conn, err, 400)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A task that is cancelled while it waits for the client's end drops the connection.
func TestACancelledRefusalDropsTheConnection(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(1000)
		defer b.Close()
		if _, err := aio.WriteAll(task, b, []byte("hello\r\n\r\n")); err != nil {
			return err
		}
		h := edo.Go(task, func(task *edo.Task) error { _, err := new(web.Acceptor).Accept(task, a); return err })
		tasktest.YieldTimes(task, 20)
		if h.Finished() {
			t.Error("Accept has not waited for the client's end")
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("Accept = %v", err)
		}
		if _, err := aio.WriteAll(task, b, []byte("more")); err == nil {
			t.Error("the connection is open")
		}
		return nil
	})
}
