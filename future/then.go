package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// AndThen returns a future that calls fn with the value of f, and then continues with the
// future that fn returns. When f fails, the future fails with the same error, and fn does
// not run.
func AndThen[T, U any](f edo.Future[T], fn func(T) edo.Future[U]) Fut[U] {
	a := &andThen[T, U]{stages: stages[T, U]{first: source(f)}, fn: fn}
	a.self = a
	return Fut[U]{&a.node}
}

// OrElse returns a future that calls fn with the error of f, if f fails, and then continues
// with the future that fn returns: a second attempt, or a default value. When f has a value,
// the future has the same value, and fn does not run.
func (f Fut[T]) OrElse(fn func(error) edo.Future[T]) Fut[T] {
	o := &orElse[T]{stages: stages[T, T]{first: f.source()}, fn: fn}
	o.self = o
	return Fut[T]{&o.node}
}

// Then returns a future that calls fn with the value and the error of f, and then continues
// with the future that fn returns.
func Then[T, U any](f edo.Future[T], fn func(T, error) edo.Future[U]) Fut[U] {
	t := &then[T, U]{stages: stages[T, U]{first: source(f)}, fn: fn}
	t.self = t
	return Fut[U]{&t.node}
}

// Flatten returns a future that waits for f, and then continues with the future that is its
// value. When f fails, the future fails with the same error.
func Flatten[T any, F edo.Future[T]](f edo.Future[F]) Fut[T] {
	l := &flatten[T, F]{stages: stages[F, T]{first: source(f)}}
	l.self = l
	return Fut[T]{&l.node}
}

// stages is two futures, one after the other: the second is made when the first is ready. It
// holds at most one at a time, and none after the end, or after a panic of the function that
// makes the second.
type stages[T, U any] struct {
	node[U]
	first  own.Future[T]
	second own.Future[U]
}

// startSecond polls f, the second future, for the first time.
func (s *stages[T, U]) startSecond(cx *edo.Context, f edo.Future[U]) (U, edo.Poll, error) {
	f = unwrap(f)
	if f == nil {
		return passWithoutValue[U](edo.Ready, errNil)
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
		return passWithoutValue[U](p, err)
	}
	fn := a.fn
	a.fn = nil // the collector may free its variables while the second future waits
	return a.startSecond(cx, fn(v))
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
		return passWithoutValue[T](p, err)
	case err == nil:
		return v, p, nil
	}
	fn := o.fn
	o.fn = nil
	return o.startSecond(cx, fn(err))
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
		return passWithoutValue[U](p, err)
	}
	fn := t.fn
	t.fn = nil
	return t.startSecond(cx, fn(v, err))
}

type flatten[T any, F edo.Future[T]] struct{ stages[F, T] }

func (l *flatten[T, F]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	if l.second.Held() {
		return l.second.Poll(cx)
	}
	inner, p, err := l.first.Poll(cx)
	if p != edo.Ready || err != nil {
		return passWithoutValue[T](p, err)
	}
	return l.startSecond(cx, inner)
}
