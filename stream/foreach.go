package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// ForEach returns a future that calls fn for each value of s, in order, and is ready when s
// ends. It fails with the first error, of s or of fn. fn owns the values.
func ForEach[T any](s Stream[T], fn func(v T) error) edo.Future[edo.Unit] {
	return Fold(s, edo.Unit{}, func(_ edo.Unit, v T) (edo.Unit, error) {
		return edo.Unit{}, fn(v)
	})
}

// ForEachFuture is [ForEach] with a function that returns a future, and without a stack: s is
// polled for its next value when that future is ready. A function that spawns a task for the
// value, and returns a future that is ready, does not delay s.
func ForEachFuture[T any](s Stream[T], fn func(v T) edo.Future[edo.Unit]) edo.Future[edo.Unit] {
	return FoldFuture(s, edo.Unit{}, func(_ edo.Unit, v T) edo.Future[edo.Unit] {
		return fn(v)
	})
}

// ForEachTask is [ForEach] with a function in direct style, which borrows a coroutine for
// each value (some 500 ns) and may wait. While it waits for s, it is a stackless future of
// some hundred bytes. When the future is dropped while fn waits, fn gets [edo.ErrCancelled]
// from the call that it waits in, and returns. A panic in fn is the error of the future, a
// [*edo.PanicError].
//
//edo:spawn ForEachTaskStep
func ForEachTask[T any](s Stream[T], fn func(task *edo.Task, v T) error) edo.Future[edo.Unit] {
	return ForEachFuture(s, func(v T) edo.Future[edo.Unit] {
		return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task, v) })
	})
}

// ForEachTaskStep is [ForEachTask] with a function that returns the frame of each call.
func ForEachTaskStep[T, F any, P edo.ErrorFrame[F]](s Stream[T], frame func(v T) F) edo.Future[edo.Unit] {
	return ForEachFuture(s, func(v T) edo.Future[edo.Unit] {
		return edo.AsyncStep[edo.Unit](forEachFrame[F, P]{frame(v)})
	})
}

// forEachFrame is a call of a [ForEachTask]: that has a function of its own around the user's.
type forEachFrame[F any, P edo.ErrorFrame[F]] struct{ f F }

// Poll is a step of the user's function.
func (f *forEachFrame[F, P]) Poll(task *edo.Task) (done bool, _ edo.Unit, err error) {
	done, err = P(&f.f).Poll(task)
	return done, edo.Unit{}, err
}

// FunctionName is the name of the function in direct style.
func (*forEachFrame[F, P]) FunctionName() string { return forEachTaskName }

const forEachTaskName = "github.com/edo-go/edo/stream.ForEachTask[...].func1.1"

// Collect returns a future that is ready with all values of s when s ends; with nil if there
// are none. It fails with the first error of s. It drops the values before an error, or when
// it is dropped itself.
func Collect[T any](s Stream[T]) edo.Future[[]T] {
	return &collect[T]{newFold(s, nil, func(all droppingSlice[T], v T) (droppingSlice[T], error) {
		return append(all, v), nil
	})}
}

type collect[T any] struct{ fold[droppingSlice[T], T] }

func (c *collect[T]) Poll(cx *edo.Context) ([]T, edo.Poll, error) {
	all, p, err := c.fold.Poll(cx)
	return all, p, err
}

// droppingSlice is a slice whose Drop drops its elements.
type droppingSlice[T any] []T

func (s droppingSlice[T]) Drop() { own.DiscardAll(s) }
