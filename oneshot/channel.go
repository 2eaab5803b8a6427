package oneshot

import (
	"sync/atomic"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// channel is what both halves point to. There is no lock: each step is decided by one
// compare-and-swap on the state word.
//
// # The state word
//
//	bit      meaning                                     set by     unless one of these is set
//	sent     the value is in place                       sender     sent, gone, closed
//	gone     the sender will not send                    sender     sent, gone
//	closed   nothing can be sent any more                receiver
//	read     the value, or the error, has been read      receiver
//	txWaits  tx holds a task that waits for the end      sender     sent, gone, closed
//	txMany   tx holds several such tasks                 sender     sent, gone, closed
//	txBusy   a goroutine changes what tx holds           sender     txBusy
//
// The first four are never cleared. sent comes first or not at all: so a value that was sent
// before closed was sent in time, and can still be received.
//
// # Rules
//
//  1. value is the sender's until sent is set. From then on it belongs to the goroutine that
//     sets read.
//  2. rx is the task that waits to receive. A receiver stores itself there and then looks at
//     the state. A sender sets sent or gone and then looks at rx. One of the two sees the
//     other.
//  3. The goroutine that sets the first of sent, gone and closed wakes the waiting tasks, and
//     clears txWaits and txMany in the same step: so it alone empties tx. Later bits wake no
//     task. rx keeps the task that was woken.
//  4. A goroutine that changes tx takes txBusy, and clears txWaits and txMany meanwhile. If it
//     finds the end when it releases txBusy, it wakes the tasks that it has put into tx.
type channel[T any] struct {
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

	ended   = sent | gone | closed
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
	rx := new(Receiver[T])
	return (*Sender[T])(rx), rx
}

// send sends v, and wakes the receiver. cx may be nil.
func (c *channel[T]) send(cx *edo.Context, v T) error {
	s := c.state.Load()
	if s&ended == 0 {
		c.value = v
		for s&ended == 0 {
			if invariant.Enabled {
				invariant.Step("oneshot: value written")
			}
			if c.state.CompareAndSwap(s, s&^waiting|sent) { // rule 3
				c.wakeWaiters(cx, s, true)
				return nil
			}
			s = c.state.Load()
		}
		var zero T
		c.value = zero // closed meanwhile: by rule 1 the value is still the sender's
	}
	if s&(sent|gone) != 0 {
		return errSpent
	}
	return errRefused
}

// endBy sets bit, which is gone or closed, and wakes the waiting tasks, the receiver only
// with andReceiver.
func (c *channel[T]) endBy(bit uint32, andReceiver bool) {
	for {
		s := c.state.Load()
		if s&bit != 0 || bit == gone && s&sent != 0 {
			return
		}
		if invariant.Enabled {
			invariant.Step("oneshot: about to end")
		}
		if c.state.CompareAndSwap(s, s&^waiting|bit) { // rule 3
			c.wakeWaiters(nil, s, andReceiver)
			return
		}
	}
}

// wakeWaiters wakes the tasks that waited in state s, by rules 2 and 3.
func (c *channel[T]) wakeWaiters(cx *edo.Context, s uint32, andReceiver bool) {
	if s&ended != 0 {
		return
	}
	if invariant.Enabled {
		invariant.Step("oneshot: about to wake")
	}
	if andReceiver {
		if t := c.rx.Load(); t != nil {
			wakeTask(cx, t)
		}
	}
	if s&txWaits != 0 {
		for _, t := range c.takeWatchers(s) {
			wakeTask(cx, t)
		}
	}
}

// wakeTask wakes t. cx may be nil.
func wakeTask(cx *edo.Context, t *sched.Task) {
	if cx == nil {
		t.Wake()
	} else {
		t.WakeBy((*sched.Context)(cx))
	}
}

// takeValue reads the value, or the error that the channel has ended with, by rule 1.
func (c *channel[T]) takeValue() (v T, err error) {
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
