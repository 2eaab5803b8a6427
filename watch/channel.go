package watch

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/own"
)

// channel is what the handles point to: a value, and how often it was replaced.
//
// # Ownership
//
// The lock of the hub guards everything but scratch, which belongs to the goroutine that
// holds modifyMu.
//
// # Rules
//
//  1. version changes with each value that receivers are to see, and no version comes
//     twice. A receiver has seen the value when its seen is version.
//  2. A modification runs the user's function without the lock, on a copy: scratch. So the
//     function may read the channel, a receiver never waits for it, and after a panic the
//     value is what it was. The goroutine holds modifyMu meanwhile, and has stored itself
//     in modifying, with the lock.
//  3. While modifying is set, no other goroutine stores a value: no modification is lost.
//     A send that finds it set releases the lock, and locks modifyMu first. It does not
//     wait for modifying to be clear, because another modification may set it again before
//     the send runs: modifyMu, a [sync.Mutex], goes to a goroutine that has waited for
//     1 ms.
//  4. A receiver is in the set of waiting tasks only while it has seen the value (or
//     MarkChanged was called after it began to wait) and a sender is open. An operation
//     that changes one of the two empties the set, and wakes the tasks without the lock.
//
// (Tokio runs the function on the value itself, under the lock of the readers. There a
// panic leaves half a value behind.)
type channel[T any] struct {
	fanout.Hub
	value     T
	version   uint64
	modifying atomic.Uintptr // the goroutine that modifies the value, or 0
	modifyMu  sync.Mutex     // locked before the lock of the hub
	scratch   T
}

// never is the version of no value: a receiver with this seen has not seen the value.
const never = ^uint64(0)

var (
	errNoReceivers    = edo.NewError(edo.ErrClosed, "watch: send without receivers")
	errSenderClosed   = edo.NewError(edo.ErrClosed, "watch: send on closed sender")
	errNoSenders      = edo.NewError(edo.ErrClosed, "watch: no change can come without senders")
	errReceiverClosed = edo.NewError(edo.ErrClosed, "watch: wait on closed receiver")
	errPolledAgain    = edo.NewError(own.ErrPolledAgain, "watch: a future was polled after its end")
	errSendInside     = errors.New("watch: send from inside the function of a SendModify or SendIfModified: change what it is given instead")
)

// store makes v the value, and returns the value before. Without receivers it does so only if
// withoutReceivers. It wakes by cx, unless that is nil.
func (c *channel[T]) store(tx *fanout.Sender, cx *edo.Context, v T, withoutReceivers bool) (before T, err error) {
	holdsModifyMu := c.lockToStore()
	if !tx.IsOpen() {
		err = errSenderClosed
	} else if c.Receivers() == 0 && !withoutReceivers {
		err = errNoReceivers
	}
	var batch fanout.Batch
	if err == nil {
		before, c.value = c.value, v
		c.publish(&batch)
	}
	c.Mu.Unlock()
	if holdsModifyMu {
		c.modifyMu.Unlock()
	}
	c.WakeBatch(cx, &batch)
	return before, err
}

// lockToStore locks the hub to store a value, by rule 3. It reports whether it has locked
// modifyMu as well.
func (c *channel[T]) lockToStore() (holdsModifyMu bool) {
	c.Mu.Lock()
	if c.modifying.Load() == 0 {
		return false
	}
	c.Mu.Unlock()
	c.lockModifyMu() // rule 3
	c.Mu.Lock()
	return true
}

// lockModifyMu waits until no other goroutine modifies the value. It returns the calling
// goroutine.
func (c *channel[T]) lockModifyMu() (goroutine uintptr) {
	goroutine = gid.Get()
	if c.modifying.Load() == goroutine {
		panic(errSendInside) // the goroutine would wait for itself
	}
	c.modifyMu.Lock()
	return goroutine
}

// publish makes the value unseen for all receivers, and moves the waiting tasks into batch.
// The caller holds Mu.
func (c *channel[T]) publish(batch *fanout.Batch) {
	c.version++              // rule 1
	c.Waiting.MoveAll(batch) // rule 4
}

// modify runs fn on a copy of the value, stores that, and returns the result of fn: whether
// receivers are to see it. A closed sender modifies nothing.
func (c *channel[T]) modify(tx *fanout.Sender, fn func(*T) bool) (notify bool) {
	// Rule 2: copy the value, and store this goroutine in modifying.
	goroutine := c.lockModifyMu()
	c.Mu.Lock()
	if !tx.IsOpen() {
		c.Mu.Unlock()
		c.modifyMu.Unlock()
		return false
	}
	c.modifying.Store(goroutine)
	c.scratch = c.value
	c.Mu.Unlock()

	// Run fn on the copy. Then store the copy, unless fn has panicked, and release modifyMu.
	returned := false
	defer func() { // also when fn panics or calls runtime.Goexit
		var zero T
		var batch fanout.Batch
		c.Mu.Lock()
		if returned {
			c.value = c.scratch
		}
		if notify {
			c.publish(&batch)
		}
		c.modifying.Store(0)
		c.Mu.Unlock()
		c.scratch = zero
		c.modifyMu.Unlock()
		c.WakeBatch(nil, &batch)
	}()
	notify = fn(&c.scratch)
	returned = true
	return notify
}
