package link

import (
	"fmt"
	"slices"

	"github.com/edo-go/edo"
	"github.com/nats-io/nats.go"
)

// BeginClose has the members stop, and no other one enter.
func (c *Conn) BeginClose() {
	c.mu.Lock()
	var members []Member
	if !c.closing {
		members = c.membersLocked()
	}
	c.closing = true
	c.mu.Unlock()
	for _, m := range members {
		m.Stop()
	}
}

// Quiet is a Conn as a future that is ready when it has no members.
type Quiet Conn

// Waits names the members.
func (q *Quiet) Waits(*edo.Context) edo.Wait {
	q.mu.Lock()
	defer q.mu.Unlock()
	w := edo.Wait{On: "cluster: the end of the workers of a connection"}
	for m := range q.members {
		w.By = append(w.By, m.Name())
	}
	return w
}

// Poll is ready when there are no members.
func (q *Quiet) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(q) {
		return edo.Unit{}, edo.Pending, nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.members) == 0 {
		return edo.Unit{}, edo.Ready, nil
	}
	if me := cx.Waker(); !slices.Contains(q.closers, me) { // few tasks close a Conn
		q.closers = append(q.closers, me)
	}
	return edo.Unit{}, edo.Pending, nil
}

// Drop ends the Conn at once, and its Home.
func (c *Conn) Drop() { c.end(ErrClosed) }

// abandoned is called when the client has closed its connection: after Drop, or by itself, as it does for some errors
// of a server, and for a program that has asked it to. No one would make the connection again.
func (c *Conn) abandoned(nc *nats.Conn) {
	cause := ErrClosed
	if err := nc.LastError(); err != nil {
		cause = fmt.Errorf("%w by the client of NATS: %w", ErrClosed, err)
	}
	c.end(cause)
}

// end ends the Conn at once, and its Home. What waits ends with cause.
func (c *Conn) end(cause error) {
	c.BeginClose()
	c.mu.Lock()
	isFirst := !c.isClosed
	c.isClosed = true
	c.endAbsence() // it is not told that the broker is back
	var closers []func()
	for _, p := range c.parts {
		if p, ok := p.(interface{ Close() }); ok {
			closers = append(closers, p.Close)
		}
	}
	c.mu.Unlock()
	if !isFirst {
		return
	}
	for _, end := range closers {
		end()
	}
	c.asks.close(cause)
	c.nc.Close()
	if c.home != nil {
		c.home.Close()
	}
}
