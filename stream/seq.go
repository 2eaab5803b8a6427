package stream

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Stream is [edo.Stream].
type Stream[T any] = edo.Stream[T]

// Seq is a stream with methods to build on. It is a [Stream] and an [edo.Dropper].
//
// A Seq is one pointer: to pass it as a Stream allocates nothing. The zero Seq has
// ended.
type Seq[T any] struct{ node *node[T] }

// node is the head of every stream of this package, and self is that stream. It lies
// in the same allocation, so that a Seq of any combinator is one pointer.
type node[T any] struct{ self Stream[T] }

// Of returns s with the methods of [Seq], and owns it.
func Of[T any](s Stream[T]) Seq[T] {
	if seq, ok := s.(Seq[T]); ok {
		return seq
	}
	return Seq[T]{&node[T]{s}}
}

// PollNext asks for the next item.
func (s Seq[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if s.node == nil || s.node.self == nil {
		if !cx.Proceed(nil) {
			return v, edo.Pending, nil
		}
		return v, edo.End, nil
	}
	return s.node.self.PollNext(cx)
}

// Drop drops the stream, and with it what it owns.
func (s Seq[T]) Drop() {
	if s.node != nil {
		edo.Drop(s.node.self)
	}
}

// source makes the slot in which a combinator owns s: a Seq without its wrapper,
// which saves a call per item, and any other stream as it is.
func source[T any](s Stream[T]) own.Stream[T] {
	if seq, ok := s.(Seq[T]); ok {
		return seq.source()
	}
	return own.HoldStream(s)
}

func (s Seq[T]) source() own.Stream[T] {
	if s.node == nil {
		return own.Stream[T]{}
	}
	return own.HoldStream(s.node.self)
}

var (
	errEnded = edo.NewError(own.ErrPolledAgain, "stream: a future was polled after its end")
	errNil   = errors.New("stream: the function of a combinator returned a nil future")
)

// polledAgain is what a future says that was polled after its end, at the price of one
// operation of the budget, so that a loop that goes on all the same gives way.
func polledAgain[T any](cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	return zero, edo.Ready, errEnded
}
