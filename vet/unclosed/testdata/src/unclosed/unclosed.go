package unclosed

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

func serve(task *edo.Task) error { return nil }

func clones(task *edo.Task) error {
	tx, rx := mpsc.New[int](8) // want `the sender tx is never closed, nor handed on: its receiver waits for ever: call tx.Close`
	for range 4 {
		tx := tx.Clone()
		edo.Go(task, func(task *edo.Task) error { return tx.Send(task, 1) }, edo.Owns(tx))
	}
	for range 4 {
		tx := tx.Clone() // want `the sender tx is never closed`
		edo.Go(task, func(task *edo.Task) error { return tx.Send(task, 1) })
	}
	for _, err := range stream.All(task, rx) {
		if err != nil {
			return err
		}
	}
	return nil
}

func reads(task *edo.Task, p []byte) (int, error) {
	conn, err := socket.Dial(task, "tcp", "127.0.0.1:1") // want `the connection conn is never closed, nor handed on: the other side does not learn of its end: call conn.Close`
	if err != nil {
		return 0, err
	}
	return conn.Read(task, p)
}

func permits(task *edo.Task, tx *mpsc.Sender[int], skip bool) error {
	permit, err := tx.Reserve(task) // want `the permit permit is never closed`
	if err != nil || permit == nil {
		return err
	}
	answer, _ := oneshot.New[int]() // want `the sender answer is never closed`
	if answer.IsClosed() {
		return nil
	}
	return nil
}

type server struct{ conn *socket.Conn }

func right(task *edo.Task, tx *mpsc.Sender[int], s *server, keep func(*socket.Conn)) (*socket.Listener, error) {
	a, err := socket.Dial(task, "tcp", "127.0.0.1:1")
	if err != nil {
		return nil, err
	}
	defer a.Close()
	b, _ := socket.Dial(task, "tcp", "127.0.0.1:1")
	s.conn = b
	c, _ := socket.Dial(task, "tcp", "127.0.0.1:1")
	keep(c)
	d, _ := socket.Dial(task, "tcp", "127.0.0.1:1")
	edo.Go(task, serve, edo.Owns(d))
	_, rx := mpsc.New[int](8)
	rx.Drop()
	answer, result := oneshot.New[int]()
	answer.Send(1)
	_ = result
	permit, _ := tx.Reserve(task)
	permit.Send(1)
	own, _ := mpsc.New[int](1)
	edo.Go(task, func(task *edo.Task) error {
		defer own.Close()
		return own.Send(task, 1)
	})
	l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
	return l, err
}
