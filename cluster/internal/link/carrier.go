package link

import (
	"context"
	"strings"

	"github.com/edo-go/edo"
	"github.com/nats-io/nats.go"
)

// Carrier is a cluster.Carrier.
type Carrier interface {
	Inject(ctx context.Context, set func(key, value string))
	Extract(get func(key string) string) []edo.SpawnOption
}

// SetCarrier makes c take along what belongs to tasks. nil: nothing is.
func (c *Conn) SetCarrier(carrier Carrier) {
	if carrier == nil {
		c.carrier.Store(nil)
		return
	}
	c.carrier.Store(&carrier)
}

// Inject returns head with what the carrier takes along of the task of cx. head may be nil; nil comes
// back when there is nothing in it. Headers of the broker and of this module are not the carrier's.
func (c *Conn) Inject(cx *edo.Context, head nats.Header) nats.Header {
	if carrier := c.carrier.Load(); carrier != nil {
		head = inject(*carrier, cx, head)
	}
	return head
}

// inject is Inject with a carrier. It is a function of its own: without one, head is no variable on the heap.
func inject(carrier Carrier, cx *edo.Context, head nats.Header) nats.Header {
	carrier.Inject(cx.Values(), func(key, value string) {
		if !isTaken(key) {
			return
		}
		if head == nil {
			head = nats.Header{}
		}
		head[key] = []string{value} // Set would be the same: keys are case-sensitive
	})
	return head
}

// isTaken reports whether a header may be the carrier's.
func isTaken(key string) bool {
	return key != "" && !strings.HasPrefix(key, "Nats-") && !strings.HasPrefix(key, "Edo-")
}

// CopyTaken copies what a carrier has put into the head from to another one: that of a message for the
// same job.
func CopyTaken(to, from nats.Header) {
	for key, values := range from {
		if isTaken(key) {
			to[key] = values
		}
	}
}

// Extract returns the options of the task that works on a message with the head.
func (c *Conn) Extract(head nats.Header) []edo.SpawnOption {
	carrier := c.carrier.Load()
	if carrier == nil {
		return nil
	}
	return (*carrier).Extract(head.Get)
}
