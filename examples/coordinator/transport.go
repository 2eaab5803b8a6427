package main

import (
	"bytes"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/future"
)

// transport is the connection that is shared: it has frames that begin with their length.
// A pong does not say which ping it answers, so a ping must not be sent before the last one
// was answered.
type transport struct {
	*codec.Framed[[]byte, []byte]
}

var pingFrame, pongFrame = []byte("ping"), []byte("pong")

// newTransport returns a transport, which owns the connection.
func newTransport(conn aio.ReadWriter) *transport {
	return &transport{codec.NewFramed(conn, &codec.LengthDelimited{})}
}

// ping sends a ping and waits for the pong.
func (t *transport) ping(task *edo.Task) error {
	if err := t.Send(task, pingFrame); err != nil {
		return err
	}
	frame, err := t.Recv(task)
	if err != nil {
		return err
	}
	return expect(pongFrame, frame)
}

// pingFuture is ping as a chain of futures.
func (t *transport) pingFuture() edo.Future[edo.Unit] {
	answer := future.AndThen(t.SendFuture(pingFrame), func(t *codec.Framed[[]byte, []byte]) edo.Future[[]byte] {
		return t.RecvFuture()
	})
	return future.AndThen(answer, func(frame []byte) edo.Future[edo.Unit] {
		return future.Lazy(func() (edo.Unit, error) { return edo.Unit{}, expect(pongFrame, frame) })
	})
}

// expect returns an error unless frame is the expected one.
func expect(want, frame []byte) error {
	if !bytes.Equal(want, frame) {
		return fmt.Errorf("got %q, wanted %q", frame, want)
	}
	return nil
}
