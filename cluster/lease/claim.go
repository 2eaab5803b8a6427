package lease

import (
	"errors"
	"time"

	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
)

// claim is a message that would make a key a lease. Its task may give up: then a lease that comes
// of it is given back.
type claim struct {
	k         *keeper
	key, name string
	holder    string
	id        string
	ttl       time.Duration
	sent      time.Time

	// Guarded by k.mu.
	seat    *seat // of the task that waits; nil: it has given up
	isOver  bool  // the broker has answered
	lease   *Lease
	err     error // nil, without a lease: the key has changed meanwhile
	isTaken bool
}

// claim sends a claim to a key that has the revision.
func (f *acquiring) begin(key string, revision uint64) {
	c := &claim{k: f.s.k, key: key, name: f.name, holder: f.holder, id: nuid.Next(), ttl: f.s.cfg.TTL, sent: time.Now(), seat: &f.seat}
	f.claim = c
	r := record{ID: c.id, Holder: c.holder}
	c.k.tell(c.k.write(key, r, revision, c.ttl, f.on("the confirmation")), c.answered)
}

// answered is called with the answer to the claim.
func (c *claim) answered(m *nats.Msg, err error) {
	if err == nil {
		ack, storeErr := link.Stored(m)
		if storeErr == nil {
			c.stored(ack.Sequence)
			return
		}
		err = storeErr
	}
	switch {
	case link.HasCode(err, wrongLast):
		c.end(nil, nil)
	case errors.Is(err, link.ErrUnanswered): // it may have been stored all the same
		c.k.tell(c.k.lookAt(c.key, "lease: a look at "+c.name), c.looked)
	default:
		c.end(nil, err)
	}
}

// looked is called with the key, after a claim without an answer.
func (c *claim) looked(m *nats.Msg, err error) {
	var r record
	if err == nil {
		r, err = found(m)
	}
	if err == nil && r.ID == c.id {
		c.stored(r.revision)
		return
	}
	c.end(nil, err)
}

// stored is told that the key has become a lease, with the revision.
func (c *claim) stored(revision uint64) {
	l := c.k.begin(c, revision)
	if l == nil { // it has taken so long that the lease is over, or the connection closes
		c.k.tell(c.k.remove(c.key, revision, "lease: the end of "+c.name), func(*nats.Msg, error) {})
	}
	c.end(l, nil)
}

// end gives the outcome to the task.
func (c *claim) end(l *Lease, err error) {
	c.k.locked(func(after *later) {
		c.isOver, c.lease, c.err = true, l, err
		switch {
		case c.seat != nil:
			after.wake(c.seat)
		case l != nil:
			l.release(after)
		}
	})
}

// giveUp is told that the task does not wait any more; mu is locked.
func (c *claim) giveUp(after *later) {
	if c.seat == nil {
		return
	}
	c.seat = nil
	if c.lease != nil && !c.isTaken {
		c.lease.release(after)
	}
}

// outcome returns what has become of the claim; mu is locked.
func (c *claim) outcome() (l *Lease, isOver bool, err error) {
	if c.lease != nil {
		c.isTaken = true
	}
	return c.lease, c.isOver, c.err
}
