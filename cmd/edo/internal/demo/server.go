package demo

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// request is a message to the coordinator. It has nothing but the sender for the reply.
type request = *oneshot.Sender[time.Duration]

// transport is a connection of frames that begin with their length.
type transport = codec.Framed[[]byte, []byte]

func newTransport(conn *socket.Conn) *transport {
	return codec.NewFramed(conn, &codec.LengthDelimited{})
}

var ping, pong = []byte("ping"), []byte("pong")

// readSize is how many bytes a handler reads at a time. The handler keeps the buffer while
// its connection lives.
const readSize = 4 << 10

// accept spawns a task for each connection of l, until l is closed. Each sends
// its counts through a clone of tx.
func accept(task *edo.Task, l *socket.Listener, tx *mpsc.Sender[int]) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return unlessClosed(err)
		}
		tx := tx.Clone()
		edo.Go(task, func(task *edo.Task) error { return handle(task, conn, tx) },
			edo.Name("handler"), edo.Owns(conn, tx))
	}
	return task.Err()
}

// handle counts the bytes that a connection sends, to its end. It closes the connection,
// which tells the client that all bytes were counted.
func handle(task *edo.Task, conn *socket.Conn, tx *mpsc.Sender[int]) error {
	buf := make([]byte, readSize)
	for {
		n, err := conn.Read(task, buf)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.Send(task, n); err != nil {
			return err
		}
	}
}

// count adds up the counts of the handlers, until the last of them has ended.
func (d *demo) count(rx *mpsc.Receiver[int]) edo.Future[edo.Unit] {
	return stream.ForEach(rx, func(n int) error {
		d.counted.Add(int64(n))
		return nil
	})
}

// answerPings is the server at the other end of the coordinator's transport: a
// future without a stack while nothing comes in, and straight-line code for each
// frame.
func answerPings(task *edo.Task, l *socket.Listener) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return unlessClosed(err)
		}
		t := newTransport(conn)
		edo.Spawn(task, stream.ForEachTask(t, func(task *edo.Task, frame []byte) error {
			if !bytes.Equal(frame, ping) {
				return fmt.Errorf("got %q instead of a ping", frame)
			}
			return t.Send(task, pong)
		}), edo.Name("pongs"))
	}
	return task.Err()
}

// coordinate owns the transport, and answers one request after the other. Its clock
// starts when it receives the request.
func (d *demo) coordinate(task *edo.Task, t *transport, rx *mpsc.Receiver[request]) error {
	for reply, err := range stream.All(task, rx) {
		if err != nil {
			return err
		}
		start := time.Now()
		err := roundTrip(task, t)
		if err != nil {
			reply.Drop()
			return err
		}
		took := time.Since(start)
		d.latency.Add(took)
		reply.Send(took)
	}
	return task.Err()
}

// roundTrip sends a ping and waits for the pong.
func roundTrip(task *edo.Task, t *transport) error {
	if err := t.Send(task, ping); err != nil {
		return err
	}
	frame, err := t.Recv(task)
	if err != nil {
		return err
	}
	if !bytes.Equal(frame, pong) {
		return fmt.Errorf("got %q instead of a pong", frame)
	}
	return nil
}
