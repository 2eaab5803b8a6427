package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

// direct spawns a task that sends one value, and waits for the value. Sending never
// waits, so it needs no Task; receiving does.
//
// The spawned task owns the sender, which is closed when the task ends: if the task failed
// before it sent, Recv would return edo.ErrClosed and not wait for ever.
func direct(task *edo.Task, out io.Writer) error {
	tx, rx := oneshot.New[string]()
	edo.Go(task, func(*edo.Task) error {
		return tx.Send("hello from spawned task")
	}, edo.Owns(tx))

	msg, err := rx.Recv(task)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Got `%s`\n", msg)
	return nil
}
