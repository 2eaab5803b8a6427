//go:build !amd64 || race

package mpsc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
)

// publish stores v. Later loads are done after it.
func publish(p *uint32, v uint32) { atomic.StoreUint32(p, v) }

// awaitStores has nothing to wait for.
func awaitStores() {}

// hasSeenMessage reports whether the function of task has the turn and there is a message that
// the receiver has seen and not received.
func (c *channel[T]) hasSeenMessage(task *edo.Task) bool {
	t := c.owner.current.Load()
	if t == nil || t.direct.Load() != task {
		return false
	}
	publish(&t.inside, 1)
	hasMessage := c.owner.current.Load() == t && c.head != c.seen
	publish(&t.inside, 0)
	return hasMessage
}
