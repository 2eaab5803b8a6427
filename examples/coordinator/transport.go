package main

import (
	"bytes"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/future"
)

// transport is what is coordinated: a connection of frames, each of which begins
// with its length. A pong says no more than that it is one, so nobody may send a
// ping before the last one was answered.
type transport struct {
	*codec.Framed[[]byte, []byte]
}

var pingFrame, pongFrame = []byte("ping"), []byte("pong")

// newTransport makes a transport of a connection, which it owns.
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

// expect returns an error unless frame is the one that was wanted.
func expect(want, frame []byte) error {
	if !bytes.Equal(want, frame) {
		return fmt.Errorf("got %q, wanted %q", frame, want)
	}
	return nil
}
