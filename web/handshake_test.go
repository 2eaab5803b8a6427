package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// The request and the answer of section 1.3 of RFC 6455.
const (
	request = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
	accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// accept accepts what the client sends in pieces, and returns what it answers.
func accept(t *testing.T, task *edo.Task, a *web.Acceptor, pieces ...string) (conn *web.Conn, peer *raw, answer string, err error) {
	t.Helper()
	inner, other := aio.Duplex(1 << 16)
	peer = &raw{Pipe: other, task: task}
	accepts := edo.GoValue(task, func(task *edo.Task) (*web.Conn, error) { return a.Accept(task, inner) })
	for _, piece := range pieces {
		peer.write(t, []byte(piece))
		if err := edo.Yield(task); err != nil {
			return nil, nil, "", err
		}
	}
	for !strings.Contains(answer, "\r\n\r\n") {
		p := make([]byte, 1)
		if _, err := aio.Read(task, other, p); err != nil {
			break
		}
		answer += string(p)
	}
	if !strings.HasPrefix(answer, "HTTP/1.1 101") {
		other.CloseWrite()
	}
	conn, err = accepts.Await(task)
	return conn, peer, answer, err
}

func TestTheHandshakeIsThatOfTheRFC(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, _, answer, err := accept(t, task, &web.Acceptor{}, request+"\r\n")
		if err != nil {
			return err
		}
		defer conn.Drop()
		if !strings.HasPrefix(answer, "HTTP/1.1 101 ") || !strings.Contains(answer, accepted) || strings.Contains(answer, "Extensions") {
			t.Errorf("answered %q", answer)
		}
		return nil
	})
}

// What comes behind the head, also in the same segment, belongs to the WebSocket, however the
// input is split.
func TestNothingBehindTheHeadIsLost(t *testing.T) {
	input := request + "\r\n" + string(masked(true, ws.OpText, "early")) + string(masked(true, ws.OpText, "bird"))
	splits := [][]string{{input}, strings.Split(input, "")}
	for at := len(request) - 3; at < len(input); at++ {
		splits = append(splits, []string{input[:at], input[at:]})
	}
	for _, pieces := range splits {
		run(t, func(task *edo.Task) error {
			conn, _, _, err := accept(t, task, &web.Acceptor{}, pieces...)
			if err != nil {
				return err
			}
			defer conn.Drop()
			wantMessage(t, task, conn, web.Text("early"))
			wantMessage(t, task, conn, web.Text("bird"))
			return nil
		})
	}
}

func TestARequestThatIsNoHandshakeIsRefused(t *testing.T) {
	without := func(name string) string {
		var lines []string
		for line := range strings.SplitAfterSeq(request, "\r\n") {
			if !strings.HasPrefix(line, name) {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "")
	}
	for _, c := range []struct {
		name, request string
		want          int
	}{
		{"a page", without("Upgrade"), 426},
		{"no Connection", without("Connection"), 400},
		{"no key", without("Sec-WebSocket-Key"), 400},
		{"a short key", strings.Replace(request, "dGhl", "", 1), 400},
		{"no version", without("Sec-WebSocket-Version"), 400},
		{"version 12", strings.Replace(request, ": 13", ": 12", 1), 426},
		{"no host", without("Host"), 400},
		{"POST", strings.Replace(request, "GET", "POST", 1), 405},
		{"HTTP/1.0", strings.Replace(request, "HTTP/1.1", "HTTP/1.0", 1), 505},
		{"no HTTP", "hello\r\n", 400},
		{"a long head", request + "X: " + strings.Repeat("x", 8<<10), 431},
		{"another origin", request + "Origin: https://evil.example\r\n", 403},
		{"the origin null", request + "Origin: null\r\n", 403},
		{"two origins", request + "Origin: https://server.example.com\r\nOrigin: https://evil.example\r\n", 403},
		{"its own origin as a prefix", request + "Origin: https://server.example.com.evil.example\r\n", 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				_, peer, answer, err := accept(t, task, &web.Acceptor{}, c.request+"\r\n")
				var refused *web.RefusedError
				if !errors.As(err, &refused) || refused.Status != c.want {
					t.Fatalf("Accept = %v, want status %d", err, c.want)
				}
				if want := fmt.Sprintf("HTTP/1.1 %d ", c.want); !strings.HasPrefix(answer, want) {
					t.Errorf("answered %q, want %q", answer, want)
				}
				if c.want == 426 && !strings.Contains(answer, "Sec-WebSocket-Version: 13\r\n") {
					t.Errorf("the answer %q does not name the version", answer)
				}
				if _, err := aio.ReadAll(task, peer.Pipe, nil); err != nil {
					t.Errorf("the connection was not ended: %v", err)
				}
				return nil
			})
		})
	}
}

func TestOriginsThatAreNamedMayConnect(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		origin   string
		want     bool
	}{
		{nil, "https://server.example.com", true},
		{nil, "https://SERVER.example.com", true},
		{nil, "https://server.example.com:8080", false},
		{[]string{"*.friends.example"}, "https://a.friends.example", true},
		{[]string{"*.friends.example"}, "https://friends.example", false},
		{[]string{"https://a.example"}, "https://a.example", true},
		{[]string{"https://a.example"}, "http://a.example", false},
		{[]string{"*"}, "https://any.example", true},
		{[]string{"["}, "https://any.example", false},
	} {
		run(t, func(task *edo.Task) error {
			conn, _, _, err := accept(t, task, &web.Acceptor{Origins: c.patterns}, request+"Origin: "+c.origin+"\r\n\r\n")
			if (err == nil) != c.want {
				t.Errorf("%v, %s: %v", c.patterns, c.origin, err)
			}
			if conn != nil {
				conn.Drop()
			}
			return nil
		})
	}
}

