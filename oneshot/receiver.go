package oneshot

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/own"
)

// Receiver is the half that receives. It is the [edo.Future] of the value. One
// goroutine at a time uses it; when several tasks have polled it, the one that
// did so last is woken.
//
// A receiver gives its value, or its error, once: every further ask is an error
// that matches [edo.ErrClosed].
type Receiver[T any] channel[T]

func (rx *Receiver[T]) ch() *channel[T] { return (*channel[T])(rx) }

// Poll is Ready with the value, or with an error that matches [edo.ErrClosed]
// when none can come.
func (rx *Receiver[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	c := rx.ch()
	s := c.wait(cx, &c.rx, rxWaits)
	if s == 0 {
		return v, edo.Pending, nil
	}
	v, err = c.take(s)
	return v, edo.Ready, err
}

// Recv waits for the value. The error matches [edo.ErrClosed] when none can come.
// A task that is cancelled meanwhile leaves the value where it is.
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) { return edo.Await(task, edo.Future[T](rx)) }

// TryRecv returns the value, or an error that matches [edo.ErrEmpty] when it may
// still come, and [edo.ErrClosed] when it cannot. It never waits.
func (rx *Receiver[T]) TryRecv() (v T, err error) {
	c := rx.ch()
	s := c.state.Load()
	if s&over == 0 {
		return v, errEmpty
	}
	return c.take(s)
}

// take reads the value or the error that a channel with state s ended with.
func (c *channel[T]) take(s uint32) (v T, err error) {
	switch {
	case c.read:
		return v, errRead
	case s&sent != 0:
		var zero T
		v, c.value = c.value, zero
	case s&gone != 0:
		err = errUnsent
	default:
		err = errRead
	}
	c.read = true
	return v, err
}

// Terminated says whether the value, or the error, has been read: a poll can bring
// nothing more. That something is there to be read does not make it true.
func (rx *Receiver[T]) Terminated() bool { return rx.ch().read }

// Close refuses what was not sent yet, and lets the sender know. A value that was
// sent before can still be received.
func (rx *Receiver[T]) Close() { rx.ch().end(closed, rxWaits|txWaits) }

// Drop closes the receiver and drops the value, if one was sent that nobody has
// read.
func (rx *Receiver[T]) Drop() {
	c := rx.ch()
	s := c.end(closed, txWaits)
	if v, err := c.take(s); err == nil {
		own.Discard(v)
	}
}

// OneOwner is [Sender.OneOwner].
func (rx *Receiver[T]) OneOwner(internal.Key) {}
