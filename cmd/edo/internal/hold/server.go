package hold

import (
	"fmt"
	"io"
	"net"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// serve is the main task of a server.
func (p *part) serve(task *edo.Task, first order) error {
	// Connections end by a reset: then no port waits for minutes before the next run can
	// have it.
	options := []socket.Option{socket.Linger(0)}
	if first.Serve.Shared {
		options = append(options, socket.ReusePort())
	}
	l, err := socket.Listen(task, "tcp", first.Serve.Address.String(), options...)
	if err != nil {
		return err
	}
	var connections atomic.Int64
	edo.Go(task, func(task *edo.Task) error { return accept(task, l, &connections) }, edo.Name("accept"), edo.Owns(l))
	at := l.Addr().(*net.TCPAddr).AddrPort()
	if err := p.report(report{Listening: &at, Usage: p.usage(task, &measure{Collect: true}, 0)}); err != nil {
		return err
	}
	for o, err := range stream.All(task, p.orders) {
		if err != nil {
			return err
		}
		if o.Measure == nil {
			return fmt.Errorf("a server cannot do %+v", o)
		}
		if err := p.report(report{Usage: p.usage(task, o.Measure, int(connections.Load()))}); err != nil {
			return err
		}
	}
	return task.Err()
}

// accept spawns a task for each connection. The task does not own the connection, which
// costs some 300 bytes: an abort before it has begun would leave the connection open, and
// here no task is aborted.
func accept(task *edo.Task, l *socket.Listener, connections *atomic.Int64) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			defer conn.Close()
			connections.Add(1)
			echo(task, conn)
			connections.Add(-1)
			return nil
		})
	}
	return task.Err()
}

// echo answers with what it reads, to the end. A connection that breaks is not reported: its
// client gets no answer, and the parent counts. The buffer is small, because an idle
// connection keeps it; aio.Copy, which keeps none, goes deeper, and a coroutine then has a
// stack of 4 KB instead of 2.
func echo(task *edo.Task, conn *socket.Conn) error {
	var buf [messageSize]byte
	for {
		n, err := conn.Read(task, buf[:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := conn.Write(task, buf[:n]); err != nil {
			return err
		}
	}
}
