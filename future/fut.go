package future

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Fut is a future with methods to build on. It is an [edo.Future] and an
// [edo.Dropper].
//
// A Fut is one pointer: to pass it as an edo.Future allocates nothing. The zero Fut
// has nothing to poll, and is ready with an error.
type Fut[T any] struct{ node *node[T] }

// node is the head of every future of this package, and self is that future. It
// lies in the same allocation, so that a Fut of any combinator is one pointer.
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

// Drop drops the future, and with it what it owns.
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

// unwrap returns the future inside a Fut, which saves a call per poll, and any
// other as it is.
func unwrap[T any](f edo.Future[T]) edo.Future[T] {
	if fut, ok := f.(Fut[T]); ok {
		return fut.unwrap()
	}
	return f
}

// source makes the slot in which a combinator owns f.
func source[T any](f edo.Future[T]) own.Future[T] { return own.HoldFuture(unwrap(f)) }

// source is the same for the methods: a Fut that [Of] has made for one of them does
// not have to be on the heap.
func (f Fut[T]) source() own.Future[T] { return own.HoldFuture(f.unwrap()) }

var (
	errEnded = edo.NewError(own.ErrPolledAgain, "future: polled after its end, or made from nil")
	errNil   = errors.New("future: the function of a combinator returned a nil future")
)

// polledAgain is what there is to say when nothing is left to poll: an error, at the price
// of one operation of the budget, so that a loop that goes on all the same gives way.
func polledAgain[T any](cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	return zero, edo.Ready, errEnded
}

// pass hands on an outcome without a value: pending, an error, or that there is
// nothing left to poll.
func pass[T any](p edo.Poll, err error) (zero T, _ edo.Poll, _ error) {
	if p == edo.End {
		return zero, edo.Ready, errEnded // own.Future has taken from the budget
	}
	return zero, p, err
}

// passValue hands on an outcome with its value, if it has one.
func passValue[T any](v T, p edo.Poll, err error) (T, edo.Poll, error) {
	if p == edo.End {
		return pass[T](p, err)
	}
	return v, p, err
}
