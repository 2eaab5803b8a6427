package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Lazy returns a future that runs fn at its first poll, on the worker that polls, and is
// ready with the result of fn. fn runs at most once. If the future is dropped before its
// first poll, fn never runs, and so cannot clean up: see [Owning]. fn must not block.
func Lazy[T any](fn func() (T, error)) Fut[T] {
	l := &lazy[T]{fn: fn}
	l.self = l
	return Fut[T]{&l.node}
}

type lazy[T any] struct {
	node[T]
	fn func() (T, error) // nil: it has run or was dropped
}

func (l *lazy[T]) Poll(cx *edo.Context) (v T, _ edo.Poll, err error) {
	fn := l.fn
	switch {
	case fn == nil:
		return polledAgain[T](cx)
	case !cx.Proceed(nil):
		return v, edo.Pending, nil
	}
	l.fn = nil
	v, err = fn()
	return v, edo.Ready, err
}

func (l *lazy[T]) Drop() { l.fn = nil }

// Ready returns a future that is ready with v, which it owns until then. It takes one
// operation off the budget of the poll, so that a loop that awaits values that are there
// already gives way to other tasks.
func Ready[T any](v T) Fut[T] {
	r := &ready[T]{v: own.HoldValue(v)}
	r.self = r
	return Fut[T]{&r.node}
}

type ready[T any] struct {
	node[T]
	v own.Value[T]
}

func (r *ready[T]) Poll(cx *edo.Context) (v T, _ edo.Poll, err error) {
	switch {
	case !r.v.Held():
		return polledAgain[T](cx)
	case !cx.Proceed(nil):
		return v, edo.Pending, nil
	}
	return r.v.Take(), edo.Ready, nil
}

func (r *ready[T]) Drop() { r.v.Drop() }

// Fail returns a future that fails with err at every poll.
func Fail[T any](err error) Fut[T] {
	f := &fail[T]{err: err}
	f.self = f
	return Fut[T]{&f.node}
}

type fail[T any] struct {
	node[T]
	err error
}

func (f *fail[T]) Poll(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	if !cx.Proceed(nil) {
		return v, edo.Pending, nil
	}
	return v, edo.Ready, f.err
}

// PollFn returns a future whose Poll is fn, so that it needs no type of its own.
// fn is called until it is ready, and follows the rules of [edo.Future]: if it waits for
// something itself, it calls [edo.Context.Proceed] first, and keeps the waker when it is
// pending. When fn takes nothing off the budget, one operation is taken off for it.
// [Owning] drops what fn owns.
func PollFn[T any](fn func(cx *edo.Context) (T, edo.Poll, error)) Fut[T] {
	f := &pollFn[T]{fn: fn}
	f.self = f
	return Fut[T]{&f.node}
}

type pollFn[T any] struct {
	node[T]
	fn func(cx *edo.Context) (T, edo.Poll, error) // nil: ended or dropped
}

func (f *pollFn[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if f.fn == nil {
		return polledAgain[T](cx)
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return v, edo.Pending, nil
	}
	v, p, err = f.fn(cx)
	turn.End(cx)
	if p != edo.Pending {
		f.fn = nil
	}
	return v, p, err
}

func (f *pollFn[T]) Drop() { f.fn = nil }
