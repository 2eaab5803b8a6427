package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Map returns a stream of fn(v) for each value v of s.
//
//	s    1--2-#-3-|
//	Map  a--b-#-c-|
func Map[T, U any](s Stream[T], fn func(T) U) Seq[U] {
	m := &mapped[T, U]{src: source(s), fn: fn}
	m.self = m
	return Seq[U]{&m.node}
}

type mapped[T, U any] struct {
	node[U]
	src own.Stream[T]
	fn  func(T) U
}

func (m *mapped[T, U]) PollNext(cx *edo.Context) (u U, _ edo.Poll, _ error) {
	s := m.src.Inner() // this saves a call per item
	if s == nil {
		_, p, err := m.src.Poll(cx)
		return u, p, err
	}
	v, p, err := s.PollNext(cx)
	if p == edo.Ready && err == nil {
		return m.fn(v), edo.Ready, nil
	}
	if p == edo.End {
		m.src.Drop()
	}
	return u, p, err
}

func (m *mapped[T, U]) Drop() { m.src.Drop() }

// MapErr returns a stream of the items of s, with fn(err) in the place of each error err. An
// error for which fn returns nil is removed: so the stream goes on after an error that fn has
// handled.
//
//	s       1-#-2-#-3-|
//	MapErr  1---2---3-|
func (s Seq[T]) MapErr(fn func(error) error) Seq[T] {
	m := &mappedErr[T]{src: s.source(), fn: fn}
	m.self = m
	return Seq[T]{&m.node}
}

type mappedErr[T any] struct {
	node[T]
	src own.Stream[T]
	fn  func(error) error
}

func (m *mappedErr[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := m.src.Poll(cx)
		if p != edo.Ready || err == nil {
			return v, p, err
		}
		turn.End(cx)
		if err = m.fn(err); err != nil {
			return zero, edo.Ready, err
		}
	}
}

func (m *mappedErr[T]) Drop() { m.src.Drop() }

// Then returns a stream of the results of futures: fn makes one of each value of s. They are
// polled one after the other: s is polled for the next value when the future of the last one
// is ready. A future that fails is an error item.
//
//	s     (31)--2----|
//	Then  ---31---2--|
func Then[T, U any](s Stream[T], fn func(T) edo.Future[U]) Seq[U] {
	t := &then[T, U]{src: source(s), fn: fn}
	t.self = t
	return Seq[U]{&t.node}
}

type then[T, U any] struct {
	node[U]
	src  own.Stream[T]
	step own.Future[U] // the future of the last value of src, until it is ready
	fn   func(T) edo.Future[U]
}

func (t *then[T, U]) PollNext(cx *edo.Context) (u U, _ edo.Poll, _ error) {
	if !t.step.Held() {
		v, p, err := t.src.Poll(cx)
		if p != edo.Ready || err != nil {
			return u, p, err
		}
		f := t.fn(v)
		if f == nil {
			return u, edo.Ready, errNil
		}
		t.step.Hold(f)
	}
	return t.step.Poll(cx)
}

func (t *then[T, U]) Drop() {
	defer t.src.Drop()
	t.step.Drop()
}
