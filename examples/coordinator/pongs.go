package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// pongs is the other end of the transport: a server that answers pings, on any
// number of connections, until its task is asked to end. A connection that sends
// anything else is closed, and the others are not affected.
//
// It mixes the two styles: while a connection is idle it is a future without a
// stack, and each frame is handled in straight-line code.
func pongs(task *edo.Task, l *socket.Listener, out io.Writer) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		t := newTransport(conn)
		answered := stream.ForEachTask(t, func(task *edo.Task, frame []byte) error {
			if err := expect(pingFrame, frame); err != nil {
				return err
			}
			return t.Send(task, pongFrame)
		})
		edo.Spawn(task, future.Of(answered).MapErr(func(err error) error {
			fmt.Fprintln(out, "connection error =", err)
			return nil
		}))
	}
	return task.Err()
}
