package mpmc

import (
	"runtime"

	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/origin"
)

// caller returns where the caller of its caller is: a place where a handle is made.
func caller() uintptr { return origin.Here(2) }

// newSender returns a handle that was made at pc and counts among the senders of c already.
// Another 300 ns are for having the collector tell of it.
func newSender[T any](c *channel[T], pc uintptr) *Sender[T] {
	tx := &Sender[T]{ch: c, pc: pc}
	tx.cleanup = runtime.AddCleanup(tx, forgotten[T].found, forgotten[T]{c, pc, lost.Number()})
	return tx
}

// forgotten is what is known of a sender that the collector has found: it must not refer to
// the handle. The channel does not refer to its handles either, except to those by which a
// task waits in line.
type forgotten[T any] struct {
	ch     *channel[T]
	pc     uintptr
	number uint64
}

func (o forgotten[T]) found() { lost.Found(o.number, o.lost) }

// lost closes a sender that was never closed, and reports it unless the channel was closed:
// then no receive waits for that.
func (o forgotten[T]) lost() error {
	c := o.ch
	c.mu.Lock()
	closed := c.closed
	c.dropSender(o.pc)
	if closed {
		return nil
	}
	return &lost.Forgotten{What: "mpmc: a Sender was never closed; it was garbage, and has been closed", PC: o.pc}
}

// newReceiver returns a handle that was made at pc and counts among the receivers of c
// already.
func newReceiver[T any](c *channel[T], pc uintptr) *Receiver[T] {
	s := &seat[T]{ch: c, pc: pc, number: lost.Number()}
	s.own.seat = s
	rx := &Receiver[T]{ch: c, seat: s}
	rx.cleanup = runtime.AddCleanup(rx, (*seat[T]).found, s)
	return rx
}

func (s *seat[T]) found() { lost.Found(s.number, s.lost) }

// lost drops a receiver that was never dropped, and reports it unless the channel was closed
// or no message could be sent any more: then no send waits for it.
func (s *seat[T]) lost() error {
	c := s.ch
	c.mu.Lock()
	over := c.closed || !c.alive()
	c.leaveSeat(s)
	if over {
		return nil
	}
	return &lost.Forgotten{What: "mpmc: a Receiver was never dropped; it was garbage, and has been dropped", PC: s.pc}
}
