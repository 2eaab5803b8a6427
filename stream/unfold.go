package stream

import (
	"iter"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Unfold returns a stream of what fn makes of a state, which begins as init: fn returns an item
// and the next state, or false at the end. The state belongs to fn while fn runs, and to the
// stream, which drops it when it is dropped, between two calls.
func Unfold[S, T any](init S, fn func(state S) (v T, next S, ok bool)) Seq[T] {
	u := &unfold[S, T]{state: own.HoldValue(init), fn: fn}
	u.self = u
	return Seq[T]{&u.node}
}

type unfold[S, T any] struct {
	node[T]
	state own.Value[S] // empty: ended, dropped, or fn has panicked with it
	fn    func(S) (T, S, bool)
}

func (u *unfold[S, T]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	switch {
	case !cx.Proceed(nil):
		return v, edo.Pending, nil
	case !u.state.Held():
		return v, edo.End, nil
	}
	v, next, ok := u.fn(u.state.Take())
	if !ok {
		return *new(T), edo.End, nil
	}
	u.state.Put(next)
	return v, edo.Ready, nil
}

func (u *unfold[S, T]) Drop() { u.state.Drop() }

// UnfoldFuture is [Unfold] with a function that returns a future, of an item and the next
// state. A nil future is the end. A future that fails is an error item, and the last one.
func UnfoldFuture[S, T any](init S, fn func(state S) edo.Future[Pair[T, S]]) Seq[T] {
	u := &unfoldFuture[S, T]{state: own.HoldValue(init), fn: fn}
	u.self = u
	return Seq[T]{&u.node}
}

// unfoldFuture holds the state, or a step that owns it.
type unfoldFuture[S, T any] struct {
	node[T]
	state own.Value[S]
	step  own.Future[Pair[T, S]]
	fn    func(S) edo.Future[Pair[T, S]]
}

func (u *unfoldFuture[S, T]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return v, edo.Pending, nil
	}
	if !u.step.Held() && u.state.Held() {
		u.step.Hold(u.fn(u.state.Take()))
	}
	if !u.step.Held() {
		turn.End(cx)
		return v, edo.End, nil
	}
	out, p, err := u.step.Poll(cx)
	turn.End(cx)
	if p != edo.Ready || err != nil {
		return v, p, err
	}
	u.state.Put(out.Second)
	return out.First, edo.Ready, nil
}

func (u *unfoldFuture[S, T]) Drop() {
	defer u.state.Drop()
	u.step.Drop()
}

// Iter2 is [Iter] of a sequence of values and errors, such as one that [All] returns: an error
// is an error item, and its value is not given.
func Iter2[T any](seq iter.Seq2[T, error]) Seq[T] {
	i := &iterated2[T]{}
	i.items.seq = func(yield func(item[T]) bool) {
		for v, err := range seq {
			if !yield(item[T]{v, err}) {
				return
			}
		}
	}
	i.self = i
	return Seq[T]{&i.node}
}

// item is a value, or an error.
type item[T any] struct {
	v   T
	err error
}

type iterated2[T any] struct {
	node[T]
	items iterated[item[T]]
}

func (i *iterated2[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	it, p, _ := i.items.PollNext(cx)
	if it.err != nil {
		return zero, p, it.err
	}
	return it.v, p, nil
}

func (i *iterated2[T]) Drop() { i.items.Drop() }
