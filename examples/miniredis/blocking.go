package main

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// A waiter is a client that is blocked in BLPOP or BRPOP. It is in the queue of each of its
// keys. The client that brings an element serves the first waiter of the queue, after its
// own command or transaction: it pops the element and writes the reply.
type waiter struct {
	client *client
	db     int
	keys   []string
	left   bool
}

// blockingPop is BLPOP and BRPOP. In a transaction it does not wait.
func blockingPop(left bool) func(c *client, args [][]byte) {
	return func(c *client, args [][]byte) {
		keys := args[1 : len(args)-1]
		timeout, ok := c.parseTimeout(args[len(args)-1])
		if !ok {
			return
		}
		for _, key := range keys {
			switch l, ok := get[list](c, key); {
			case !ok:
				return
			case l != nil:
				c.out.array(2)
				c.out.bulk(key)
				c.out.text(l.pop(left))
				c.shrunk(key, l.len())
				return
			}
		}
		if c.queue != nil {
			c.out.nullArray()
			return
		}
		w := &waiter{client: c, db: c.database, left: left}
		waiting := c.db().waiting
		if waiting == nil {
			waiting = map[string][]*waiter{}
			c.db().waiting = waiting
		}
		for _, key := range keys {
			w.keys = append(w.keys, string(key))
			if q := waiting[string(key)]; len(q) == 0 || q[len(q)-1] != w { // a key may be named twice
				waiting[string(key)] = append(q, w)
			}
		}
		c.waiter, c.state, c.timeout = w, blocked, timeout
	}
}

// parseTimeout parses seconds, which may have a fraction.
func (c *client) parseTimeout(text []byte) (timeout time.Duration, ok bool) {
	seconds, ok := parseFloat(text)
	switch {
	case !ok || math.IsInf(seconds, 0):
		c.out.fail("ERR timeout is not a float or out of range")
		return 0, false
	case seconds < 0:
		c.out.fail("ERR timeout is negative")
		return 0, false
	case seconds > math.MaxInt64/1e9:
		c.out.fail("ERR timeout is out of range")
		return 0, false
	}
	return time.Duration(math.Ceil(seconds*1000)) * time.Millisecond, true
}

// signal must follow the arrival of elements in a list.
func (c *client) signal(key []byte) {
	if len(c.db().waiting) > 0 && len(c.db().waiting[string(key)]) > 0 {
		c.server.ready = append(c.server.ready, place{c.database, string(key)})
	}
}

// serveBlocked hands elements that have come to the clients that wait for them.
func (s *server) serveBlocked() {
	if len(s.ready) == 0 {
		return
	}
	for _, at := range s.ready {
		for q := s.dbs[at.db].waiting[at.key]; len(q) > 0; q = s.dbs[at.db].waiting[at.key] {
			w := q[0]
			c, key := w.client, []byte(at.key)
			o := c.findIn(at.db, key)
			if o == nil {
				break
			}
			l, ok := o.collection.(*list)
			if !ok {
				break
			}
			c.unblock()
			c.out.array(2)
			c.out.bulk(key)
			c.out.text(l.pop(w.left))
			if l.len() == 0 {
				s.dbs[at.db].remove(key)
			} else {
				s.dbs[at.db].changed(key)
			}
			c.push()
		}
	}
	clear(s.ready)
	s.ready = s.ready[:0]
}

// unblock takes the client out of the queues.
func (c *client) unblock() {
	for _, key := range c.waiter.keys {
		forget(c.server.dbs[c.waiter.db].waiting, key, c.waiter)
	}
	c.waiter, c.state = nil, busy
}

// isBlocked reports whether no element has come yet.
func (c *client) isBlocked() bool {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.waiter != nil
}

// giveUp ends BLPOP without an element, if none has come.
func (c *client) giveUp() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if c.waiter != nil {
		c.unblock()
		c.out.nullArray()
	}
}

// awaitElement waits until BLPOP has an element, or its time is over. The error says that
// the client has gone.
func (c *client) awaitElement(task *edo.Task, timeout time.Duration) error {
	if timeout == 0 {
		return c.awaitUnblocked(task)
	}
	_, err := timer.Timeout(task, timeout, func(task *edo.Task) (edo.Unit, error) {
		return edo.Unit{}, c.awaitUnblocked(task)
	})
	if errors.Is(err, context.DeadlineExceeded) {
		c.giveUp()
		return nil
	}
	return err
}

// awaitUnblocked waits until the client is not blocked. Commands that come meanwhile stay in
// the buffer, as long as there is room; it reads them in order to see the end of the
// connection.
func (c *client) awaitUnblocked(task *edo.Task) error {
	for c.isBlocked() {
		var err error
		if n := len(c.in.Buffered()); n < c.in.Size() {
			err = c.awaitEither(task, n+1)
		} else {
			err = c.wake.Wait(task)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
