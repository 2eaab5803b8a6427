//go:build amd64 && !race

package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
)

// publish stores v with an ordinary store of this processor: other processors see earlier
// stores before it, and later loads may be done before it.
func publish(p *uint32, v uint32) { *p = v }

// awaitStores waits until this processor sees each store that another processor did before a
// load that is done by now. It waits one to ten microseconds, which depends on how long the
// processor relaxes. To empty a full store buffer whose lines are all elsewhere takes a few.
func awaitStores() {
	for range 256 {
		release.Relax()
	}
}

// hasSeenMessage reports whether the function of task has the turn and there is a message that
// the receiver has seen and not received. It is a hint: a task that seizes the turn at this
// moment may change both numbers, and the receive that follows looks again.
func (c *channel[T]) hasSeenMessage(task *edo.Task) bool {
	return c.owner.isTurn(task) && c.head != c.seen
}
