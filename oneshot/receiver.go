package oneshot

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Receiver is the half that receives. It is the [edo.Future] of the value. One task at a time
// waits for it: a second task gets an [*edo.BusyError], at once, that names both. Share of
// package future makes one result of it for many. Everything works from any goroutine, and a
// value is received once.
//
// A receiver returns its value, or its error, once. Every later call returns an error that
// matches [edo.ErrClosed].
type Receiver[T any] struct {
	//lint:ignore U1000 its method is looked for by package discard
	oneOwner
	c channel[T]
}

// Poll is Ready with the value, or with an error that matches [edo.ErrClosed] when no value
// can come, or with an [*edo.BusyError] when another task waits.
func (rx *Receiver[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	c := &rx.c
	if c.state.Load()&ended == 0 {
		if err := rx.keepTask(cx); err != nil {
			return v, edo.Ready, err
		}
		if invariant.Enabled {
			invariant.Step("oneshot: receiver in place")
		}
		if c.state.Load()&ended == 0 { // rule 2
			return v, edo.Pending, nil
		}
	}
	v, err = c.takeValue()
	return v, edo.Ready, err
}

// keepTask stores the task of cx in rx, to be woken when there is something to receive.
func (rx *Receiver[T]) keepTask(cx *edo.Context) error {
	me := (*sched.Context)(cx).Task()
	if rx.c.rx.Load() == me || rx.c.rx.CompareAndSwap(nil, me) {
		return nil
	}
	return rx.displaceTask(cx, me)
}

// oneReceiver is the advice of a [*edo.BusyError].
const oneReceiver = "one task waits for the value of a oneshot; for several, future.Share gives each the same result, and package watch a value"

// displaceTask puts me in the place of another task. When the other task still waits, it
// stays, and me gets an error.
func (rx *Receiver[T]) displaceTask(cx *edo.Context, me *sched.Task) error {
	for {
		other := rx.c.rx.Load()
		if other == me {
			return nil
		}
		if other != nil {
			if err := cx.Sole(inside.WakerOf(other), rx, oneReceiver); err != nil {
				return err
			}
		}
		if rx.c.rx.CompareAndSwap(other, me) {
			cx.Displace(inside.WakerOf(other), rx)
			return nil
		}
	}
}

// Recv waits for the value. The error matches [edo.ErrClosed] when no value can come. When
// the task is cancelled meanwhile, the value stays where it is.
//
//edo:step RecvStep
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) { return edo.Await(task, edo.Future[T](rx)) }

// RecvStep is the step form of [Receiver.Recv].
func (rx *Receiver[T]) RecvStep(task *edo.Task) (done bool, v T, err error) {
	t := inside.Task(task)
	if t.IsSpecial() {
		return edo.AwaitStep(task, edo.Future[T](rx))
	}
	// As AwaitStep, without its calls: BenchmarkStepRecv.
	budget := t.BeginPoll()
	v, p, err := rx.Poll(inside.Context(task))
	if p == edo.Pending {
		return false, v, nil
	}
	if !t.IsKept(budget) {
		return true, v, err
	}
	return core.EndPoll(t, budget, v, err)
}

// TryRecv returns the value, or an error that matches [edo.ErrEmpty] when the value may still
// come, and [edo.ErrClosed] when it cannot. It never waits.
func (rx *Receiver[T]) TryRecv() (v T, err error) {
	if rx.c.state.Load()&ended == 0 {
		return v, errEmpty
	}
	return rx.c.takeValue()
}

// Terminated reports whether the value, or the error, has been read: then no poll returns it
// again. It is false while the value waits to be read.
func (rx *Receiver[T]) Terminated() bool { return rx.c.state.Load()&read != 0 }

// Close refuses a value that was not sent yet, and wakes the tasks that wait in
// [Sender.Closed]. A value that was sent before can still be received.
func (rx *Receiver[T]) Close() { rx.c.endBy(closed, true) }

// Drop closes the receiver, and drops the value if one was sent and not read.
func (rx *Receiver[T]) Drop() {
	rx.c.endBy(closed, false)
	if v, err := rx.c.takeValue(); err == nil {
		own.Discard(v)
	}
}
