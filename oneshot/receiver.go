package oneshot

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own"
)

// Receiver is the half that receives. It is the [edo.Future] of the value. One task at a
// time waits for it: another one that comes meanwhile gets an [*edo.BusyError], at once,
// that names both. Share of package future makes one result of it for many. Everything works from
// any goroutine, and a value is received once.
//
// A receiver gives its value, or its error, once: every further ask is an error
// that matches [edo.ErrClosed].
type Receiver[T any] channel[T]

func (rx *Receiver[T]) ch() *channel[T] { return (*channel[T])(rx) }

// Poll is Ready with the value, or with an error that matches [edo.ErrClosed]
// when none can come, or with an [*edo.BusyError] when another task waits.
func (rx *Receiver[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	c := rx.ch()
	if c.state.Load()&over == 0 {
		if err := c.await(cx); err != nil {
			return v, edo.Ready, err
		}
		if invariant.Enabled {
			invariant.Step("oneshot: receiver in place")
		}
		if c.state.Load()&over == 0 {
			return v, edo.Pending, nil
		}
	}
	v, err = c.take()
	return v, edo.Ready, err
}

// Recv waits for the value. The error matches [edo.ErrClosed] when none can come.
// A task that is cancelled meanwhile leaves the value where it is.
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) { return edo.Await(task, edo.Future[T](rx)) }

// TryRecv returns the value, or an error that matches [edo.ErrEmpty] when it may
// still come, and [edo.ErrClosed] when it cannot. It never waits.
func (rx *Receiver[T]) TryRecv() (v T, err error) {
	c := rx.ch()
	if c.state.Load()&over == 0 {
		return v, errEmpty
	}
	return c.take()
}

// Terminated says whether the value, or the error, has been read: a poll can bring
// nothing more. That something is there to be read does not make it true.
func (rx *Receiver[T]) Terminated() bool { return rx.ch().state.Load()&read != 0 }

// Close refuses what was not sent yet, and lets the sender know. A value that was
// sent before can still be received.
func (rx *Receiver[T]) Close() { rx.ch().end(closed, true) }

// Drop closes the receiver and drops the value, if one was sent that nobody has
// read.
func (rx *Receiver[T]) Drop() {
	c := rx.ch()
	c.end(closed, false)
	if v, err := c.take(); err == nil {
		own.Discard(v)
	}
}
