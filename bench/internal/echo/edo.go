package echo

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

func (c Config) runtime() edo.RunOption {
	if c.CurrentThread {
		return edo.WithConfig(edo.Config{CurrentThread: true})
	}
	return edo.WithConfig(edo.Config{Workers: c.Workers})
}

// serveDirect is edo's direct style: a task with a coroutine for each connection, or a frame if it
// is compiled. A connection is not owned by its task: one that is aborted before it begins does
// not close it, and here none is aborted.
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
				_, err := aio.Copy(task, conn, conn) // it has a buffer only while there are bytes to write
				return err
			})
		}
		return task.Err()
	}, c.runtime())
}

// serveFuture is edo's future style: a future for each connection, which lies in its task.
func serveFuture(c Config) error {
	return serveEach(c, func(cx *edo.Context, conn *socket.Conn) {
		edo.SpawnInline[edo.Unit](cx, session{conn: conn})
	})
}

// serveEach calls spawn for each connection.
func serveEach(c Config, spawn func(*edo.Context, *socket.Conn)) error {
	_, err := edo.RunFuture(&acceptor{ready: c.Ready, spawn: spawn}, c.runtime())
	return err
}

// acceptor listens, and calls spawn for each connection.
type acceptor struct {
	ready    func(string)
	spawn    func(*edo.Context, *socket.Conn)
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
		a.spawn(cx, conn)
	}
}

func (a *acceptor) Drop() {
	if a.listener != nil {
		a.incoming.Drop()
		a.listener.Drop()
	}
}

// freeBuffers are the unused buffers. A session has a buffer while it is polled, and while
// it must write bytes that it has read.
var freeBuffers = sync.Pool{New: func() any { return new([buffer]byte) }}

// session echoes the bytes of one connection. While it waits for bytes it has no buffer.
type session struct {
	conn     *socket.Conn
	buf      *[buffer]byte
	from, to uint16 // buf[from:to] must be written
}

func (s *session) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.buf == nil {
		s.buf = freeBuffers.Get().(*[buffer]byte)
	}
	for {
		for s.from < s.to {
			n, state, err := s.conn.PollWrite(cx, s.buf[s.from:s.to])
			if state == edo.Pending {
				return edo.Unit{}, edo.Pending, nil
			}
			if err != nil {
				return s.finish()
			}
			s.from += uint16(n)
		}
		n, state, err := s.conn.PollRead(cx, s.buf[:])
		if state == edo.Pending {
			s.releaseBuffer()
			return edo.Unit{}, edo.Pending, nil
		}
		if err != nil {
			return s.finish() // the client has closed
		}
		s.from, s.to = 0, uint16(n)
	}
}

func (s *session) releaseBuffer() {
	freeBuffers.Put(s.buf)
	s.buf, s.from, s.to = nil, 0, 0
}

func (s *session) finish() (edo.Unit, edo.Poll, error) {
	s.releaseBuffer()
	return edo.Unit{}, edo.Ready, nil
}

func (s *session) Drop() { s.conn.Drop() }
