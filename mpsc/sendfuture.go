package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// SendFuture sends one value: it is the future of [Sender.SendFuture]. One goroutine
// at a time uses it.
//
// A future that is written by hand keeps a SendFuture inside itself, whose zero value is
// good for that, and calls [SendFuture.Reset] and [SendFuture.Poll], which allocate nothing.
type SendFuture[T any] struct {
	w waiter[T] // via is the sender
}

// phase is how far a future of a send or a reserve has come, as its owner knows.
//
//	holding   the future has not started; the value of a send is in its waiter, which is
//	          outside
//	inLine    its waiter was queued, with the value of a send
//	empty     there is no value: it was sent or taken back, or there never was one; a
//	          reserve has ended
//	failed    the value is in the waiter, and was refused
type phase uint8

const (
	empty phase = iota
	holding
	inLine
	failed
)

// SendFuture returns a future that sends v, waiting in line while the channel is
// full. It hands the sender back. Nothing happens before it is polled.
//
// The future owns v until that is accepted, and borrows the sender.
func (tx *Sender[T]) SendFuture(v T) *SendFuture[T] {
	return &SendFuture[T]{waiter[T]{tx: tx, value: v, phase: holding}}
}

// Reset makes f send v through tx, from the beginning. A value that f held before is dropped,
// as by [SendFuture.Drop].
func (f *SendFuture[T]) Reset(tx *Sender[T], v T) {
	f.Drop()
	f.w.tx, f.w.value, f.w.phase = tx, v, holding
}

// Poll is Ready with the sender when the value was accepted. The error matches
// [edo.ErrClosed] when the receiver, or the handle, was closed: then the value is
// still f's, see [SendFuture.Unsent]. Polled after its end, f has an error that says so.
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
		err = errPolled
	}
	if f.w.phase == inLine {
		return nil, edo.Pending, nil
	}
	return f.w.tx, edo.Ready, err
}

// startSend sends the value, or gets in line. cx may be nil: then no task is woken when the
// value is accepted later.
func (f *SendFuture[T]) startSend(cx *edo.Context) error {
	tx, w := f.w.tx, &f.w
	c := tx.ch
	c.mu.Lock()
	err := c.checkRoom(tx)
	if err == errFull {
		if c.joinLine(w) {
			if cx != nil {
				w.waker = cx.Waker()
			}
			c.mu.Unlock()
			f.w.phase = inLine
			return nil
		}
		err = nil
	}
	if err != nil {
		c.mu.Unlock()
		f.w.phase = failed
		return err
	}
	c.sendLocked(cx, w.value)
	var zero T
	w.value, w.phase = zero, empty
	return nil
}

// recordOutcome ends the wait of the waiter, which is out of its line.
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

// leaveLine takes f out of the line.
func (f *SendFuture[T]) leaveLine() {
	if f.w.phase != inLine {
		return
	}
	c := f.w.tx.ch
	c.mu.Lock()
	state, _ := c.leaveLine(&f.w)
	c.mu.Unlock()
	if state == queued {
		f.w.phase = failed
	} else {
		f.recordOutcome()
	}
}

// Unsent takes the value back, if there is one: it was refused, or not accepted
// yet, and f gives up sending it. Otherwise ok is false.
func (f *SendFuture[T]) Unsent() (v T, ok bool) {
	f.leaveLine()
	if f.w.phase == empty {
		return v, false
	}
	var zero T
	v, f.w.value = f.w.value, zero
	f.w.phase = empty
	return v, true
}

// Drop leaves the line and drops the value, unless that was accepted already. The
// sender is not dropped.
func (f *SendFuture[T]) Drop() {
	if f.w.phase == empty {
		return
	}
	if v, ok := f.Unsent(); ok {
		own.Discard(v)
	}
}
