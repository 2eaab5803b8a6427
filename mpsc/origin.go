package mpsc

import (
	"log/slog"
	"runtime"
)

// origin is what is known of a handle that the garbage collector has found: it must
// not refer to the handle. The channel does not refer to its handles either, except
// to those whose sends wait in line.
type origin[T any] struct {
	ch *channel[T]
	pc uintptr // where it was made
}

// newSender returns a handle that counts among the senders of c already, for the
// caller of its caller. Most of its cost, some 300 ns each, is to have the collector
// tell of it and to remember where it was made.
func newSender[T any](c *channel[T]) *Sender[T] {
	tx := &Sender[T]{ch: c}
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	tx.cleanup = runtime.AddCleanup(tx, origin[T].lost, origin[T]{c, pc[0]})
	return tx
}

// lost closes the channel's end for a handle that nobody has closed, and reports it
// if a receiver waited for that.
func (o origin[T]) lost() {
	c := o.ch
	c.mu.Lock()
	rx := c.dropSender()
	c.mu.Unlock()
	rx.Wake()
	if c.closed.Load() {
		return
	}
	frame, _ := runtime.CallersFrames([]uintptr{o.pc}).Next()
	slog.Warn("mpsc: a Sender was never closed; it was garbage, and has been closed",
		"func", frame.Function, "file", frame.File, "line", frame.Line)
}
