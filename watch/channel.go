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
// # Who may touch what
//
//	the lock of the hub guards  everything but the following
//	whoever holds turn          scratch
//
// # Rules
//
//  1. version changes with each value that receivers are to see, and never comes back
//     to what it was. A receiver has not seen the value when its seen is another.
//  2. A modification runs the user's function without the lock, on a copy: scratch. So
//     it may look at the channel, a receiver never waits for it, and when it panics the
//     value is what it was. Meanwhile it holds turn, and modifying is set, which is
//     written with the lock and says whose turn it is.
//  3. While modifying is set, nobody else stores a value: no modification is lost. A
//     send that finds it set lets go of the lock, and takes turn first. It does not wait
//     for modifying to be clear, because another modification may set it again before
//     the send has run: turn, a [sync.Mutex], is handed to who has waited for 1 ms.
//  4. A receiver is in the set of those that wait only while it has seen the value (or
//     MarkChanged has said later that it has not) and a sender is open. Whoever changes
//     one of these takes everybody out, and wakes them without the lock.
//
// (Tokio runs the function on the value itself, under the lock that readers take. There
// what a panic leaves behind is half a value.)
type channel[T any] struct {
	fanout.Hub
	value     T
	version   uint64
	modifying atomic.Uintptr // the goroutine that modifies; 0: nobody does
	turn      sync.Mutex     // taken before the lock of the hub
	scratch   T
}

// never is the version of no value: whoever has seen it has not seen the value.
const never = ^uint64(0)

var (
	errRefused = edo.NewError(edo.ErrClosed, "watch: send without receivers")
	errEnded   = edo.NewError(edo.ErrClosed, "watch: send on closed sender")
	errDone    = edo.NewError(edo.ErrClosed, "watch: no change can come without senders")
	errGone    = edo.NewError(edo.ErrClosed, "watch: wait on closed receiver")
	errPolled  = edo.NewError(own.ErrPolledAgain, "watch: a future was polled after its end")
	errInside  = errors.New("watch: send from inside the function of a SendModify or SendIfModified: change what it is given instead")
)

// store makes v the value, and returns the one before. Without receivers it does so only
// if alone. It wakes by cx, unless that is nil.
func (c *channel[T]) store(h *fanout.Sender, cx *edo.Context, v T, alone bool) (before T, err error) {
	turned := c.lock()
	if !h.Open() {
		err = errEnded
	} else if c.Receivers() == 0 && !alone {
		err = errRefused
	}
	var herd fanout.Herd
	if err == nil {
		before, c.value = c.value, v
		c.changed(&herd)
	}
	c.Mu.Unlock()
	if turned {
		c.turn.Unlock()
	}
	c.Wake(cx, &herd)
	return before, err
}

// lock locks the hub while nobody modifies the value, and says whether turn is to be
// unlocked as well.
func (c *channel[T]) lock() (turned bool) {
	c.Mu.Lock()
	if c.modifying.Load() == 0 {
		return false
	}
	c.Mu.Unlock()
	c.takeTurn()
	c.Mu.Lock()
	return true
}

// takeTurn waits until nobody modifies the value.
func (c *channel[T]) takeTurn() (goroutine uintptr) {
	goroutine = gid.Get()
	if c.modifying.Load() == goroutine {
		panic(errInside) // it would wait for itself
	}
	c.turn.Lock()
	return goroutine
}

// changed makes the value one that nobody has seen, and moves whoever waits into herd.
// Locked.
func (c *channel[T]) changed(herd *fanout.Herd) {
	c.version++
	c.Waiting.Take(herd)
}

// modify runs fn on a copy of the value, stores that, and returns what fn does: whether
// receivers are to see it. A handle that is closed modifies nothing.
func (c *channel[T]) modify(h *fanout.Sender, fn func(*T) bool) (notify bool) {
	goroutine := c.takeTurn()
	c.Mu.Lock()
	if !h.Open() {
		c.Mu.Unlock()
		c.turn.Unlock()
		return false
	}
	c.modifying.Store(goroutine)
	c.scratch = c.value
	c.Mu.Unlock()

	returned := false
	defer func() { // also when fn panics, or ends its goroutine
		var zero T
		var herd fanout.Herd
		c.Mu.Lock()
		if returned {
			c.value = c.scratch
		}
		if notify {
			c.changed(&herd)
		}
		c.modifying.Store(0)
		c.Mu.Unlock()
		c.scratch = zero
		c.turn.Unlock()
		c.Wake(nil, &herd)
	}()
	notify = fn(&c.scratch)
	returned = true
	return notify
}
