package main

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/socket"
)

// A client that waits, for its next command or in one, is a coroutine in the plain build, and a frame
// in the compiled one.
func TestAClientCostsNoGoroutineWhenItIsCompiled(t *testing.T) {
	rt, err := edo.New(trial.Quiet)
	if err != nil {
		t.Fatal(err)
	}
	l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	edo.Go(rt, func(task *edo.Task) error { return serve(task, l) }, edo.Owns(l))
	const clients = 20 // of each kind
	for range clients {
		for _, waits := range []string{"", "BLPOP q 0\r\n", "SUBSCRIBE c\r\n"} {
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, "PING\r\n"+waits); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(conn, make([]byte, len("+PONG\r\n"))); err != nil {
				t.Fatal(err)
			}
		}
	}
	trial.RequireNoBodies(t, rt, 3*clients)
	if err := rt.Shutdown(t.Context()); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, edo.ErrCancelled) {
		t.Error(err)
	}
}
