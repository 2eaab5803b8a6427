package mpsc

import (
	"runtime"

	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/origin"
)

// caller returns where the caller of its caller is: a place where a handle is made.
func caller() uintptr { return origin.Here(2) }

// newSender returns a handle that was made at pc and counts among the senders of c
// already. Another 300 ns are for having the collector tell of it.
func newSender[T any](c *channel[T], pc uintptr) *Sender[T] {
	tx := &Sender[T]{ch: c, pc: pc}
	tx.cleanup = runtime.AddCleanup(tx, forgotten[T].found, forgotten[T]{c, pc, lost.Number()})
	return tx
}

// forgotten is what is known of a handle that the collector has found: it must not
// refer to the handle. The channel does not refer to its handles either, except to
// those by which somebody waits in line.
type forgotten[T any] struct {
	ch     *channel[T]
	pc     uintptr
	number uint64
}

func (o forgotten[T]) found() { lost.Found(o.number, o.lost) }

// lost closes a handle that was never closed, and says so unless the receiver was
// closed: then nothing waited for that.
func (o forgotten[T]) lost() error {
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