func TestCheckSeesTheRequestAndRefuses(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{{errors.New("no"), 403}, {&web.RefusedError{Status: 401, Reason: "who are you?"}, 401}, {&web.RefusedError{}, 403}} {
		run(t, func(task *edo.Task) error {
			a := &web.Acceptor{Check: func(r *http.Request) error {
				if r.URL.Path != "/chat" || r.Host != "server.example.com" {
					t.Errorf("the request is %s %s", r.Host, r.URL)
				}
				return c.err
			}}
			_, _, _, err := accept(t, task, a, request+"\r\n")
			var refused *web.RefusedError
			if !errors.As(err, &refused) || refused.Status != c.want {
				t.Errorf("Accept = %v, want %d", err, c.want)
			}
			return nil
		})
	}
}

func TestTheSidesAgreeOnASubprotocol(t *testing.T) {
	for _, c := range []struct {
		client, server []string
		want           string
	}{
		{[]string{"a", "b"}, []string{"b", "a"}, "a"},
		{[]string{"a", "b"}, []string{"b"}, "b"},
		{[]string{"a"}, []string{"b"}, ""},
		{nil, []string{"b"}, ""},
		{[]string{"a"}, nil, ""},
	} {
		run(t, func(task *edo.Task) error {
			x, y := aio.Duplex(1 << 12)
			a := &web.Acceptor{Subprotocols: c.server, Header: http.Header{"X-Server": {"edo"}}}
			accepts := edo.GoValue(task, func(task *edo.Task) (*web.Conn, error) { return a.Accept(task, x) })
			d := &web.Dialer{Subprotocols: c.client}
			client, err := d.Connect(task, y, "ws://example.com/")
			if err != nil {
				return err
			}
			defer client.Drop()
			server, err := accepts.Await(task)
			if err != nil {
				return err
			}
			defer server.Drop()
			if client.Subprotocol() != c.want || server.Subprotocol() != c.want {
				t.Errorf("%v, %v: %q and %q", c.client, c.server, client.Subprotocol(), server.Subprotocol())
			}
			return nil
		})
	}
}

func TestAClientRefusesAnAnswerThatIsNoHandshake(t *testing.T) {
	const head = "HTTP/1.1 101 Switching Protocols\r\n"
	for _, answer := range []string{
		"hello\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
		head + "\r\n",
		head + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accepted + "\r\n\r\n",
		head + "X: " + strings.Repeat("x", 9000) + "\r\n\r\n",
		"",
	} {
		run(t, func(task *edo.Task) error {
			x, y := aio.Duplex(1 << 16)
			connects := edo.GoValue(task, func(task *edo.Task) (*web.Conn, error) {
				return new(web.Dialer).Connect(task, x, "ws://example.com/")
			})
			if _, err := aio.WriteAll(task, y, []byte(answer)); err != nil {
				return err
			}
			aio.Shutdown(task, y)
			if _, err := connects.Await(task); err == nil {
				t.Errorf("%.60q was accepted", answer)
			}
			if _, err := aio.ReadAll(task, y, nil); err != nil {
				t.Errorf("%.60q: the connection was not closed: %v", answer, err)
			}
			return nil
		})
	}
}

func TestAURLThatIsNoneOfAWebSocketIsAnError(t *testing.T) {
	run(t, func(task *edo.Task) error {
		for _, url := range []string{"", "ftp://example.com", "ws://", "://"} {
			if _, err := web.Dial(task, url); err == nil {
				t.Errorf("Dial(%q) has an error", url)
			}
		}
		return nil
	})
}

func TestAHandshakeThatTakesTooLongEnds(t *testing.T) {
	run(t, func(task *edo.Task) error {
		x, y := aio.Duplex(1 << 12)
		if _, err := aio.WriteAll(task, y, []byte(request)); err != nil {
			return err
		}
		a := &web.Acceptor{HandshakeTimeout: time.Millisecond}
		if _, err := a.Accept(task, x); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Accept = %v", err)
		}
		if n, err := aio.Read(task, y, make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("the connection was not closed: %d, %v", n, err)
		}
		return nil
	})
}

func TestACancelledHandshakeClosesTheConnection(t *testing.T) {
	run(t, func(task *edo.Task) error {
		for _, fn := range []func(*edo.Task, aio.ReadWriter) (*web.Conn, error){
			new(web.Acceptor).Accept,
			func(task *edo.Task, inner aio.ReadWriter) (*web.Conn, error) {
				return new(web.Dialer).Connect(task, inner, "ws://example.com/")
			},
		} {
			x, y := aio.Duplex(1 << 12)
			h := edo.GoValue(task, func(task *edo.Task) (*web.Conn, error) { return fn(task, x) })
			if err := edo.Yield(task); err != nil {
				return err
			}
			h.Abort()
			if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("%v", err)
			}
			if _, err := aio.ReadAll(task, y, nil); err != nil {
				t.Errorf("the connection was not closed: %v", err)
			}
		}
		return nil
	})
}
