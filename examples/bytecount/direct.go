package main

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// direct spawns the background task, and accepts connections until its own task is
// asked to end. It has one sender, and each connection a clone of it: when the last
// of them is closed the background task ends too.
func direct(task *edo.Task, l *socket.Listener, period time.Duration, out io.Writer) error {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	edo.Go(task, func(task *edo.Task) error {
		return background(task, rx, period, out)
	}, edo.Owns(rx))
	return accept(task, l, tx, out)
}

// accept spawns a task for each connection. When the background task is slow and
// the channel full, these tasks wait for it; accept does not.
func accept(task *edo.Task, l *socket.Listener, tx *mpsc.Sender[int], out io.Writer) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		tx := tx.Clone()
		edo.Go(task, func(task *edo.Task) error {
			n, err := aio.Copy(task, discard{}, conn)
			if err == nil {
				err = tx.Send(task, int(n))
			}
			if err != nil {
				fmt.Fprintln(out, "socket error =", err)
			}
			return nil
		}, edo.Owns(conn, tx))
	}
	return task.Err()
}

// background adds up the numbers that it receives, and at every tick prints the sum and
// starts again from zero. Numbers that come after the last tick are not printed.
func background(task *edo.Task, rx *mpsc.Receiver[int], period time.Duration, out io.Writer) error {
	sum := 0
	for it, err := range stream.All(task, items(rx, period)) {
		switch {
		case err != nil:
			return err
		case it.kind == tick:
			fmt.Fprintln(out, "bytes read =", sum)
			sum = 0
		default:
			sum += it.n
		}
	}
	return task.Err()
}
