package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// AndThen returns a future that goes on, when f has a value, with the future that
// fn makes of it. When f fails, so does it, and fn does not run.
func AndThen[T, U any](f edo.Future[T], fn func(T) edo.Future[U]) Fut[U] {
	a := &andThen[T, U]{stages: stages[T, U]{first: source(f)}, fn: fn}
	a.self = a
	return Fut[U]{&a.node}
}

// OrElse returns a future that goes on, when f fails, with the future that fn makes
// of the error: a second try, or a value to go on with. When f has a value, so has
// it, and fn does not run.
func (f Fut[T]) OrElse(fn func(error) edo.Future[T]) Fut[T] {
	o := &orElse[T]{stages: stages[T, T]{first: f.source()}, fn: fn}
	o.self = o
	return Fut[T]{&o.node}
}

// Then returns a future that goes on, whatever f comes to, with the future that fn
// makes of it.
func Then[T, U any](f edo.Future[T], fn func(T, error) edo.Future[U]) Fut[U] {
	t := &then[T, U]{stages: stages[T, U]{first: source(f)}, fn: fn}
	t.self = t
	return Fut[U]{&t.node}
}

// stages are two futures, one after the other: the second is made when the first is
// ready. At most one is held at a time, and none after the end, or after the
// function that makes the second has panicked.
type stages[T, U any] struct {
	node[U]
	first  own.Future[T]
	second own.Future[U]
}

// goOn polls the second future, f when it has just been made.
func (s *stages[T, U]) goOn(cx *edo.Context, f edo.Future[U]) (U, edo.Poll, error) {
	f = unwrap(f)
	if f == nil {
		return pass[U](edo.Ready, errNil)
	}
	s.second.Hold(f)
	return s.second.Poll(cx)
}

func (s *stages[T, U]) Drop() {
	s.first.Drop()
	s.second.Drop()
}

type andThen[T, U any] struct {
	stages[T, U]
	fn func(T) edo.Future[U]
}

func (a *andThen[T, U]) Poll(cx *edo.Context) (U, edo.Poll, error) {
	if a.second.Held() {
		return a.second.Poll(cx)
	}
	v, p, err := a.first.Poll(cx)
	if p != edo.Ready || err != nil {
		return pass[U](p, err)
	}
	fn := a.fn
	a.fn = nil // what it has captured is not needed while the second future waits
	return a.goOn(cx, fn(v))
}

type orElse[T any] struct {
	stages[T, T]
	fn func(error) edo.Future[T]
}

func (o *orElse[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	if o.second.Held() {
		return o.second.Poll(cx)
	}
	v, p, err := o.first.Poll(cx)
	switch {
	case p != edo.Ready:
		return pass[T](p, err)
	case err == nil:
		return v, p, nil
	}
	fn := o.fn
	o.fn = nil
	return o.goOn(cx, fn(err))
}

type then[T, U any] struct {
	stages[T, U]
	fn func(T, error) edo.Future[U]
}

func (t *then[T, U]) Poll(cx *edo.Context) (U, edo.Poll, error) {
	if t.second.Held() {
		return t.second.Poll(cx)
	}
	v, p, err := t.first.Poll(cx)
	if p != edo.Ready {
		return pass[U](p, err)
	}
	fn := t.fn
	t.fn = nil
	return t.goOn(cx, fn(v, err))
}
