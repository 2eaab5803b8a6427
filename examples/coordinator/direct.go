package main

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/stream"
)

// direct spawns the coordinator and four tasks that ask it for a round trip at the
// same time, and waits for the coordinator: it ends after the last task that could ask.
func direct(task *edo.Task, t *transport, now clock, out io.Writer) error {
	tx, rx := mpsc.New[message](1024)
	coordinator := edo.Go(task, func(task *edo.Task) error {
		return coordinate(task, t, rx, now)
	}, edo.Owns(t, rx))

	for range 4 {
		tx := tx.Clone()
		edo.Go(task, func(task *edo.Task) error {
			d, err := rtt(task, tx)
			if err != nil {
				return err
			}
			fmt.Fprintln(out, "duration =", d)
			return nil
		}, edo.Owns(tx))
	}
	tx.Close()
	_, err := coordinator.Await(task)
	return err
}

// coordinate is the task that owns the transport. It answers one request after the
// other; those that come meanwhile wait in the channel.
func coordinate(task *edo.Task, t *transport, rx *mpsc.Receiver[message], now clock) error {
	for reply, err := range stream.All(task, rx) {
		if err != nil {
			return err
		}
		if err := answer(task, t, reply, now); err != nil {
			return err
		}
	}
	return task.Err()
}

// answer measures a round trip, from the receipt of the request. The task that has asked
// may have given up meanwhile: then Send fails, and nothing else is lost.
//
// Without an answer the reply is dropped, and the task that has asked gets edo.ErrClosed.
func answer(task *edo.Task, t *transport, reply message, now clock) error {
	defer reply.Drop()
	start := now()
	if err := t.ping(task); err != nil {
		return err
	}
	reply.Send(now().Sub(start))
	return nil
}

// rtt asks the coordinator for a round trip, and waits for the answer.
func rtt(task *edo.Task, tx *mpsc.Sender[message]) (time.Duration, error) {
	reply, duration := oneshot.New[time.Duration]()
	defer duration.Drop()
	if err := tx.Send(task, reply); err != nil {
		return 0, err
	}
	return duration.Recv(task)
}
