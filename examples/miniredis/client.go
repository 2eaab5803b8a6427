package main

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const (
	maxReplies = 64 << 10 // bytes of replies after which they are written
	maxPushed  = 32 << 20 // bytes that may wait for a subscriber
	maxWrite   = 1 << 20  // bytes that are written at once
	lastWrite  = time.Second

	maxDiscarded = 1 << 20 // bytes that a client may send after its last reply
)

// A client is a connection and its task.
type client struct {
	server *server
	conn   *socket.Conn
	in     *aio.BufferedReader
	parser parser
	wake   lock.Notify // another task has appended to out

	unwritten atomic.Int64 // bytes that the task has taken from out, as a subscriber, and not written yet

	timeout time.Duration // of the latest BLPOP; 0: none

	// Guarded by the lock of the server.
	id       int64
	name     string
	out      output
	database int
	queue    *transaction // commands after MULTI; otherwise nil
	watched  []place
	isDirty  bool    // a watched key has changed
	waiter   *waiter // of BLPOP, while the client is blocked; otherwise nil
	channels map[string]bool
	patterns map[string]bool
	state    state
}

// state says how a client goes on.
type state uint8

const (
	busy    state = iota // at once: there may be more commands
	idle                 // when there are more bytes
	blocked              // when its element has come
	closing              // to its end, after the replies
	dropped              // to its end, without them
)

// join makes the client of a connection.
func (s *server) join(conn *socket.Conn) *client {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	c := &client{server: s, conn: conn, in: aio.NewBufferedReader(conn, chunk), id: s.lastID}
	c.out.proto = 2
	s.clients[c.id] = c
	return c
}

// leave forgets the client. It is called when its task has ended, in whichever way.
func (c *client) leave() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.reset()
	c.state = dropped
	delete(c.server.clients, c.id)
}

// serve is the task of a client. It ends without an error when the client has gone, and when
// the server ends.
func (c *client) serve(task *edo.Task) error {
	fed := 0 // bytes of the buffer that the parser has
	for {
		// Execute what has come, and write the replies.
		out, state := c.run(timer.Now(task).UnixMilli())
		if len(out) > 0 {
			if err := c.write(task, out); err != nil {
				return nil
			}
			giveBack(out)
		}
		if state == busy {
			continue
		}
		switch state {
		case closing: // more input may come, and must not reset the connection before the last reply
			aio.CloseLingering(task, c.conn, lastWrite, maxDiscarded)
			return nil
		case dropped:
			return nil
		}

		// Give the input back, and wait for more of it.
		c.parser.keep()
		if _, err := c.in.Discard(task, fed); err != nil {
			return nil
		}
		fed = 0
		if state == blocked {
			if err := c.awaitElement(task, c.timeout); err != nil {
				return nil
			}
			continue
		}
		if err := c.awaitInput(task); err != nil {
			return nil
		}
		fed = len(c.in.Buffered())
		c.parser.feed(c.in.Buffered())
	}
}

// run executes the commands that have come, with the lock of the server. It returns the
// replies to write, and how to go on.
func (c *client) run(now int64) (out []byte, next state) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
	next = c.state
	for next == busy && len(c.out.b) < maxReplies {
		args, ok, err := c.parser.next()
		switch {
		case err != nil:
			c.out.fail("ERR Protocol error: " + err.Error())
			next = closing
		case !ok:
			next = idle
		default:
			c.execute(args)
			s.serveBlocked()
			next = c.state
		}
	}
	if next == dropped {
		return nil, dropped
	}
	out = c.out.take()
	if c.isSubscriber() {
		c.unwritten.Store(int64(len(out)))
	}
	return out, next
}

// write writes replies. When the server ends meanwhile, they have a second to get out.
func (c *client) write(task *edo.Task, out []byte) error {
	for len(out) > 0 {
		n, err := c.conn.Write(task, out[:min(len(out), maxWrite)])
		out = out[n:]
		if errors.Is(err, edo.ErrCancelled) {
			edo.Shielded(task, func(task *edo.Task) error {
				_, err := timer.Timeout(task, lastWrite, func(task *edo.Task) (int, error) {
					return c.conn.Write(task, out)
				})
				return err
			})
		}
		if err != nil {
			return err
		}
		if c.unwritten.Load() != 0 {
			c.unwritten.Store(int64(len(out)))
		}
	}
	return nil
}

// awaitInput waits for bytes. A subscriber also waits for messages.
func (c *client) awaitInput(task *edo.Task) error {
	if c.isSubscriber() {
		return c.awaitEither(task, 1)
	}
	_, err := c.in.Peek(task, 1)
	return err
}

// awaitEither waits until there are n bytes of input, or another task has woken the client.
func (c *client) awaitEither(task *edo.Task, n int) error {
	either := future.Race(
		c.in.PeekFuture(n),
		future.Map(c.wake.WaitFuture(), func(edo.Unit) []byte { return nil }),
	)
	_, err := edo.Await(task, either)
	either.Drop()
	return err
}

// push wakes the client, whose output has got a message of another client's. It is called
// with the lock of the server. A client that does not read is dropped.
func (c *client) push() {
	if len(c.out.b)+int(c.unwritten.Load()) > maxPushed {
		c.state = dropped
		c.out.take()
		c.conn.Close()
	}
	c.wake.NotifyOne()
}
