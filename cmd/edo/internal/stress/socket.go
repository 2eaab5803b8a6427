package stress

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
)

// sockets runs a server that echoes, with clients of edo and of package net. Many of them
// misbehave: they reset, stall, leave, or make the server fail.
func sockets(r *round) program {
	bodies := r.account("socket: functions that were started")
	futures := r.account("socket: futures")
	return func(task *edo.Task, rng *rand.Rand) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		p := &socketPlay{round: r, bodies: bodies, futures: futures, listener: l}
		var acceptors, clients []*edo.JoinHandle[edo.Unit]
		for range 1 + rng.IntN(2) {
			inner := fork(rng)
			acceptors = append(acceptors, p.spawn(task, func(task *edo.Task) error { return p.accept(task, inner) }))
		}
		for range 1 + rng.IntN(6) {
			clients = append(clients, p.client(task, fork(rng)))
			if oneIn(rng, 8) {
				r.outside.do(clients[len(clients)-1].Abort)
			}
		}
		if err := joinAll(r, task, clients); err != nil {
			return err
		}
		if oneIn(rng, 2) {
			l.Close()
		} else {
			r.outside.do(func() { l.Close() })
		}
		if err := joinAll(r, task, acceptors); err != nil {
			return err
		}
		p.mu.Lock()
		handlers := p.handlers
		p.mu.Unlock()
		return joinAll(r, task, handlers)
	}
}

// The requests to the server, in the first byte of a connection.
const (
	echoes byte = iota
	leaves      // the server closes without reading on
	fails
	aborts
	requests
)

// socketPlay is one server.
type socketPlay struct {
	*round
	bodies, futures *account
	listener        *socket.Listener

	mu       sync.Mutex // guards handlers
	handlers []*edo.JoinHandle[edo.Unit]
}

// spawn spawns fn.
func (p *socketPlay) spawn(s edo.Spawner, fn func(*edo.Task) error, owns ...edo.Dropper) *edo.JoinHandle[edo.Unit] {
	p.tasks.Add(1)
	return edo.Go(s, func(task *edo.Task) error {
		open := p.bodies.open()
		defer open.end()
		return fn(task)
	}, edo.Owns(owns...))
}

// accept spawns a task for each connection, until the listener is closed.
func (p *socketPlay) accept(task *edo.Task, rng *rand.Rand) error {
	incoming := p.listener.Incoming()
	defer incoming.Drop()
	for {
		var conn *socket.Conn
		var err error
		if oneIn(rng, 2) {
			conn, err = p.listener.Accept(task)
		} else {
			var ok bool
			conn, ok, err = edo.Next(task, incoming)
			if !ok && err == nil {
				err = net.ErrClosed // an earlier Next has got the error
			}
		}
		switch {
		case errors.Is(err, edo.ErrCancelled):
			return err
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			return fmt.Errorf("socket: accept: %w", err)
		}
		p.mu.Lock()
		p.handlers = append(p.handlers, p.handler(task, fork(rng), conn))
		p.mu.Unlock()
	}
}

// handler spawns the task of a connection.
func (p *socketPlay) handler(task *edo.Task, rng *rand.Rand, conn *socket.Conn) *edo.JoinHandle[edo.Unit] {
	return p.spawn(task, func(task *edo.Task) error {
		request := make([]byte, 1)
		if _, err := conn.Read(task, request); err != nil {
			return p.ignoreLost(err)
		}
		switch request[0] {
		case leaves:
			return nil
		case fails:
			return p.misbehave(rng)
		case aborts:
			h := p.spawn(task, func(task *edo.Task) error { return p.echo(task, rng, conn) })
			if err := dawdle(task, rng); err != nil {
				return err
			}
			h.Abort()
			_, err := h.Await(task)
			if task.Err() == nil && errors.Is(err, edo.ErrCancelled) {
				return nil
			}
			return err
		}
		if oneIn(rng, 3) {
			p.tasks.Add(1)
			_, err := edo.Spawn(task, &echo{p: p, conn: conn, open: p.futures.open()}).Await(task)
			return err
		}
		return p.echo(task, rng, conn)
	}, conn)
}

// ignoreLost returns nil for an error of a connection, because the other side may have
// closed it; but not for a cancellation.
func (p *socketPlay) ignoreLost(err error) error {
	if errors.Is(err, edo.ErrCancelled) {
		return err
	}
	return nil
}

// echo sends back what it reads, to the end.
func (p *socketPlay) echo(task *edo.Task, rng *rand.Rand, conn *socket.Conn) error {
	if oneIn(rng, 3) {
		if _, err := aio.Copy(task, conn, conn); err != nil {
			return p.ignoreLost(err)
		}
		return p.ignoreLost(aio.Shutdown(task, conn))
	}
	buf := make([]byte, 1+rng.IntN(32<<10))
	for {
		n, err := conn.Read(task, buf)
		if err == io.EOF {
			return p.ignoreLost(conn.CloseWrite())
		}
		if err != nil {
			return p.ignoreLost(err)
		}
		if n == 0 {
			return errors.New("socket: a read of nothing")
		}
		if _, err := conn.Write(task, buf[:n]); err != nil {
			return p.ignoreLost(err)
		}
	}
}

// echo is echo without a stack.
type echo struct {
	p          *socketPlay
	conn       *socket.Conn
	open       *token
	buf        [512]byte
	start, end int
}

func (e *echo) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if e.start == e.end {
			n, p, err := e.conn.PollRead(cx, e.buf[:])
			switch {
			case p == edo.Pending:
				return edo.Unit{}, p, nil
			case err == io.EOF:
				return edo.Unit{}, p, e.p.ignoreLost(e.conn.CloseWrite())
			case err != nil:
				return edo.Unit{}, p, e.p.ignoreLost(err)
			}
			e.start, e.end = 0, n
		}
		n, p, err := e.conn.PollWrite(cx, e.buf[e.start:e.end])
		if p == edo.Pending || err != nil {
			return edo.Unit{}, p, e.p.ignoreLost(err)
		}
		e.start += n
	}
}

func (e *echo) Drop() { e.open.end() }
