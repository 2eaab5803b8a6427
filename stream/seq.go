package stream

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Stream is [edo.Stream].
type Stream[T any] = edo.Stream[T]

// Seq is a stream with methods that make further streams of it. It is a [Stream] and an
// [edo.Dropper].
//
// A Seq is one pointer, so passing it as a Stream allocates nothing. The zero Seq has ended.
type Seq[T any] struct{ node *node[T] }

// node is embedded in every stream of this package, and self is that stream. This is why a
// Seq of any combinator is one pointer, at the price of one more call per item: source saves
// that call inside a chain.
type node[T any] struct{ self Stream[T] }

// Of returns s with the methods of [Seq], and owns it.
func Of[T any](s Stream[T]) Seq[T] {
	if seq, ok := s.(Seq[T]); ok {
		return seq
	}
	return Seq[T]{&node[T]{s}}
}

// PollNext polls the stream for its next item.
func (s Seq[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if s.node == nil || s.node.self == nil {
		if !cx.Proceed(nil) {
			return v, edo.Pending, nil
		}
		return v, edo.End, nil
	}
	return s.node.self.PollNext(cx)
}

// Drop drops the stream and everything that it owns.
func (s Seq[T]) Drop() {
	if s.node != nil {
		edo.Drop(s.node.self)
	}
}

// source returns a slot that owns s for a combinator. Of a Seq it holds the stream inside,
// which saves a call per item.
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

// polledAgain is the poll of a future that has ended: it returns an error. It takes an
// operation off the budget, so that a loop that polls again and again gives way to other
// tasks.
func polledAgain[T any](cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	return zero, edo.Ready, errEnded
}
