package cluster

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
)

// Conn is a connection to a broker. Any number of tasks may use it.
//
// When the connection breaks it is made again, for as long as the Conn is open: operations that
// wait go on to wait, and ask again what may be asked twice. A program that does not want to wait
// for ever sets a time limit of its own, as by [github.com/edo-go/edo/timer.Timeout]. When the broker is
// away for five seconds, Config.OnError of the runtime is told so, and when it is back: an [*AwayError].
//
// The owner closes it by [Conn.Close], or drops it.
type Conn link.Conn

func (c *Conn) in() *link.Conn { return (*link.Conn)(c) }

// IsBroker reports whether the broker lives in this Conn, and ends with it.
func (c *Conn) IsBroker() bool { return c.in().Home() != nil }

// Address returns where the broker is that the Conn is connected to, or was last: of one that does
// not listen, "".
func (c *Conn) Address() string {
	if h := c.in().Home(); h != nil {
		return h.Address()
	}
	return c.NATS().ConnectedAddr()
}

// MaxPayload returns how large a message may be, with its headers, in bytes.
func (c *Conn) MaxPayload() int { return c.in().MaxPayload() }

// NATS returns the connection of the NATS client, for what this package does not have. It belongs to
// the Conn, which closes it, and is dropped when something else does. What waits in it blocks a goroutine.
func (c *Conn) NATS() *nats.Conn { return c.in().NATS() }

// Close ends the Conn in order. No new operation begins; workers take no more jobs, and their
// handlers go on to their ends; then operations that wait end with [ErrClosed], the connection is
// closed, and the broker, if it lives in the Conn, ends and gives up its folder. When Close returns,
// nothing of the Conn is left: no goroutine, and no descriptor.
//
// A worker ends in its task: so a task does not call Close while it is the one that works. When the
// task is cancelled while it waits for workers, Close drops the Conn, and returns
// [edo.ErrCancelled]. It may be called twice.
//
//edo:step CloseStep
func (c *Conn) Close(task *edo.Task) error {
	c.in().BeginClose()
	_, err := edo.Await(task, edo.Future[edo.Unit]((*link.Quiet)(c)))
	c.Drop()
	return err
}

// CloseStep is the step form of [Conn.Close].
func (c *Conn) CloseStep(task *edo.Task) (done bool, err error) {
	c.in().BeginClose()
	done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit]((*link.Quiet)(c)))
	if done {
		c.Drop()
	}
	return done, err
}

// Drop ends the Conn at once: a job that a handler works on will be given to another worker. With a
// broker in the Conn it waits for that to end, some ten milliseconds, on the goroutine that drops.
func (c *Conn) Drop() { c.in().Drop() }
