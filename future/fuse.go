package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Fuse returns a future of the result of f that stays pending for ever when it is polled again
// after that. So a Poll that is written by hand, and polls it among others, need not remember
// that it has ended. The combinators do not need it: they drop a future that is ready. A Fuse
// that was dropped is ready with an error when it is polled, as every future of this package.
func (f Fut[T]) Fuse() Fut[T] {
	u := &fuse[T]{src: f.source()}
	u.self = u
	return Fut[T]{&u.node}
}

type fuse[T any] struct {
	node[T]
	src   own.Future[T]
	ended bool // src was ready
}

func (u *fuse[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if u.ended {
		cx.Proceed(u) // no waker: nothing will wake the task
		return v, edo.Pending, nil
	}
	v, p, err = u.src.Poll(cx)
	u.ended = p == edo.Ready
	return passWithValue(v, p, err)
}

// Waits says that the wait is in vain.
func (u *fuse[T]) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "future: nothing, behind a Fuse that has ended"}
}

func (u *fuse[T]) Drop() {
	u.ended = false
	u.src.Drop()
}

// Inspect returns a future of the result of f that calls fn with it before it is ready. fn
// only looks at the value, which it does not own.
func (f Fut[T]) Inspect(fn func(v T, err error)) Fut[T] {
	i := &inspect[T]{src: f.source(), fn: fn}
	i.self = i
	return Fut[T]{&i.node}
}

type inspect[T any] struct {
	node[T]
	src own.Future[T]
	v   own.Value[T] // while fn runs: dropped if fn panics
	fn  func(T, error)
}

func (i *inspect[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := i.src.Poll(cx)
	switch {
	case p != edo.Ready:
		return passWithoutValue[T](p, err)
	case err != nil:
		i.fn(v, err)
		return v, p, err
	}
	i.v.Put(v)
	i.fn(v, nil)
	return i.v.Take(), p, nil
}

func (i *inspect[T]) Drop() {
	defer i.v.Drop()
	i.src.Drop()
}
