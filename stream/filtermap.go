package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// FilterMap returns a stream of the results of fn for the values of s, without those for which
// fn returns false. fn owns the values.
//
//	s          1-2-3-4-|
//	FilterMap  --a---b-|
func FilterMap[T, U any](s Stream[T], fn func(T) (U, bool)) Seq[U] {
	f := &filterMap[T, U]{src: source(s), fn: fn}
	f.self = f
	return Seq[U]{&f.node}
}

type filterMap[T, U any] struct {
	node[U]
	src own.Stream[T]
	fn  func(T) (U, bool)
}

func (f *filterMap[T, U]) PollNext(cx *edo.Context) (zero U, _ edo.Poll, _ error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := f.src.Poll(cx)
		if p != edo.Ready || err != nil {
			return zero, p, err
		}
		turn.End(cx)
		if u, ok := f.fn(v); ok {
			return u, edo.Ready, nil
		}
	}
}

func (f *filterMap[T, U]) Drop() { f.src.Drop() }

// MapWhile returns a stream of the results of fn for the values of s, up to the first for
// which fn returns false. Then it ends, and drops s. fn owns the values.
//
//	s         1-2-3-4-|
//	MapWhile  a-b-|
func MapWhile[T, U any](s Stream[T], fn func(T) (U, bool)) Seq[U] {
	m := &mapWhile[T, U]{src: source(s), fn: fn}
	m.self = m
	return Seq[U]{&m.node}
}

type mapWhile[T, U any] struct {
	node[U]
	src own.Stream[T]
	fn  func(T) (U, bool)
}

func (m *mapWhile[T, U]) PollNext(cx *edo.Context) (zero U, _ edo.Poll, _ error) {
	v, p, err := m.src.Poll(cx)
	if p != edo.Ready || err != nil {
		return zero, p, err
	}
	if u, ok := m.fn(v); ok {
		return u, edo.Ready, nil
	}
	m.src.Drop()
	return zero, edo.End, nil
}

func (m *mapWhile[T, U]) Drop() { m.src.Drop() }

// SkipWhile returns a stream of the items of s without the values before the first for which
// skip returns false. It drops those, and passes the errors between them.
//
//	s          1-2-3-1-|
//	SkipWhile  ----3-1-|
func (s Seq[T]) SkipWhile(skip func(T) bool) Seq[T] {
	k := &skipWhile[T]{src: s.source(), skip: skip}
	k.self = k
	return Seq[T]{&k.node}
}

type skipWhile[T any] struct {
	node[T]
	src  own.Stream[T]
	skip func(T) bool // nil: it has returned false
}

func (k *skipWhile[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for k.skip != nil {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := k.src.Poll(cx)
		if p != edo.Ready || err != nil {
			return v, p, err
		}
		turn.End(cx)
		if keepOrDrop(func(v T) bool { return !k.skip(v) }, v) {
			k.skip = nil
			return v, edo.Ready, nil
		}
	}
	return k.src.Poll(cx)
}

func (k *skipWhile[T]) Drop() { k.src.Drop() }
