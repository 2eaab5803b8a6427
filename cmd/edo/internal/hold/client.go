package hold

import (
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

const (
	reportEvery = 100 * time.Millisecond // while connections open

	// maxOpening is how long a connection may take from the connect to its first answer.
	maxOpening = 20 * time.Second
)

// A client holds connections. No task waits on one that is idle: it is a Conn, and nothing
// else.
type client struct {
	part   *part
	order  *open
	server string
	conns  []*socket.Conn
	opened atomic.Int64
}

// client is the main task of a client.
func (p *part) client(task *edo.Task, first order) error {
	c := &client{part: p, order: first.Open, server: first.Open.Server.String()}
	c.conns = make([]*socket.Conn, c.order.Count)
	if err := c.open(task); err != nil {
		return err
	}
	for o, err := range stream.All(task, p.orders) {
		if err != nil {
			return err
		}
		var r report
		switch {
		case o.Measure != nil:
			r.Usage = p.usage(task, o.Measure, len(c.conns))
		case o.Ping != nil:
			if r.Pinged, err = c.pings(task, o.Ping); err != nil {
				return err
			}
		default:
			return fmt.Errorf("a client cannot do %+v", o)
		}
		if err := p.report(r); err != nil {
			return err
		}
	}
	return task.Err()
}

// open opens the connections, AtOnce at a time.
func (c *client) open(task *edo.Task) error {
	var took recorder
	before := c.part.usage(task, &measure{Collect: true}, 0)
	err := scope.Run(task, func(s *scope.Scope) error {
		progress := edo.Go(s, c.progress, edo.Name("progress"))
		openers := make([]*edo.JoinHandle[edo.Unit], min(c.order.AtOnce, len(c.conns)))
		for i := range openers {
			openers[i] = edo.Go(s, func(task *edo.Task) error {
				for n := i; n < len(c.conns); n += len(openers) {
					start := time.Now()
					conn, err := c.dial(task, n)
					if err != nil {
						return err
					}
					c.conns[n] = conn
					c.opened.Add(1)
					took.add(time.Since(start))
				}
				return nil
			}, edo.Name("opener"))
		}
		for _, h := range openers {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		progress.Abort()
		return nil
	})
	if err != nil {
		return err
	}
	return c.part.report(report{Opened: took.trips(), Usage: before})
}

// progress reports how many connections are open, until it is aborted.
func (c *client) progress(task *edo.Task) error {
	for _, err := range stream.All(task, timer.NewInterval(reportEvery)) {
		if err != nil {
			return err
		}
		opened := int(c.opened.Load())
		if err := c.part.report(report{Open: &opened}); err != nil {
			return err
		}
	}
	return task.Err()
}

// dial opens the n-th connection, and waits for the first answer on it. The connections of
// all clients take the addresses in turn.
func (c *client) dial(task *edo.Task, n int) (*socket.Conn, error) {
	dialer := socket.Dialer{Options: []socket.Option{socket.Linger(0)}}
	if c.order.Addresses > 0 {
		from := clientAddress((c.order.First + n) % c.order.Addresses)
		dialer.Options = append(dialer.Options, socket.LocalAddr(netip.AddrPortFrom(from, 0)))
	}
	conn, err := timer.Timeout(task, maxOpening, func(task *edo.Task) (*socket.Conn, error) {
		conn, err := dialer.Dial(task, "tcp", c.server)
		if err != nil {
			return nil, err
		}
		if err := roundTrip(task, conn); err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	})
	var late *timer.TimeoutError
	if errors.As(err, &late) {
		err = fmt.Errorf("a connection has had no answer within %v: more connections wait at the server than its queue has room for, or it has no descriptors left", maxOpening)
	}
	return conn, err
}
