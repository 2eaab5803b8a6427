package future

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Fut is a future with methods that make further futures of it. It is an [edo.Future] and
// an [edo.Dropper].
//
// A Fut is one pointer, so passing it as an edo.Future allocates nothing. The zero Fut has
// nothing to poll, and is ready with an error.
type Fut[T any] struct{ node *node[T] }

// node is embedded in every future of this package, and self is that future. This is why a
// Fut of any combinator is one pointer, at the price of one more call per poll
// (BenchmarkPendingChainOfFive): unwrap saves that call inside a chain.
type node[T any] struct{ self edo.Future[T] }

// Of returns f with the methods of [Fut], and owns it.
func Of[T any](f edo.Future[T]) Fut[T] {
	if fut, ok := f.(Fut[T]); ok {
		return fut
	}
	return Fut[T]{&node[T]{f}}
}

// Poll polls the future.
func (f Fut[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if f.node == nil || f.node.self == nil {
		return polledAgain[T](cx)
	}
	return f.node.self.Poll(cx)
}

// Drop drops the future and everything that it owns.
func (f Fut[T]) Drop() {
	if f.node != nil {
		edo.Drop(f.node.self)
	}
}

// unwrap returns the future inside, or nil.
func (f Fut[T]) unwrap() edo.Future[T] {
	if f.node == nil {
		return nil
	}
	return f.node.self
}

// unwrap returns the future inside a Fut, and any other future as it is.
func unwrap[T any](f edo.Future[T]) edo.Future[T] {
	if fut, ok := f.(Fut[T]); ok {
		return fut.unwrap()
	}
	return f
}

// source returns a slot that owns f for a combinator.
func source[T any](f edo.Future[T]) own.Future[T] { return own.HoldFuture(unwrap(f)) }

// source is the same for the methods: the node that [Of] makes to call one of them then need
// not be on the heap.
func (f Fut[T]) source() own.Future[T] { return own.HoldFuture(f.unwrap()) }

var (
	errEnded = edo.NewError(own.ErrPolledAgain, "future: polled after its end, or made from nil")
	errNil   = errors.New("future: the function of a combinator returned a nil future")
)

// polledAgain is the poll of a future that has nothing left to poll: it returns an error.
// It takes an operation off the budget, so that a loop that polls again and again gives way
// to other tasks.
func polledAgain[T any](cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	return zero, edo.Ready, errEnded
}

// passWithoutValue passes on an outcome without a value: pending, an error, or [edo.End], which says
// that nothing is left to poll.
func passWithoutValue[T any](p edo.Poll, err error) (zero T, _ edo.Poll, _ error) {
	if p == edo.End {
		return zero, edo.Ready, errEnded // own.Future has taken an operation off the budget
	}
	return zero, p, err
}

// passWithValue passes on an outcome with its value, if it has one.
func passWithValue[T any](v T, p edo.Poll, err error) (T, edo.Poll, error) {
	if p == edo.End {
		return passWithoutValue[T](p, err)
	}
	return v, p, err
}
