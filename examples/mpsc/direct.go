package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
)

// direct spawns a task that sends ten messages, and prints them as they come. The
// channel has room for 1,024: a sender that finds it full waits, so a slow
// receiver slows down its senders.
//
// The loop ends when the last sender has been closed. There is one here, and it ends
// with the task that owns it.
func direct(task *edo.Task, out io.Writer) error {
	tx, rx := mpsc.New[string](1024)
	edo.Go(task, func(task *edo.Task) error {
		for i := range 10 {
			if err := tx.Send(task, fmt.Sprintf("Message %d from spawned task", i)); err != nil {
				return err
			}
		}
		return nil
	}, edo.Owns(tx))

	for msg, err := range stream.All(task, rx) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Got `%s`\n", msg)
	}
	return task.Err()
}
