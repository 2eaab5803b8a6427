package main

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// A proxy passes each connection that it accepts on to a backend.
type proxy struct {
	pool   *pool
	limits limits
	log    io.Writer // what happens to the backends

	numbers numbers
}

type limits struct {
	connect time.Duration // for one attempt to reach a backend
	idle    time.Duration // of a connection: how long no byte may pass in either direction
	check   time.Duration // between two checks of a backend
	drain   time.Duration // for the connections that are open when the proxy ends
}

// run accepts until its task is asked to end. The connections that are open then have some
// time to end by themselves. Those that have not are cut off.
func (p *proxy) run(task *edo.Task, l *socket.Listener) error {
	for _, b := range p.pool.backends {
		edo.Go(task, func(task *edo.Task) error { return p.watch(task, b) }, edo.Daemon(), edo.Name("checks "+b.addr))
	}
	conns := cancel.New()
	for client, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			p.serve(task, client)
			return nil
		}, edo.Owns(client), cancel.By(conns))
	}
	edo.Go(task, func(task *edo.Task) error {
		if err := timer.Sleep(task, p.limits.drain); err != nil {
			return err
		}
		conns.Cancel()
		return nil
	}, edo.Daemon()) // when the connections end earlier, it holds up nothing
	return task.Err()
}

// serve passes client on to a backend, until both have ended what they send.
//
// Any other end is a reset, of both: a time limit, an error, and the end of the proxy too. A
// side that finds a clean end takes what it has received for all that there was.
func (p *proxy) serve(task *edo.Task, client *socket.Conn) {
	b, server, err := p.connect(task)
	if err != nil {
		p.numbers.refused.Add(1)
		reset(client)
		return
	}
	defer p.pool.release(b)
	defer server.Close()
	client.SetIdleTimeout(p.limits.idle)
	server.SetIdleTimeout(p.limits.idle)
	up, down, err := aio.CopyBidirectional(task, client, server)
	p.numbers.up.Add(up)
	p.numbers.down.Add(down)
	if err != nil {
		p.numbers.cut.Add(1)
		reset(client)
		reset(server)
		return
	}
	p.numbers.served.Add(1)
}

// connect connects to a backend: to the next one when that fails, until all have been tried.
func (p *proxy) connect(task *edo.Task) (*backend, *socket.Conn, error) {
	var tried []*backend
	for {
		b, err := p.pool.pick(tried)
		if err != nil {
			return nil, nil, err
		}
		conn, err := p.dial(task, b)
		if err == nil {
			return b, conn, nil
		}
		p.pool.release(b)
		if task.Err() != nil {
			return nil, nil, err
		}
		tried = append(tried, b)
	}
}

// dial makes one attempt to connect to b.
func (p *proxy) dial(task *edo.Task, b *backend) (*socket.Conn, error) {
	return timer.Timeout(task, p.limits.connect, func(task *edo.Task) (*socket.Conn, error) {
		return socket.Dial(task, "tcp", b.addr)
	})
}

// watch checks b again and again: whether it accepts a connection.
func (p *proxy) watch(task *edo.Task, b *backend) error {
	for {
		conn, err := p.dial(task, b)
		if err == nil {
			conn.Close()
		}
		if task.Err() != nil {
			return task.Err()
		}
		switch hasChanged := p.pool.set(b, err); {
		case hasChanged && err == nil:
			fmt.Fprintln(p.log, b.addr, "answers")
		case hasChanged:
			fmt.Fprintln(p.log, b.addr, "does not answer:", err)
		}
		if err := timer.Sleep(task, p.limits.check); err != nil {
			return err
		}
	}
}

// reset closes conn with a reset: what was not sent yet is not sent.
func reset(conn *socket.Conn) {
	conn.SetLinger(0)
	conn.Close()
}
