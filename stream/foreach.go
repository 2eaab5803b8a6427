package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// ForEach returns a future that runs fn for each value of s, in order, and is ready
// when s ends. The first error, of s or of fn, is its error. fn owns the values.
func ForEach[T any](s Stream[T], fn func(v T) error) edo.Future[edo.Unit] {
	return Fold(s, edo.Unit{}, func(_ edo.Unit, v T) (edo.Unit, error) {
		return edo.Unit{}, fn(v)
	})
}

// ForEachFuture is [ForEach] with a function that returns a future, and no stack: s
// is asked for its next value when the future of this one is done. A function that
// spawns what it has to do and returns a future that is ready does not hold up s.
func ForEachFuture[T any](s Stream[T], fn func(v T) edo.Future[edo.Unit]) edo.Future[edo.Unit] {
	return FoldFuture(s, edo.Unit{}, func(_ edo.Unit, v T) edo.Future[edo.Unit] {
		return fn(v)
	})
}

// ForEachTask is [ForEach] with a function in direct style, which borrows a
// coroutine for each value (some 500 ns) and may wait: while s has nothing, the
// whole is a stackless future of some hundred bytes. When it is dropped while fn
// waits, fn gets [edo.ErrCancelled] from what it waits in, and returns. A panic in fn
// is the error of the future, a [*edo.PanicError].
func ForEachTask[T any](s Stream[T], fn func(task *edo.Task, v T) error) edo.Future[edo.Unit] {
	return ForEachFuture(s, func(v T) edo.Future[edo.Unit] {
		return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task, v) })
	})
}

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

func (b bag[T]) Drop() { own.DiscardAll(b) }
