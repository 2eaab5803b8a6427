package socket

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// The turn keeps the bytes of one Write together: a Write has it from its first system
// call until it has ended or was dropped.
//
//	the turn    means
//	free        no Write has the turn
//	taken       a Write has it
//	awaited     a Write has it, and others wait for it
//
// Rules:
//
//  1. A Write that finds the turn taken first becomes a waiter of the driver, to write,
//     and then makes the turn awaited, or takes it if it is free by now. A Write that
//     ends makes the turn free, and wakes all waiters to write if it was awaited. So
//     either the one takes the turn, or the other wakes it.
//  2. All waiters are woken. The first to run takes the turn and the others wait again:
//     so none depends on another one that was woken and dropped.
//  3. A Write without budget does not take the turn: a report changes nothing.
//  4. Close, a new limit and room in the connection wake the waiters to write, and so
//     those that wait for the turn: they look at what has changed, and wait again.
const (
	free uint32 = iota
	taken
	awaited
)

// notes returns the notes of c, which have the turn. They are with the driver: so a Conn takes 24
// bytes.
func (c *Conn) notes() *driver.Notes { return c.inner.Notes() }

// takeTurn is Ready, without an error, when f has the turn.
func (f *write) takeTurn(cx *edo.Context) (edo.Poll, error) {
	c := f.conn
	var leaf edo.Leaf = (*writable)(c)
	if !f.hasTurn && c.notes().Turn() != free {
		leaf = (*behind)(c)
	}
	if !cx.Proceed(leaf) { // rule 3
		return edo.Pending, nil
	}
	if !f.hasTurn && !c.notes().ChangeTurn(free, taken) {
		if poll, err := c.awaitTurn((*sched.Context)(cx)); poll == edo.Pending || err != nil {
			return poll, err
		}
	}
	f.hasTurn = true
	return edo.Ready, nil
}

// awaitTurn makes the task of in a waiter for the turn. Ready without an error says that
// it has taken the turn instead.
func (c *Conn) awaitTurn(in *sched.Context) (edo.Poll, error) {
	c.inner.Wait(writing, in.Task()) // rule 1: the waiter first
	for c.notes().Turn() != awaited && !c.notes().ChangeTurn(taken, awaited) {
		if c.notes().ChangeTurn(free, taken) {
			c.inner.Forget(writing, in.Task())
			return edo.Ready, nil
		}
	}
	ls := c.limits()
	switch {
	case c.inner.Closed(): // rule 4
		c.inner.Forget(writing, in.Task())
		return edo.Ready, c.translate("write", errClosed)
	case ls != nil && !ls.arm(c.inner, writing, in):
		_, poll, err := c.expire(writing, in)
		return poll, err
	}
	return edo.Pending, nil
}

// releaseTurn makes the turn free, if f has it.
func (f *write) releaseTurn() {
	if !f.hasTurn {
		return
	}
	f.hasTurn = false
	if f.conn.notes().SetTurn(free) == awaited { // rule 1
		f.conn.inner.Wake(writing)
	}
}
