package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Inspect returns a stream of the items of s, and calls fn with each before it is given: with a
// value, or with the zero value and an error. fn borrows the value.
//
//	s        1-2-#-3-|
//	Inspect  1-2-#-3-|
func (s Seq[T]) Inspect(fn func(v T, err error)) Seq[T] {
	i := &inspect[T]{src: s.source(), fn: fn}
	i.self = i
	return Seq[T]{&i.node}
}

type inspect[T any] struct {
	node[T]
	src own.Stream[T]
	fn  func(T, error)
}

func (i *inspect[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := i.src.Poll(cx)
	if p == edo.Ready {
		lend(i.fn, v, err)
	}
	return v, p, err
}

func (i *inspect[T]) Drop() { i.src.Drop() }

// lend calls fn, which borrows v. When fn panics v is dropped, because it still belongs to the
// stream.
func lend[T any](fn func(T, error), v T, err error) {
	returned := false
	defer func() {
		if !returned && err == nil {
			own.Discard(v)
		}
	}()
	fn(v, err)
	returned = true
}
