//go:build !amd64 || race

package mpsc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
)

// publish stores v. Loads that follow do not come first.
func publish(p *uint32, v uint32) { atomic.StoreUint32(p, v) }

// letStoresArrive has nothing to wait for.
func letStoresArrive() {}

// atHand says whether there is a message that the receiver has seen and not received, if
// it is the turn of the function of task.
func (c *channel[T]) atHand(task *edo.Task) bool {
	t := c.owner.of.Load()
	if t == nil || t.direct.Load() != task {
		return false
	}
	publish(&t.inside, 1)
	there := c.owner.of.Load() == t && c.head != c.seen
	publish(&t.inside, 0)
	return there
}
