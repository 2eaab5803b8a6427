package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Any returns a future that is ready with true at the first value of s for which is returns
// true, and with false when s ends. It drops s at once. It fails with the first error of s.
// is owns the values.
func Any[T any](s Stream[T], is func(T) bool) edo.Future[bool] {
	return &search[T]{src: source(s), is: is, want: true}
}

// Every returns a future that is ready with false at the first value of s for which is
// returns false, and with true when s ends. Otherwise it is like [Any]. (The function All is
// the loop.)
func Every[T any](s Stream[T], is func(T) bool) edo.Future[bool] {
	return &search[T]{src: source(s), is: is, want: false}
}

// search is ready with want at the first value for which is returns want.
type search[T any] struct {
	src  own.Stream[T]
	is   func(T) bool // nil: ended or dropped
	want bool
}

func (f *search[T]) Poll(cx *edo.Context) (bool, edo.Poll, error) {
	for f.is != nil {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return false, edo.Pending, nil
		}
		v, p, err := f.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.Pending:
			return false, p, nil
		case p == edo.End:
			f.Drop()
			return !f.want, edo.Ready, nil
		case err != nil:
			f.Drop()
			return false, edo.Ready, err
		}
		if f.is(v) == f.want {
			f.Drop()
			return f.want, edo.Ready, nil
		}
	}
	return polledAgain[bool](cx)
}

func (f *search[T]) Drop() {
	f.is = nil
	f.src.Drop()
}

// Count returns a future of the number of the values of s, which it drops. It fails with the
// first error of s.
func Count[T any](s Stream[T]) edo.Future[int] {
	return Fold(s, 0, func(n int, v T) (int, error) {
		own.Discard(v)
		return n + 1, nil
	})
}
