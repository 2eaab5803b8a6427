package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// FlatMap returns a stream of the items of streams, one after the other: fn makes one of each
// value of s. s is polled for the next value when the stream of the last one has ended. A nil
// stream has no items. For streams side by side see [FlatMapUnordered], for the latest alone
// [Switch].
//
//	s        1----2----|
//	FlatMap  (11)-(22)-|
func FlatMap[T, U any](s Stream[T], fn func(T) Stream[U]) Seq[U] {
	f := &flatMap[T, U]{src: source(s), fn: fn}
	f.self = f
	return Seq[U]{&f.node}
}

// Flatten returns a stream of the items of the streams that s gives, one after the other.
func Flatten[T any, S Stream[T]](s Stream[S]) Seq[T] {
	return FlatMap(s, func(inner S) Stream[T] { return inner })
}

type flatMap[T, U any] struct {
	node[U]
	src   own.Stream[T]
	inner own.Stream[U] // of the last value of src, until it has ended
	fn    func(T) Stream[U]
}

func (f *flatMap[T, U]) PollNext(cx *edo.Context) (zero U, _ edo.Poll, _ error) {
	for {
		if f.inner.Held() {
			if u, p, err := f.inner.Poll(cx); p != edo.End {
				return u, p, err
			}
		}
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := f.src.Poll(cx)
		turn.End(cx)
		if p != edo.Ready || err != nil {
			return zero, p, err
		}
		f.inner = source(f.fn(v))
	}
}

func (f *flatMap[T, U]) Drop() {
	defer f.src.Drop()
	f.inner.Drop()
}

// Cycle returns a stream of the items of streams, one after the other, without an end: each
// time that one has ended, fn makes the next. It ends when fn returns nil.
func Cycle[T any](fn func() Stream[T]) Seq[T] {
	c := &cycle[T]{fn: fn}
	c.self = c
	return Seq[T]{&c.node}
}

type cycle[T any] struct {
	node[T]
	inner own.Stream[T]
	fn    func() Stream[T] // nil: ended or dropped
}

func (c *cycle[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		if c.inner.Held() {
			if v, p, err := c.inner.Poll(cx); p != edo.End {
				return v, p, err
			}
		}
		turn.End(cx)
		if c.fn == nil {
			return zero, edo.End, nil
		}
		if c.inner = source(c.fn()); !c.inner.Held() {
			c.fn = nil
		}
	}
}

func (c *cycle[T]) Drop() {
	c.fn = nil
	c.inner.Drop()
}
