//go:build amd64 && !race

package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// publish stores v, as any store does on this processor: those before it are seen before
// it, and loads that follow may come first.
func publish(p *uint32, v uint32) { *p = v }

// letStoresArrive waits until what another processor has stored, before a load that it
// has done by now, can be seen here: one to ten microseconds, by how long the processor
// relaxes. A full store buffer whose lines are all elsewhere takes a few.
func letStoresArrive() {
	for range 256 {
		release.Relax()
	}
}

// atHand says whether there is a message that the receiver has seen and not received, if
// it is the turn of the function of task. It is a hint: a task that takes the turn over
// at this moment may change both numbers, and the receive that follows looks again.
func (c *channel[T]) atHand(task *edo.Task) bool {
	return c.owner.isTurn(task) && c.head != c.seen
}
