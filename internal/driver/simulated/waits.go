package simulated

import (
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// waits are the tasks that wait for a connection or for a socket for datagrams of a network, whose mu
// guards them.
type waits struct {
	net     *network
	waiters [2]driver.Waiters // by direction; one that connects waits to write
}

// Wait makes t a waiter in direction d.
func (w *waits) Wait(d driver.Direction, t *sched.Task) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	w.waiters[d].Add(t)
}

// Waits reports whether t is a waiter in direction d.
func (w *waits) Waits(d driver.Direction, t *sched.Task) bool {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	return w.waiters[d].Contains(t)
}

// Forget removes t from the waiters in direction d.
func (w *waits) Forget(d driver.Direction, t *sched.Task) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	w.waiters[d].Remove(t)
}

// Wake wakes all waiters in direction d.
func (w *waits) Wake(d driver.Direction) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	w.waiters[d].RemoveAll().Wake()
}
