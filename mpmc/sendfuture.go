package mpmc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// SendFuture sends one value: it is the future of [Sender.SendFuture]. One goroutine at a
// time uses it.
//
// A future that is written by hand keeps a SendFuture inside itself, whose zero value is good
// for that, and calls [SendFuture.Reset] and [SendFuture.Poll], which allocate nothing.
type SendFuture[T any] struct{ w offer[T] }

// phase is how far a future of a send, a reserve or a receive has come, as its owner knows.
//
//	empty     there is nothing to do: the future has ended, or was never set
//	holding   the future has not started; the value of a send is in its offer
//	inLine    its offer, or turn, was queued
//	failed    the value is in the offer, and was refused
type phase uint8

const (
	empty phase = iota
	holding
	inLine
	failed
)

// SendFuture returns a future that sends v, waiting in line while the channel is full. It
// hands the sender back. Nothing happens before it is polled.
//
// The future owns v until that is accepted, and borrows the sender.
func (tx *Sender[T]) SendFuture(v T) *SendFuture[T] {
	return &SendFuture[T]{offer[T]{tx: tx, value: v, phase: holding}}
}

// Reset makes f send v through tx, from the beginning. A value that f held before is dropped,
// as by [SendFuture.Drop].
func (f *SendFuture[T]) Reset(tx *Sender[T], v T) {
	f.Drop()
	f.w.tx, f.w.value, f.w.phase = tx, v, holding
}

// Poll is Ready with the sender when the value was accepted. The error matches
// [edo.ErrClosed] when a send is refused as by [Sender.Send]: then the value is still f's,
// see [SendFuture.Unsent].
func (f *SendFuture[T]) Poll(cx *edo.Context) (*Sender[T], edo.Poll, error) {
	if !cx.Proceed((*sendLeaf[T])(f)) {
		return nil, edo.Pending, nil
	}
	var err error
	switch f.w.phase {
	case holding:
		err = f.startSend(cx)
	case inLine:
		if f.w.pollOut(cx.Waker()) == edo.Ready {
			err = f.recordOutcome()
		}
	default:
		err = errSent
	}
	if f.w.phase == inLine {
		return nil, edo.Pending, nil
	}
	return f.w.tx, edo.Ready, err
}

// startSend sends the value, or gets in line. cx may be nil: then no task is woken when the
// value is accepted later.
func (f *SendFuture[T]) startSend(cx *edo.Context) error {
	w := &f.w
	c := w.tx.ch
	c.mu.Lock()
	switch err := c.checkRoom(w.tx); err {
	case nil:
	case errFull:
		var waker edo.Waker
		if cx != nil {
			waker = cx.Waker()
		}
		c.queueOffer(w, waker)
		c.mu.Unlock()
		w.phase = inLine
		return nil
	default:
		c.mu.Unlock()
		w.phase = failed
		return err
	}
	first, beside := c.putValue(w.value)
	c.mu.Unlock()
	wakeBoth(cx, first, beside)
	var zero T
	w.value, w.phase = zero, empty
	return nil
}

// recordOutcome ends the wait of the offer, which is out of its line.
func (f *SendFuture[T]) recordOutcome() error {
	state := f.w.state
	f.w.state = outside
	if state == accepted {
		f.w.phase = empty
		return nil
	}
	f.w.phase = failed
	return errClosed
}

// Unsent takes the value back, if there is one: it was refused, or not accepted yet, and f
// gives up sending it. Otherwise ok is false.
func (f *SendFuture[T]) Unsent() (v T, ok bool) {
	if f.w.phase == inLine {
		c := f.w.tx.ch
		c.mu.Lock()
		state := c.leaveLine(&f.w)
		c.mu.Unlock() // a send has collected nothing: no slot is free now
		if state == queued {
			f.w.phase = failed
		} else {
			f.recordOutcome()
		}
	}
	if f.w.phase == empty {
		return v, false
	}
	var zero T
	v, f.w.value = f.w.value, zero
	f.w.phase = empty
	return v, true
}

// Drop leaves the line and drops the value, unless that was accepted already. The sender
// is not dropped.
func (f *SendFuture[T]) Drop() {
	if f.w.phase == empty {
		return
	}
	if v, ok := f.Unsent(); ok {
		own.Discard(v)
	}
}
