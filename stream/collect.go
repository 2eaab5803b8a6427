package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Collect returns a future that is ready with all values of s, nil when there are
// none, when s ends. The first error of s is its error; the values before it are
// dropped then, as they are with the future.
func Collect[T any](s Stream[T]) edo.Future[[]T] {
	return &collect[T]{newFold(s, nil, func(all bag[T], v T) (bag[T], error) {
		return append(all, v), nil
	})}
}

type collect[T any] struct{ fold[bag[T], T] }

func (c *collect[T]) Poll(cx *edo.Context) ([]T, edo.Poll, error) {
	all, p, err := c.fold.Poll(cx)
	return all, p, err
}

// bag is a slice that drops its elements.
type bag[T any] []T

func (b bag[T]) Drop() {
	for _, v := range b {
		own.Discard(v)
	}
}
