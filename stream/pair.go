package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Pair is two values of one item. Who owns them is said by the operation that makes it.
type Pair[A, B any] struct {
	First  A
	Second B
}

// Enumerate returns a stream of the values of s, each with its number, from 0. Errors are not
// counted.
//
//	s          a--b--c--|
//	Enumerate  0a-1b-2c-|
func Enumerate[T any](s Stream[T]) Seq[Pair[int, T]] {
	e := &enumerate[T]{src: source(s)}
	e.self = e
	return Seq[Pair[int, T]]{&e.node}
}

type enumerate[T any] struct {
	node[Pair[int, T]]
	src own.Stream[T]
	n   int
}

func (e *enumerate[T]) PollNext(cx *edo.Context) (out Pair[int, T], _ edo.Poll, _ error) {
	v, p, err := e.src.Poll(cx)
	if p != edo.Ready || err != nil {
		return out, p, err
	}
	out = Pair[int, T]{e.n, v}
	e.n++
	return out, edo.Ready, nil
}

func (e *enumerate[T]) Drop() { e.src.Drop() }

// Pairwise returns a stream of the neighbours in s: each value with the one before it. So
// there is one pair less than there are values. An error is passed on, and the values around
// it are neighbours.
//
// A value is in two pairs. The receiver owns both values of the first pair and the Second of
// each later one. Pairwise keeps the last value to read it, and drops it only if it was in no
// pair.
//
//	s         1--2--3--|
//	Pairwise  ---12-23-|
func Pairwise[T any](s Stream[T]) Seq[Pair[T, T]] {
	w := &pairwise[T]{src: source(s)}
	w.self = w
	return Seq[Pair[T, T]]{&w.node}
}

type pairwise[T any] struct {
	node[Pair[T, T]]
	src    own.Stream[T]
	last   own.Value[T]
	isSeen bool // last was in a pair: it is the receiver's
}

func (w *pairwise[T]) PollNext(cx *edo.Context) (out Pair[T, T], _ edo.Poll, _ error) {
	v, p, err := w.src.Poll(cx)
	if p == edo.Ready && err == nil && !w.last.Held() {
		w.last.Put(v)
		v, p, err = w.src.Poll(cx)
	}
	switch {
	case p == edo.End:
		w.Drop()
		return out, p, nil
	case p != edo.Ready || err != nil:
		return out, p, err
	}
	out = Pair[T, T]{w.last.Take(), v}
	w.last.Put(v)
	w.isSeen = true
	return out, edo.Ready, nil
}

func (w *pairwise[T]) Drop() {
	if w.isSeen {
		w.last.Take()
	}
	defer w.last.Drop()
	w.src.Drop()
}
