package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Scan returns a stream of what fn makes of each value of s and of an accumulator, which begins
// as init. fn returns the next accumulator and the item; for running totals both are the same.
//
//	totals := stream.Scan(s, 0, func(sum, v int) (int, int) { return sum + v, sum + v })
//
// The accumulator belongs to fn while fn runs, and to the stream between two calls. The stream
// drops it when s ends, or when it is dropped itself. After a panic of fn it has ended.
//
//	s     1--2--3--|
//	Scan  1--3--6--|
func Scan[A, T, U any](s Stream[T], init A, fn func(acc A, v T) (A, U)) Seq[U] {
	c := &scan[A, T, U]{src: source(s), acc: own.HoldValue(init), fn: fn}
	c.self = c
	return Seq[U]{&c.node}
}

type scan[A, T, U any] struct {
	node[U]
	src own.Stream[T]
	acc own.Value[A] // empty: ended, or fn has panicked with it
	fn  func(A, T) (A, U)
}

func (c *scan[A, T, U]) PollNext(cx *edo.Context) (u U, _ edo.Poll, _ error) {
	if !c.acc.Held() {
		c.src.Drop()
	}
	v, p, err := c.src.Poll(cx)
	switch {
	case p == edo.End:
		c.acc.Drop()
		return u, p, nil
	case p != edo.Ready || err != nil:
		return u, p, err
	}
	acc, u := c.fn(c.acc.Take(), v)
	c.acc.Put(acc)
	return u, edo.Ready, nil
}

func (c *scan[A, T, U]) Drop() {
	defer c.acc.Drop()
	c.src.Drop()
}
