package cluster

import (
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// SetAwayAfter has a broker that is away told after d, of what is opened from then on, and returns what undoes that.
func SetAwayAfter(d time.Duration) (undo func()) {
	old := awayAfter
	awayAfter = d
	return func() { awayAfter = old }
}

// JetStream returns the client below, for tests that are other programs.
func (c *Conn) JetStream() jetstream.JetStream { return c.in().JetStream() }

// Held returns how many jobs the worker has taken and not begun.
func (w *Worker[T]) Held() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.held)
}
