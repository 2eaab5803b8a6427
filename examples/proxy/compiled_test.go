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

// A connection that waits is a coroutine in the plain build, and a frame in the compiled one.
func TestAConnectionCostsNoGoroutineWhenItIsCompiled(t *testing.T) {
	backend, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	go func() {
		for {
			conn, err := backend.Accept()
			if err != nil {
				return
			}
			go io.Copy(conn, conn)
		}
	}()
	rt, err := edo.New(trial.Quiet)
	if err != nil {
		t.Fatal(err)
	}
	l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limits := patient
	limits.drain = 0
	p := &proxy{pool: newPool([]string{backend.Addr().String()}), limits: limits, log: io.Discard}
	edo.Go(rt, func(task *edo.Task) error { return p.run(task, l) }, edo.Owns(l))
	const clients = 60
	for range clients {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "x"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	trial.RequireNoBodies(t, rt, clients)
	if err := rt.Shutdown(t.Context()); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, edo.ErrCancelled) {
		t.Error(err)
	}
}
