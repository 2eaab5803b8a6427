package mpsc

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

// forgotten stands for a handle that the collector has found. It must not refer to the handle.
// The channel does not refer to its handles either, except to those by way of which a task
// waits in line.
type forgotten[T any] struct {
	ch   *channel[T]
	pc   uintptr
	mark lost.Mark
}

func (o forgotten[T]) onFound() { lost.Found(o.mark, o.closeForgotten) }

// closeForgotten closes a handle that was never closed. It returns an error that reports it,
// unless the receiver was closed: then no task waited for that handle.
func (o forgotten[T]) closeForgotten() error {
	c := o.ch
	c.mu.Lock()
	rx := c.dropSender(o.pc)
	c.mu.Unlock()
	rx.Wake()
	if c.closed.Load() {
		return nil
	}
	return &lost.Forgotten{What: "mpsc: a Sender was never closed; it was garbage, and has been closed", PC: o.pc}
}
