package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// SendFuture sends one value: it is the future of [Sender.SendFuture]. One goroutine
// at a time uses it.
//
// It is also how a future that is written by hand sends: it keeps a SendFuture
// inside itself, whose zero value is good for that, and calls
// [SendFuture.Reset] and [SendFuture.Poll], which allocate nothing.
type SendFuture[T any] struct {
	w waiter[T] // via is the sender
}

// phase is how far a future has come that sends or reserves, as its owner knows.
//
//	holding   it has not started; a value to send is in its waiter, which is outside
//	inLine    its waiter was queued, with the value if there is one
//	empty     there is no value: it was sent or taken back, or there never was one;
//	          a reserve has ended
//	failed    a value is in the waiter, and was refused
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
	return &SendFuture[T]{waiter[T]{via: tx, value: v, phase: holding}}
}

// Reset makes f send v through tx, from the beginning. What f held before is
// dropped, as by [SendFuture.Drop].
func (f *SendFuture[T]) Reset(tx *Sender[T], v T) {
	f.Drop()
	f.w.via, f.w.value, f.w.phase = tx, v, holding
}

// Poll is Ready with the sender when the value was accepted. The error matches
// [edo.ErrClosed] when the receiver, or the handle, was closed: then the value is
// still f's, see [SendFuture.Unsent]. Polled after its end, f has an error that says so.
func (f *SendFuture[T]) Poll(cx *edo.Context) (*Sender[T], edo.Poll, error) {
	if !cx.Proceed(f) {
		return nil, edo.Pending, nil
	}
	var err error
	switch f.w.phase {
	case holding:
		err = f.start(cx)
	case inLine:
		if f.w.Out(cx.Waker()) == edo.Ready {
			err = f.settle()
		}
	default:
		err = errPolled
	}
	if f.w.phase == inLine {
		return nil, edo.Pending, nil
	}
	return f.w.via, edo.Ready, err
}

// start sends the value, or gets in line. cx may be nil: then nobody is woken when
// the value is accepted.
func (f *SendFuture[T]) start(cx *edo.Context) error {
	tx, w := f.w.via, &f.w
	c := tx.ch
	c.mu.Lock()
	err := c.accept(tx)
	if err == errFull {
		if c.queue(w) {
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
	c.put(w.value)
	rx := c.takeRx()
	c.mu.Unlock()
	wake(cx, rx)
	var zero T
	w.value, w.phase = zero, empty
	return nil
}

// settle takes note of what has become of w, which is out of its line.
func (f *SendFuture[T]) settle() error {
	state := f.w.state
	f.w.state = outside
	if state == accepted {
		f.w.phase = empty
		return nil
	}
	f.w.phase = failed
	return errClosed
}

// leave takes f out of the line.
func (f *SendFuture[T]) leave() {
	if f.w.phase != inLine {
		return
	}
	c := f.w.via.ch
	c.mu.Lock()
	state, _ := c.leave(&f.w)
	c.mu.Unlock()
	if state == queued {
		f.w.phase = failed
	} else {
		f.settle()
	}
}

// Unsent takes the value back, if there is one: it was refused, or not accepted
// yet, and f gives up sending it. Otherwise ok is false.
func (f *SendFuture[T]) Unsent() (v T, ok bool) {
	f.leave()
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
