package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Take returns a stream of the first n values of s, and of the errors between them. It drops
// s right after the last of these values.
//
//	s     1-2-#-3-4-|
//	Take  1-2-#-(3|)
func (s Seq[T]) Take(n int) Seq[T] {
	t := &take[T]{src: s.source(), left: n}
	t.self = t
	if n <= 0 {
		t.Drop()
	}
	return Seq[T]{&t.node}
}

type take[T any] struct {
	node[T]
	src  own.Stream[T]
	left int
}

func (t *take[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := t.src.Poll(cx)
	if p == edo.Ready && err == nil {
		if t.left--; t.left == 0 {
			keepOrDrop(t.leave, v)
		}
	}
	return v, p, err
}

// leave drops the source before its last value is given. If that panics, the value is dropped too.
func (t *take[T]) leave(T) bool {
	t.src.Drop()
	return true
}

func (t *take[T]) Drop() { t.src.Drop() }

// Skip returns a stream of the items of s without its first n values, which it drops. It does
// not skip the errors between them.
//
//	s     1-2-#-3-4-|
//	Skip  ----#-3-4-|
func (s Seq[T]) Skip(n int) Seq[T] {
	k := &skip[T]{src: s.source(), left: n}
	k.self = k
	return Seq[T]{&k.node}
}

type skip[T any] struct {
	node[T]
	src  own.Stream[T]
	left int
}

func (k *skip[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for k.left > 0 {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := k.src.Poll(cx)
		if p != edo.Ready || err != nil {
			return v, p, err
		}
		turn.End(cx)
		k.left--
		own.Discard(v)
	}
	return k.src.Poll(cx)
}

func (k *skip[T]) Drop() { k.src.Drop() }
