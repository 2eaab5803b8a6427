package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

// everywhere runs a test in the simulator under many seeds, where a connection holds 4 KiB,
// and with real sockets on several workers.
func everywhere(t *testing.T, seeds int, main func(task *edo.Task) error) {
	t.Helper()
	t.Run("simulated", func(t *testing.T) { simulated(t, seeds, main) })
	t.Run("real", func(t *testing.T) {
		config := trial.Quiet
		config.Workers = 4
		for range 3 {
			if err := edo.Run(main, edo.WithConfig(config)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func simulated(t *testing.T, seeds int, main func(task *edo.Task) error) {
	t.Helper()
	sim.Explore(t, seeds, func(seed uint64) error {
		return sim.Run(seed, main, sim.WithConfig(sim.Config{Window: 4 << 10, Runtime: trial.Quiet}))
	})
}

// patient are limits that no test reaches.
var patient = limits{connect: time.Hour, idle: time.Hour, check: time.Hour, drain: time.Hour}

// within runs a proxy for some backends, as long as use does, and then asks it to end.
func within(task *edo.Task, p *proxy, use func(addr string) error, options ...socket.Option) error {
	if p.log == nil {
		p.log = io.Discard
	}
	l, err := socket.Listen(task, "tcp", "127.0.0.1:0", options...)
	if err != nil {
		return err
	}
	running := edo.Go(task, func(task *edo.Task) error { return p.run(task, l) }, edo.Owns(l))
	err = use(l.Addr().String())
	running.Abort()
	if _, ended := running.Await(task); !errors.Is(ended, edo.ErrCancelled) {
		err = errors.Join(err, fmt.Errorf("the proxy ended with %v", ended))
	}
	return err
}

// backendHost is an address that no client is bound to: so a port of it that was given up
// is free until a backend comes back to it.
var backendHost = map[bool]string{true: "127.0.0.2", false: "127.0.0.1"}[runtime.GOOS == "linux"]

// listen starts a backend, which has each connection served by a task of its own. stop ends
// it: it accepts no more.
func listen(task *edo.Task, port string, serve func(task *edo.Task, conn *socket.Conn) error) (addr string, stop func() error, err error) {
	l, err := socket.Listen(task, "tcp", backendHost+":"+port)
	if err != nil {
		return "", nil, err
	}
	accepting := edo.Go(task, func(task *edo.Task) error {
		for conn, err := range stream.All(task, l.Incoming()) {
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error { return serve(task, conn) }, edo.Owns(conn))
		}
		return task.Err()
	}, edo.Owns(l), edo.Daemon())
	return l.Addr().String(), func() error {
		accepting.Abort()
		if _, err := accepting.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return err
		}
		return nil
	}, nil
}

// echo sends back what it receives, after a line with a name. A check is gone by then, and an
// error is no more than that.
func echo(name string) func(task *edo.Task, conn *socket.Conn) error {
	return func(task *edo.Task, conn *socket.Conn) error {
		if _, err := conn.Write(task, []byte(name+"\n")); err == nil {
			aio.Copy(task, conn, conn)
		}
		return nil
	}
}

// startEcho starts so many backends.
func startEcho(task *edo.Task, n int) (addrs []string, err error) {
	for i := range n {
		addr, _, err := listen(task, "0", echo(fmt.Sprint("backend ", i)))
		if err != nil {
			return nil, err
		}
		addrs = append(addrs, addr)
	}
	return addrs, nil
}

// greeting connects to addr, and returns the connection and the line that comes first.
func greeting(task *edo.Task, addr string) (*socket.Conn, string, error) {
	conn, err := socket.Dial(task, "tcp", addr)
	if err != nil {
		return nil, "", err
	}
	line := make([]byte, len("backend 0\n"))
	if _, err := aio.ReadFull(task, conn, line); err != nil {
		conn.Close()
		return nil, "", err
	}
	return conn, strings.TrimSpace(string(line)), nil
}

// numbersOf are the first numbers of p.
func numbersOf(p *proxy) string {
	n := &p.numbers
	return fmt.Sprint("served ", n.served.Load(), " cut ", n.cut.Load(), " refused ", n.refused.Load(), " up ", n.up.Load(), " down ", n.down.Load())
}

// events are the lines of a log, as they come.
type events struct {
	rx *mpsc.Receiver[string]
	tx *mpsc.Sender[string]
}

func newEvents() *events {
	tx, rx := mpsc.NewUnbounded[string]()
	return &events{rx, tx}
}

func (e *events) Write(p []byte) (int, error) {
	return len(p), e.tx.TrySend(string(p))
}

// expect waits for a line, which must contain these words.
func (e *events) expect(task *edo.Task, words ...string) error {
	line, err := e.rx.Recv(task)
	for _, word := range words {
		if err == nil && !strings.Contains(line, word) {
			err = fmt.Errorf("the log says %q, not %q", line, word)
		}
	}
	return err
}

func (e *events) Close() {
	e.tx.Close()
	e.rx.Close()
}
