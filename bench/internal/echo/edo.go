package echo

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

func (c Config) runtime() edo.RunOption {
	if c.CurrentThread {
		return edo.WithConfig(edo.Config{CurrentThread: true})
	}
	return edo.WithConfig(edo.Config{Workers: c.Workers})
}

// serveDirect is direct style: a task with a coroutine for each connection.
func serveDirect(c Config) error {
	return edo.Run(func(task *edo.Task) error {
		listener, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer listener.Close()
		c.Ready(listener.Addr().String())
		for conn, err := range stream.All(task, listener.Incoming()) {
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				defer conn.Close()
				buf := make([]byte, buffer)
				for {
					n, err := conn.Read(task, buf)
					if err != nil {
						return nil // the client has closed
					}
					if _, err := conn.Write(task, buf[:n]); err != nil {
						return nil
					}
				}
			}, edo.Owns(conn))
		}
		return task.Err()
	}, c.runtime())
}

// serveFuture is a future for each connection.
func serveFuture(c Config) error {
	_, err := edo.RunFuture(&acceptor{ready: c.Ready}, c.runtime())
	return err
}

// acceptor listens, and spawns a session for each connection.
type acceptor struct {
	ready    func(string)
	listener *socket.Listener
	incoming *socket.Incoming
}

func (a *acceptor) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if a.listener == nil {
		listener, err := socket.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		a.listener, a.incoming = listener, listener.Incoming()
		a.ready(listener.Addr().String())
	}
	for {
		conn, state, err := a.incoming.PollNext(cx)
		if state == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		if state == edo.End || err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		edo.Spawn(cx, &session{conn: conn})
	}
}

func (a *acceptor) Drop() {
	if a.listener != nil {
		a.incoming.Drop()
		a.listener.Drop()
	}
}

// borrowed are the buffers of those sessions that are being polled, or have not
// been able to write all that they read.
var borrowed = sync.Pool{New: func() any { return new([buffer]byte) }}

// session echoes. While there is nothing to read it has no buffer.
type session struct {
	conn     *socket.Conn
	buf      *[buffer]byte
	from, to int // what of buf is still to be written
}

func (s *session) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.buf == nil {
		s.buf = borrowed.Get().(*[buffer]byte)
	}
	for {
		for s.from < s.to {
			n, state, err := s.conn.PollWrite(cx, s.buf[s.from:s.to])
			if state == edo.Pending {
				return edo.Unit{}, edo.Pending, nil
			}
			if err != nil {
				return s.end()
			}
			s.from += n
		}
		n, state, err := s.conn.PollRead(cx, s.buf[:])
		if state == edo.Pending {
			s.giveBack()
			return edo.Unit{}, edo.Pending, nil
		}
		if err != nil {
			return s.end() // the client has closed
		}
		s.from, s.to = 0, n
	}
}

func (s *session) giveBack() {
	borrowed.Put(s.buf)
	s.buf, s.from, s.to = nil, 0, 0
}

func (s *session) end() (edo.Unit, edo.Poll, error) {
	s.giveBack()
	return edo.Unit{}, edo.Ready, nil
}

func (s *session) Drop() { s.conn.Drop() }
