package oneshot

import (
	"sync/atomic"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// channel is what both halves point to. There is no lock: everything is decided
// by one compare-and-swap on the state word.
//
// # The state word
//
//	bit      says                                        set by     unless there is
//	sent     the value is in place                       sender     sent, gone or closed
//	gone     the sender will not send                    sender     sent or gone
//	closed   nothing can be sent any more                receiver
//	read     the value, or the error, has been read      receiver
//	txWaits  tx holds a task that waits for the end      sender     sent, gone or closed
//	txMany   tx holds several such tasks                 sender     sent, gone or closed
//	txBusy   a goroutine changes what tx holds           sender     txBusy
//
// The first four are never cleared. sent comes first or not at all, so what is
// sent together with closed was sent in time, and can still be received.
//
// Rules:
//
//  1. value is the sender's until sent is set, and from then on it belongs to the one
//     that sets read.
//  2. rx is the task that waits to receive. A receiver puts itself there and then looks
//     at the state; a sender sets sent or gone and then looks at rx. One of them sees
//     the other.
//  3. The first of sent, gone and closed wakes those that wait, and clears txWaits and
//     txMany in the same step: so tx is its to empty. Later ones wake nothing. rx keeps
//     the task that was woken.
//  4. To change tx takes txBusy, and clears txWaits and txMany meanwhile. The goroutine
//     that has it and finds the end when it lets go wakes what it has put into tx.
type channel[T any] struct {
	_     discard.OneOwner
	value T
	rx    atomic.Pointer[sched.Task]
	tx    unsafe.Pointer // a *sched.Task, or *watchers with txMany
	state atomic.Uint32
}

const (
	sent uint32 = 1 << iota
	gone
	closed
	read
	txWaits
	txMany
	txBusy

	over    = sent | gone | closed
	waiting = txWaits | txMany
)

var (
	errRefused = edo.NewError(edo.ErrClosed, "oneshot: send to a receiver that is gone")
	errSpent   = edo.NewError(edo.ErrClosed, "oneshot: send on a sender that has sent or was closed")
	errUnsent  = edo.NewError(edo.ErrClosed, "oneshot: receive from a sender that went without sending")
	errRead    = edo.NewError(edo.ErrClosed, "oneshot: receive on a receiver that is closed or has received")
	errEmpty   = edo.NewError(edo.ErrEmpty, "oneshot: nothing was sent yet")
)

// New returns the two halves of a channel for one value. It is one allocation.
func New[T any]() (*Sender[T], *Receiver[T]) {
	c := new(channel[T])
	return (*Sender[T])(c), (*Receiver[T])(c)
}

// send sends v, and wakes by cx unless that is nil.
func (c *channel[T]) send(cx *edo.Context, v T) error {
	s := c.state.Load()
	if s&over == 0 {
		c.value = v
		for s&over == 0 {
			if invariant.Enabled {
				invariant.Step("oneshot: value written")
			}
			if c.state.CompareAndSwap(s, s&^waiting|sent) {
				c.wake(cx, s, true)
				return nil
			}
			s = c.state.Load()
		}
		var zero T
		c.value = zero // closed meanwhile: rule 1, it is still ours
	}
	if s&(sent|gone) != 0 {
		return errSpent
	}
	return errRefused
}

// end sets bit, gone or closed, and wakes those that wait, the receiver only if
// andReceiver.
func (c *channel[T]) end(bit uint32, andReceiver bool) {
	for {
		s := c.state.Load()
		if s&bit != 0 || bit == gone && s&sent != 0 {
			return
		}
		if invariant.Enabled {
			invariant.Step("oneshot: about to end")
		}
		if c.state.CompareAndSwap(s, s&^waiting|bit) {
			c.wake(nil, s, andReceiver)
			return
		}
	}
}

// wake wakes those that waited in state s, by rules 2 and 3.
func (c *channel[T]) wake(cx *edo.Context, s uint32, andReceiver bool) {
	if s&over != 0 {
		return
	}
	if invariant.Enabled {
		invariant.Step("oneshot: about to wake")
	}
	if andReceiver {
		if t := c.rx.Load(); t != nil {
			wake(cx, t)
		}
	}
	if s&txWaits != 0 {
		c.wakeSenders(cx, s)
	}
}

// wake wakes t, by cx unless that is nil.
func wake(cx *edo.Context, t *sched.Task) {
	if cx == nil {
		t.Wake()
	} else {
		t.WakeBy(cx.Internal(internal.Key{}))
	}
}

// await has the task of cx woken when there is something to receive.
func (c *channel[T]) await(cx *edo.Context) error {
	me := cx.Internal(internal.Key{}).Task()
	if c.rx.Load() == me || c.rx.CompareAndSwap(nil, me) {
		return nil
	}
	return c.contend(cx, me)
}

// oneReceiver is what to do instead of waiting twice.
const oneReceiver = "one task waits for the value of a oneshot; for several, future.Share gives each the same result, and package watch a value"

// contend is await for a task that finds another one in its place. That one stays, and
// there is an error, when it waits still.
func (c *channel[T]) contend(cx *edo.Context, me *sched.Task) error {
	for {
		other := c.rx.Load()
		if other == me {
			return nil
		}
		if other != nil {
			if err := cx.Sole(wakerOf(other), (*Receiver[T])(c), oneReceiver); err != nil {
				return err
			}
		}
		if c.rx.CompareAndSwap(other, me) {
			cx.Displace(wakerOf(other), (*Receiver[T])(c))
			return nil
		}
	}
}

// wakerOf returns the waker of t.
func wakerOf(t *sched.Task) edo.Waker {
	return (*edo.Context)(sched.NewContext(nil, t)).Waker()
}

// take reads the value or the error that the channel has ended with.
func (c *channel[T]) take() (v T, err error) {
	for {
		s := c.state.Load()
		if s&read != 0 {
			return v, errRead
		}
		if !c.state.CompareAndSwap(s, s|read) {
			continue
		}
		switch {
		case s&sent != 0:
			var zero T
			v, c.value = c.value, zero
			return v, nil
		case s&gone != 0:
			return v, errUnsent
		}
		return v, errRead
	}
}
