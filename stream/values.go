package stream

import (
	"iter"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Values returns a stream of the values, which it owns: values that it has not given are
// dropped with it. Values(s...) streams a slice without a copy.
func Values[T any](values ...T) Seq[T] {
	s := &slice[T]{left: values}
	s.self = s
	return Seq[T]{&s.node}
}

type slice[T any] struct {
	node[T]
	left []T
}

// This stream never waits, and so has no leaf for [edo.Context.Proceed]. The same holds for
// once and iterated.

func (s *slice[T]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	switch {
	case !cx.Proceed(nil):
		return v, edo.Pending, nil
	case len(s.left) == 0:
		s.left = nil
		return v, edo.End, nil
	}
	v, s.left = s.left[0], s.left[1:]
	return v, edo.Ready, nil
}

func (s *slice[T]) Drop() {
	left := s.left
	s.left = nil
	own.DiscardAll(left)
}

// Once returns a stream of one value, which it owns.
func Once[T any](v T) Seq[T] {
	o := &once[T]{v: own.HoldValue(v)}
	o.self = o
	return Seq[T]{&o.node}
}

type once[T any] struct {
	node[T]
	v own.Value[T]
}

func (o *once[T]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	switch {
	case !cx.Proceed(nil):
		return v, edo.Pending, nil
	case !o.v.Held():
		return v, edo.End, nil
	}
	return o.v.Take(), edo.Ready, nil
}

func (o *once[T]) Drop() { o.v.Drop() }

// Empty returns a stream that has ended.
func Empty[T any]() Seq[T] { return Seq[T]{} }

// Iter returns a stream of the values of seq. seq starts at the first poll, and runs on a
// coroutine of its own ([iter.Pull]: some 3 KB, 100 to 200 ns per value), from poll to poll.
// When the stream is dropped, yield returns false to seq. seq must neither block nor use a
// task. A stream that has begun must be read to its end or dropped; otherwise its coroutine
// leaks.
func Iter[T any](seq iter.Seq[T]) Seq[T] {
	i := &iterated[T]{seq: seq}
	i.self = i
	return Seq[T]{&i.node}
}

type iterated[T any] struct {
	node[T]
	seq iter.Seq[T] // nil from the first poll on

	// Not nil between the first poll and the end.
	next func() (T, bool)
	stop func()
}

func (i *iterated[T]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	switch {
	case !cx.Proceed(nil):
		return v, edo.Pending, nil
	case i.seq == nil && i.next == nil:
		return v, edo.End, nil
	}
	if i.next == nil {
		i.next, i.stop = iter.Pull(i.seq)
		i.seq = nil
	}
	v, ok := i.next()
	if !ok {
		i.Drop()
		return v, edo.End, nil
	}
	return v, edo.Ready, nil
}

func (i *iterated[T]) Drop() {
	stop := i.stop
	i.seq, i.next, i.stop = nil, nil, nil
	if stop != nil {
		stop()
	}
}

// PollFn returns a stream whose PollNext is fn, so that it needs no type of its own. fn is
// called until it returns [edo.End], and follows the rules of [edo.Stream]: if it waits for
// something itself, it calls [edo.Context.Proceed] first, and keeps the waker when it is
// pending. When fn takes nothing off the budget, one operation is taken off for it.
func PollFn[T any](fn func(cx *edo.Context) (T, edo.Poll, error)) Seq[T] {
	f := &pollFn[T]{fn: fn}
	f.self = f
	return Seq[T]{&f.node}
}

type pollFn[T any] struct {
	node[T]
	fn func(cx *edo.Context) (T, edo.Poll, error) // nil: ended or dropped
}

func (f *pollFn[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return v, edo.Pending, nil
	}
	if f.fn == nil {
		turn.End(cx)
		return v, edo.End, nil
	}
	v, p, err = f.fn(cx)
	turn.End(cx)
	if p == edo.End {
		f.fn = nil
	}
	return v, p, err
}

func (f *pollFn[T]) Drop() { f.fn = nil }
