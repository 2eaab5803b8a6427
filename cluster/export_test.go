package cluster

import "github.com/nats-io/nats.go/jetstream"

// JetStream returns the client below, for tests that are other programs.
func (c *Conn) JetStream() jetstream.JetStream { return c.in().JetStream() }

// Held returns how many jobs the worker has taken and not begun.
func (w *Worker[T]) Held() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.held)
}
