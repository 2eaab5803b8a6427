package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// direct accepts connections until its task is asked to end. Each is served by a
// task of its own, so that a slow one holds up neither the others nor the loop: the
// handler of a connection is spawned, and not waited for.
//
// These tasks share nothing, and each may fail without the rest. A task owns its
// connection, which is closed when the task ends, in whichever way.
func direct(task *edo.Task, l *socket.Listener, out io.Writer) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			if _, err := conn.Write(task, []byte("hello world")); err != nil {
				fmt.Fprintln(out, "socket error =", err)
			}
			return nil
		}, edo.Owns(conn))
	}
	return task.Err()
}
