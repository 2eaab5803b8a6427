package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Map returns a future of fn(v), where v is the value of f. When f fails, the future fails
// with the same error, and fn does not run.
func Map[T, U any](f edo.Future[T], fn func(T) U) Fut[U] {
	m := &mapped[T, U]{src: source(f), fn: fn}
	m.self = m
	return Fut[U]{&m.node}
}

type mapped[T, U any] struct {
	node[U]
	src own.Future[T]
	fn  func(T) U
}

func (m *mapped[T, U]) Poll(cx *edo.Context) (U, edo.Poll, error) {
	v, p, err := m.src.Poll(cx)
	if p != edo.Ready || err != nil {
		return passWithoutValue[U](p, err)
	}
	return m.fn(v), edo.Ready, nil
}

func (m *mapped[T, U]) Drop() { m.src.Drop() }

// MapErr returns a future that fails with fn(err) when f fails with err. When fn returns nil,
// the future is ready with the zero value instead. When f does not fail, fn does not run.
func (f Fut[T]) MapErr(fn func(error) error) Fut[T] {
	m := &mappedErr[T]{src: f.source(), fn: fn}
	m.self = m
	return Fut[T]{&m.node}
}

type mappedErr[T any] struct {
	node[T]
	src own.Future[T]
	fn  func(error) error
}

func (m *mappedErr[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := m.src.Poll(cx)
	if p == edo.Ready && err == nil {
		return v, p, nil
	}
	if p == edo.Ready {
		err = m.fn(err)
	}
	return passWithoutValue[T](p, err)
}

func (m *mappedErr[T]) Drop() { m.src.Drop() }
