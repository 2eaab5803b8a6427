package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/socket"
)

// start serves rooms on this machine until the test ends.
func start(t *testing.T, wrap func(chat http.Handler) http.Handler) (rt *edo.Runtime, lines, pages string) {
	t.Helper()
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var listeners [2]*socket.Listener
	for i := range listeners {
		if listeners[i], err = socket.Listen(rt, "tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	rooms, closing := newRooms(), cancel.New()
	server := &http.Server{Handler: wrap(rooms.handler(rt, closing))}
	served := make(chan error, 1)
	go func() { served <- server.Serve(aio.NetListener(rt, listeners[1])) }()
	edo.Go(rt, func(task *edo.Task) error { return rooms.acceptLines(task, listeners[0], closing) }, edo.Owns(listeners[0]))
	t.Cleanup(func() {
		server.Close()
		if err := <-served; err != http.ErrServerClosed {
			t.Error(err)
		}
		if err := rt.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return rt, listeners[0].Addr().String(), listeners[1].Addr().String()
}

// dial connects, and sends the bytes of a client.
func dial(t *testing.T, addr, bytes string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, bytes); err != nil {
		t.Fatal(err)
	}
	return conn
}

// reads requires that text comes.
func reads(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	var got []byte
	for p := make([]byte, 4096); !bytes.Contains(got, []byte(text)); {
		n, err := conn.Read(p)
		if got = append(got, p[:n]...); err != nil {
			t.Fatalf("%v after %q, without %q", err, got, text)
		}
	}
}

const upgrade = "GET /chat HTTP/1.1\r\nHost: chat\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

// A client that waits is a coroutine in the plain build, and a frame in the compiled one.
func TestAClientCostsNoGoroutineWhenItIsCompiled(t *testing.T) {
	rt, lines, pages := start(t, func(chat http.Handler) http.Handler { return chat })
	before := runtime.NumGoroutine()
	const clients = 50 // of each kind
	for i := range clients {
		name := fmt.Sprint("lines", i)
		reads(t, dial(t, lines, name+"\n"), name+" has joined")
		name = fmt.Sprint("web", i)
		frame := append([]byte{0x81, 0x80 | byte(len(name)), 0, 0, 0, 0}, name...)
		reads(t, dial(t, pages, upgrade+string(frame)), name+" has joined")
	}
	trial.RequireNoBodies(t, rt, 2*clients)
	if !trial.IsCompiled(t, rt) {
		return
	}
	// The goroutines of net/http for the requests may still be about to end.
	for end := time.Now().Add(30 * time.Second); runtime.NumGoroutine()-before > clients/2; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d clients have %d goroutines", 2*clients, runtime.NumGoroutine()-before)
		}
	}
}

// Pages of other sites may not connect in the name of those who look at them.
func TestAPageOfAnotherOriginIsRefused(t *testing.T) {
	_, _, pages := start(t, func(chat http.Handler) http.Handler { return chat })
	conn := dial(t, pages, strings.Replace(upgrade, "\r\n", "\r\nOrigin: http://example.com\r\n", 1))
	reads(t, conn, "HTTP/1.1 403")
}
