package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Filter returns a stream of the values of s for which keep returns true. It drops the
// others.
//
//	s       1-2-3-4-|
//	Filter  --2---4-|
func (s Seq[T]) Filter(keep func(T) bool) Seq[T] {
	f := &filter[T]{src: s.source(), keep: keep}
	f.self = f
	return Seq[T]{&f.node}
}

// filter has a slot for the value that keep looks at. A deferred function would drop the value
// when keep panics too, and costs two nanoseconds more.
type filter[T any] struct {
	node[T]
	src  own.Stream[T]
	keep func(T) bool
	v    own.Value[T]
}

func (f *filter[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		s := f.src.Inner() // this saves a call per item
		if s == nil {
			return f.src.Poll(cx)
		}
		v, p, err := s.PollNext(cx)
		if p != edo.Ready || err != nil {
			if p == edo.End {
				f.src.Drop()
			}
			return v, p, err
		}
		if f.v.Held() { // keep has panicked with it
			f.v.Replace(v)
		} else {
			f.v.Put(v)
		}
		isKept := f.keep(v)
		f.v.Take()
		if isKept {
			return v, edo.Ready, nil
		}
		own.GoOn(cx)
		turn.End(cx)
		own.Discard(v)
	}
}

func (f *filter[T]) Drop() {
	defer f.v.Drop()
	f.src.Drop()
}

// TakeWhile returns a stream of the values of s before the first for which keep returns
// false. It drops that value, and s.
//
//	s          1-2-3-1-|
//	TakeWhile  1-2-|
func (s Seq[T]) TakeWhile(keep func(T) bool) Seq[T] {
	t := &takeWhile[T]{src: s.source(), keep: keep}
	t.self = t
	return Seq[T]{&t.node}
}

type takeWhile[T any] struct {
	node[T]
	src  own.Stream[T]
	keep func(T) bool
}

func (t *takeWhile[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	v, p, err := t.src.Poll(cx)
	if p != edo.Ready || err != nil || keepOrDrop(t.keep, v) {
		return v, p, err
	}
	t.src.Drop()
	return zero, edo.End, nil
}

func (t *takeWhile[T]) Drop() { t.src.Drop() }

// keepOrDrop reports whether keep returns true for v. Otherwise, and when keep panics, it
// drops v, which still belongs to the stream.
func keepOrDrop[T any](keep func(T) bool, v T) (kept bool) {
	defer func() {
		if !kept {
			own.Discard(v)
		}
	}()
	return keep(v)
}
