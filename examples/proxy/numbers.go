package main

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// numbers are counted over all connections that have ended.
type numbers struct {
	served  atomic.Int64 // ended by both sides
	cut     atomic.Int64 // ended by an error, a time limit, or the end of the proxy
	refused atomic.Int64 // no backend was reached
	up      atomic.Int64 // bytes from the clients to the backends
	down    atomic.Int64 // bytes from the backends to the clients
}

// tell writes the numbers to each connection, and closes it.
func (p *proxy) tell(task *edo.Task, l *socket.Listener) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			conn.Write(task, []byte(p.line(task.Runtime().Metrics()))) // its error is that of the other side
			return nil
		}, edo.Owns(conn))
	}
	return task.Err()
}

// line returns the numbers as a line.
func (p *proxy) line(m report.Metrics) string {
	var b strings.Builder
	n := &p.numbers
	fmt.Fprintf(&b, "served %d cut %d refused %d up %d down %d, at most %d tasks", n.served.Load(), n.cut.Load(), n.refused.Load(),
		n.up.Load(), n.down.Load(), m.Alive)
	p.pool.mu.Lock()
	defer p.pool.mu.Unlock()
	for _, of := range p.pool.backends {
		state := "answers"
		if of.err != nil {
			state = "does not answer"
		}
		fmt.Fprintf(&b, "; %s %s, open %d of %d", of.addr, state, of.open, of.all)
	}
	return b.String() + "\n"
}
