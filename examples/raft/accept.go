package main

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/wire"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// idle is how long a connection may be without a byte. A peer that has crashed is not told apart from
// one that has nothing to say; it connects again when it has.
const idle = 10 * time.Second

// accept takes connections, of servers and of clients, and gives each a task.
func accept(task *edo.Task, l *socket.Listener, tx *mpsc.Sender[input]) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		own := tx.Clone()
		edo.Go(task, func(task *edo.Task) error {
			hear(task, conn, own)
			return nil // a connection that fails is no failure of the server
		}, edo.Owns(conn, own), edo.Name("connection"))
	}
	return task.Err()
}

// hear takes frames from a connection, until it ends or has one that cannot be.
func hear(task *edo.Task, conn *socket.Conn, tx *mpsc.Sender[input]) error {
	conn.SetIdleTimeout(idle)
	framed := codec.NewFramed(conn, &codec.LengthDelimited{})
	defer framed.Drop()
	for {
		frame, err := framed.Recv(task)
		if err != nil {
			return err
		}
		if err := hearFrame(task, frame, framed, tx); err != nil {
			return err
		}
	}
}

// hearFrame passes on what a frame says, and answers it if it is a request.
func hearFrame(task *edo.Task, frame []byte, conn *frames, tx *mpsc.Sender[input]) error {
	r := wire.NewReader(frame)
	switch r.Byte() {
	case helloFrame:
		in := input{message: consensus.Message{From: consensus.ID(r.Uint())}, from: r.Text()}
		if err := r.End(); err != nil {
			return err
		}
		return tx.Send(task, in)
	case messageFrame:
		in := input{message: r.Message()}
		if err := r.End(); err != nil {
			return err
		}
		return tx.Send(task, in)
	case requestFrame:
		q, err := parseRequest(r)
		if err != nil {
			return err
		}
		answer, err := inquire(task, q, tx)
		if err != nil {
			return err
		}
		return deliver(task, conn, appendResponse(nil, answer))
	}
	return wire.ErrMalformed
}

// inquire asks the task of the server, and waits for its answer.
func inquire(task *edo.Task, q request, tx *mpsc.Sender[input]) (response, error) {
	reply, answer := oneshot.New[response]()
	defer answer.Drop()
	if err := tx.Send(task, input{request: q, reply: reply}); err != nil {
		return response{}, err
	}
	return answer.Recv(task)
}
