package main

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/kv"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const (
	answerTime = time.Second           // for one answer
	pause      = 20 * time.Millisecond // before the next attempt, and up to twice that
)

// errExpired says that the session of the client has ended. The last command was applied, or was not.
var errExpired = errors.New("raft: the session has expired")

// errNoAnswer says that a server has not carried out a request, or does not know whether it has.
var errNoAnswer = errors.New("raft: no answer")

// client asks the servers of a cluster, one after the other, until one answers. A command that is sent
// again is applied once. One task at a time uses a client.
type client struct {
	servers []string // some of them; the others are learned
	rand    *rand.Rand
	wait    time.Duration // for one answer
	roams   int           // of 100 requests, how many go to another server than the one before
	isHasty bool          // a request that has no answer is not sent again

	at      int     // which of them to ask, unless there is a hint
	hint    string  // address of the leader
	framed  *frames // the connection; nil: none
	session uint64  // 0: not open yet
	number  uint64  // of the last command
}

func newClient(task *edo.Task, servers ...string) *client {
	return &client{servers: servers, rand: edo.Rand(task), wait: answerTime}
}

// Drop closes the connection.
func (c *client) Drop() {
	if c.framed != nil {
		c.framed.Drop()
		c.framed = nil
	}
}

// get returns the value of a key.
func (c *client) get(task *edo.Task, key string) (string, error) {
	r, err := c.ask(task, request{Action: read, Key: key})
	return r.Value, err
}

// put makes value the value of a key.
func (c *client) put(task *edo.Task, key, value string) error {
	_, err := c.write(task, kv.Command{Op: kv.Put, Key: key, Value: value})
	return err
}

// append appends value to the value of a key.
func (c *client) append(task *edo.Task, key, value string) error {
	_, err := c.write(task, kv.Command{Op: kv.Append, Key: key, Value: value})
	return err
}

// replace makes value the value of a key if it is old, and reports whether it was.
func (c *client) replace(task *edo.Task, key, old, value string) (bool, error) {
	return c.write(task, kv.Command{Op: kv.Replace, Key: key, Old: old, Value: value})
}

// open opens a session, unless there is one.
func (c *client) open(task *edo.Task) error {
	if c.session != 0 {
		return nil
	}
	r, err := c.ask(task, request{Action: write, Command: kv.Command{Op: kv.Open}})
	c.session, c.number = r.Result.Session, 0
	return err
}

// write sends a command with the next number of the session.
func (c *client) write(task *edo.Task, command kv.Command) (bool, error) {
	if err := c.open(task); err != nil {
		return false, err
	}
	c.number++
	command.Session, command.Number = c.session, c.number
	r, err := c.ask(task, request{Action: write, Command: command})
	if err == nil && r.Result.Outcome != kv.Applied {
		c.session = 0
		err = errExpired
	}
	return r.Result.IsDone, err
}

// add makes a server a member. It is a learner then, and becomes a voter by itself.
func (c *client) add(task *edo.Task, m consensus.Member) error {
	_, err := c.ask(task, request{Action: addServer, Member: m})
	return err
}

// remove removes a member.
func (c *client) remove(task *edo.Task, id consensus.ID) error {
	_, err := c.ask(task, request{Action: removeServer, Member: consensus.Member{ID: id}})
	return err
}

// handOver has the leader begin to hand its leadership over to a voter.
func (c *client) handOver(task *edo.Task, id consensus.ID) error {
	_, err := c.ask(task, request{Action: handOver, Member: consensus.Member{ID: id}})
	return err
}

// ask asks until there is an answer, or the task is cancelled.
func (c *client) ask(task *edo.Task, q request) (response, error) {
	if c.rand.IntN(100) < c.roams {
		c.Drop()
		c.hint, c.at = "", c.rand.IntN(len(c.servers))
	}
	for {
		r, err := c.attempt(task, q)
		switch {
		case err == nil && r.Code == done:
			return r, nil
		case err == nil && r.Code == refused:
			return r, errors.New(r.Why)
		}
		if err := task.Err(); err != nil {
			return response{}, err
		}
		if c.isHasty {
			c.Drop() // the answer may be under way
			return r, cmp.Or(err, errNoAnswer)
		}
		c.next(r, err)
		if err := timer.Sleep(task, pause+time.Duration(c.rand.Int64N(int64(pause)))); err != nil {
			return response{}, err
		}
	}
}

// attempt asks one server.
func (c *client) attempt(task *edo.Task, q request) (response, error) {
	return timer.Timeout(task, c.wait, func(task *edo.Task) (response, error) {
		if c.framed == nil {
			conn, err := socket.Dial(task, "tcp", c.server())
			if err != nil {
				return response{}, err
			}
			c.framed = codec.NewFramed(conn, &codec.LengthDelimited{})
		}
		if err := c.framed.Send(task, appendRequest(nil, q)); err != nil {
			return response{}, err
		}
		frame, err := c.framed.Recv(task)
		if err != nil {
			return response{}, err
		}
		return parseResponse(frame)
	})
}

// server returns the address of the server to ask.
func (c *client) server() string {
	if c.hint != "" {
		return c.hint
	}
	return c.servers[c.at%len(c.servers)]
}

// next chooses the server for the next attempt. After an error the answer to this attempt may be under
// way: the connection is of no more use.
func (c *client) next(r response, err error) {
	if err == nil && r.Code != notLeader {
		return // the same server again
	}
	c.Drop()
	if err != nil || r.Leader == "" {
		c.hint = ""
		c.at++
		return
	}
	c.hint = r.Leader
}
