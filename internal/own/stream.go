package own

import "github.com/edo-go/edo"

// Stream holds a stream until it has ended.
type Stream[T any] struct{ s edo.Stream[T] }

// HoldStream returns a slot with s in it. A nil s leaves it empty.
func HoldStream[T any](s edo.Stream[T]) Stream[T] { return Stream[T]{s} }

// Held says whether there is a stream in the slot.
func (o *Stream[T]) Held() bool { return o.s != nil }

// Poll asks the stream for its next item, and drops it as soon as it has ended. An
// empty slot has ended.
func (o *Stream[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if o.s == nil {
		return v, edo.End, nil
	}
	v, p, err = o.s.PollNext(cx)
	if p == edo.End {
		o.Drop()
	}
	return v, p, err
}

// Drop drops what the slot holds.
func (o *Stream[T]) Drop() {
	if s := o.s; s != nil {
		o.s = nil
		edo.Drop(s)
	}
}
