package mpmc

import (
	"runtime"

	"github.com/edo-go/edo/internal/lost"
)

// newSender returns a handle that was made at pc. The senders of c already count it. The
// cleanup, by which the collector reports a forgotten handle, costs 300 ns, outside of a simulation.
func newSender[T any](c *channel[T], pc uintptr) *Sender[T] {
	tx := &Sender[T]{ch: c, pc: pc}
	lost.WatchHandle((*watchedSender[T])(tx))
	return tx
}

// watchedSender is a sender for package lost.
type watchedSender[T any] Sender[T]

// Watch is called when the collector is to look for the sender.
func (w *watchedSender[T]) Watch(m lost.Mark) {
	w.cleanup = lost.Watch((*Sender[T])(w), m, forgotten[T].onFound, forgotten[T]{w.ch, w.pc, m})
}

// Unwatch is called when the sender was closed.
func (w *watchedSender[T]) Unwatch() {
	w.cleanup.Stop()
	runtime.KeepAlive(w) // not collected before Stop
}

// forgotten stands for a sender that the collector has found. It must not refer to the handle.
// The channel does not refer to its handles either, except to those by way of which a task
// waits in line.
type forgotten[T any] struct {
	ch   *channel[T]
	pc   uintptr
	mark lost.Mark
}

func (o forgotten[T]) onFound() { lost.Found(o.mark, o.closeForgotten) }

// closeForgotten closes a sender that was never closed. It returns an error that reports it,
// unless the channel was closed: then no receive waits for that sender.
func (o forgotten[T]) closeForgotten() error {
	c := o.ch
	c.mu.Lock()
	closed := c.closed
	c.dropSender(o.pc)
	if closed {
		return nil
	}
	return &lost.Forgotten{What: "mpmc: a Sender was never closed; it was garbage, and has been closed", PC: o.pc}
}

// newReceiver returns a handle that was made at pc. The receivers of c already count it.
func newReceiver[T any](c *channel[T], pc uintptr) *Receiver[T] {
	s := &seat[T]{ch: c, pc: pc}
	s.streamTurn.seat = s
	rx := &Receiver[T]{ch: c, seat: s}
	lost.WatchHandle((*watchedReceiver[T])(rx))
	return rx
}

// watchedReceiver is a receiver for package lost.
type watchedReceiver[T any] Receiver[T]

// Watch is called when the collector is to look for the receiver.
func (w *watchedReceiver[T]) Watch(m lost.Mark) {
	w.seat.mark = m
	w.cleanup = lost.Watch((*Receiver[T])(w), m, (*seat[T]).onFound, w.seat)
}

// Unwatch is called when the receiver was dropped.
func (w *watchedReceiver[T]) Unwatch() {
	w.cleanup.Stop()
	runtime.KeepAlive(w) // not collected before Stop
}

func (s *seat[T]) onFound() { lost.Found(s.mark, s.dropForgotten) }

// dropForgotten drops a receiver that was never dropped. It returns an error that reports it,
// unless the channel was closed or no message could be sent any more: then no send waits for
// that receiver.
func (s *seat[T]) dropForgotten() error {
	c := s.ch
	c.mu.Lock()
	over := c.closed || !c.mayStillSend()
	c.endSeat(s)
	if over {
		return nil
	}
	return &lost.Forgotten{What: "mpmc: a Receiver was never dropped; it was garbage, and has been dropped", PC: s.pc}
}
