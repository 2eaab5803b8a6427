package own

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// ErrPolledAgain is the kind of the errors that say that a future was polled after its end.
// It is not [edo.ErrClosed], the kind of the end of things that are used rightly.
var ErrPolledAgain = errors.New("edo: a future was polled after it had ended")

// Future holds a future until it is ready.
type Future[T any] struct{ f edo.Future[T] }

// HoldFuture returns a slot with f in it. A nil f leaves it empty.
func HoldFuture[T any](f edo.Future[T]) Future[T] { return Future[T]{f} }

// Hold puts f into the slot, which must be empty. A nil f leaves it so.
func (o *Future[T]) Hold(f edo.Future[T]) { o.f = f }

// Held reports whether there is a future in the slot.
func (o *Future[T]) Held() bool { return o.f != nil }

// Poll polls the future, and drops it as soon as it is ready. [edo.End] says that
// the slot is empty. This takes an operation off the budget, as a ready future does: so a
// task that polls again and again gives way to others.
func (o *Future[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if o.f == nil {
		return v, pollEmpty(cx), nil
	}
	v, p, err = o.f.Poll(cx)
	if p != edo.Pending {
		GoOn(cx)
		o.Drop()
	}
	return v, p, err
}

// Take returns the future, and leaves the slot empty: another owner has it now. It returns nil
// from an empty slot.
func (o *Future[T]) Take() edo.Future[T] {
	f := o.f
	o.f = nil
	return f
}

// Drop drops the content of the slot.
func (o *Future[T]) Drop() {
	if f := o.f; f != nil {
		o.f = nil
		edo.Drop(f)
	}
}

// Stream holds a stream until it has ended.
type Stream[T any] struct{ s edo.Stream[T] }

// HoldStream returns a slot with s in it. A nil s leaves it empty.
func HoldStream[T any](s edo.Stream[T]) Stream[T] { return Stream[T]{s} }

// Held reports whether there is a stream in the slot.
func (o *Stream[T]) Held() bool { return o.s != nil }

// Inner returns the stream in the slot, or nil. A combinator that polls it without Poll drops it
// at its end.
func (o *Stream[T]) Inner() edo.Stream[T] { return o.s }

// Poll polls the stream for its next item, and drops it as soon as it has ended. An
// empty slot has ended, and takes an operation off the budget, as an empty [Future] does.
func (o *Stream[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if o.s == nil {
		return v, pollEmpty(cx), nil
	}
	v, p, err = o.s.PollNext(cx)
	if p != edo.Pending {
		GoOn(cx)
	}
	if p == edo.End {
		o.Drop()
	}
	return v, p, err
}

// GoOn is called when what a combinator polls was ready. If the poll is an inspection, it wakes the task: a
// source that does not ask whether it may go on has been ready for a report, and what the combinator
// polls next cannot wait in one. The wake of the source may have nothing to wake any more.
func GoOn(cx *edo.Context) {
	if in := (*sched.Context)(cx); in.Inspecting() {
		in.Task().Wake()
	}
}

// Drop drops the content of the slot.
func (o *Stream[T]) Drop() {
	if s := o.s; s != nil {
		o.s = nil
		edo.Drop(s)
	}
}

// pollEmpty is the poll of an empty slot: the End, or Pending when the budget is used up.
//
//go:noinline
func pollEmpty(cx *edo.Context) edo.Poll {
	if !cx.Proceed(nil) {
		return edo.Pending
	}
	return edo.End
}

// Value holds a value until it is taken.
type Value[T any] struct {
	v    T
	held bool
}

// HoldValue returns a slot with v in it.
func HoldValue[T any](v T) Value[T] { return Value[T]{v, true} }

// Put puts v into the slot, which must be empty.
func (o *Value[T]) Put(v T) { o.v, o.held = v, true }

// Replace puts v into the slot, and drops what was there. Also when that panics, v is in the slot.
func (o *Value[T]) Replace(v T) {
	old, wasHeld := o.v, o.held
	o.v, o.held = v, true
	if wasHeld {
		Discard(old)
	}
}

// Held reports whether there is a value in the slot.
func (o *Value[T]) Held() bool { return o.held }

// Take returns the value, and leaves the slot empty.
func (o *Value[T]) Take() T {
	var zero T
	v := o.v
	o.v, o.held = zero, false
	return v
}

// Drop drops the content of the slot.
func (o *Value[T]) Drop() {
	if o.held {
		Discard(o.Take())
	}
}
