package oneshot

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

// channel is what both halves point to. There is no lock: everything is decided
// by one compare-and-swap on the state word.
//
// # The state word
//
//	bit      says                                   set by     unless there is
//	sent     the value is in place                  sender     sent, gone or closed
//	gone     the sender will not send               sender     sent or gone
//	closed   nothing can be sent any more           receiver
//	rxWaits  rx holds the waker of the receiver     receiver   sent, gone or closed
//	txWaits  tx holds the waker of the sender       sender     sent, gone or closed
//
// The first three are never cleared. sent comes first or not at all, so what is
// sent together with closed was sent in time, and can still be received.
//
// Rules:
//
//  1. value is the sender's until sent is set, and the receiver's from then on.
//  2. rx is the receiver's while rxWaits is clear. When it is set, rx belongs to
//     whoever clears it: the receiver, to put another waker there, or the one that
//     sets sent, gone or closed, to wake it. The same holds for tx, txWaits and
//     the sender.
//  3. Whoever sets sent, gone or closed clears rxWaits and txWaits in the same
//     step. So a waker is left behind before the end, and then it is woken, or not
//     at all, and then the half that wanted to wait sees the end.
//  4. read is the receiver's: the value or the error has been read.
type channel[T any] struct {
	value T
	rx    edo.Waker
	tx    edo.Waker
	state atomic.Uint32
	read  bool
}

const (
	sent uint32 = 1 << iota
	gone
	closed
	rxWaits
	txWaits

	over = sent | gone | closed
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
			if c.state.CompareAndSwap(s, s&^(rxWaits|txWaits)|sent) {
				c.wake(cx, s, rxWaits|txWaits)
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

// end sets bit, gone or closed, and wakes those of who that waited. It returns
// the state before.
func (c *channel[T]) end(bit, who uint32) uint32 {
	for {
		s := c.state.Load()
		if s&bit != 0 || bit == gone && s&sent != 0 {
			return s
		}
		if invariant.Enabled {
			invariant.Step("oneshot: about to end")
		}
		if c.state.CompareAndSwap(s, s&^(rxWaits|txWaits)|bit) {
			c.wake(nil, s, who)
			return s
		}
	}
}

// wake takes the wakers that the transition from s has left to the caller, by
// rule 2, and wakes those of who.
func (c *channel[T]) wake(cx *edo.Context, s, who uint32) {
	if s&rxWaits != 0 {
		w := c.rx
		c.rx = edo.Waker{}
		if who&rxWaits != 0 {
			wakeBy(cx, w)
		}
	}
	if s&txWaits != 0 {
		w := c.tx
		c.tx = edo.Waker{}
		if who&txWaits != 0 {
			wakeBy(cx, w)
		}
	}
}

func wakeBy(cx *edo.Context, w edo.Waker) {
	if cx == nil {
		w.Wake()
	} else {
		w.WakeBy(cx)
	}
}

// wait leaves the waker of cx in slot, which is rx or tx, and sets bit to say so.
// It returns 0, or the state when there is nothing to wait for.
func (c *channel[T]) wait(cx *edo.Context, slot *edo.Waker, bit uint32) uint32 {
	for {
		s := c.state.Load()
		if s&over != 0 {
			return s
		}
		if s&bit != 0 { // an earlier poll's waker
			if !c.state.CompareAndSwap(s, s&^bit) {
				continue
			}
			s &^= bit
		}
		*slot = cx.Waker()
		if invariant.Enabled {
			invariant.Step("oneshot: waker written")
		}
		if c.state.CompareAndSwap(s, s|bit) {
			return 0
		}
	}
}
