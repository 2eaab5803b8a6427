package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Zip returns a stream of pairs: the first value of a with the first of b, and so on. It ends
// when the shorter one has ended, and drops the other at once. An error of either is passed on
// as it comes.
//
// Zip holds at most one value, of the stream that is ahead, and does not poll that one until
// the other has caught up. When it ends or is dropped it drops that value.
//
//	a    1-2-----|
//	b    ---a--b----c-|
//	Zip  ---1a-2b|
func Zip[A, B any](a Stream[A], b Stream[B]) Seq[Pair[A, B]] {
	z := &zip[A, B]{a: source(a), b: source(b)}
	z.self = z
	return Seq[Pair[A, B]]{&z.node}
}

type zip[A, B any] struct {
	node[Pair[A, B]]
	a      own.Stream[A]
	b      own.Stream[B]
	first  own.Value[A]
	second own.Value[B]
	bFirst bool // b is polled first: a has used up the budget, or has failed
}

func (z *zip[A, B]) PollNext(cx *edo.Context) (out Pair[A, B], _ edo.Poll, _ error) {
	isB := z.bFirst
	z.bFirst = false
	for range 2 {
		turn := budget.Begin(cx)
		p, err := z.pollOne(cx, isB)
		switch {
		case p == edo.End:
			z.Drop()
			return out, p, nil
		case err != nil:
			z.bFirst = !isB
			return out, p, err
		case p == edo.Pending && turn.UsedUp(cx):
			z.bFirst = !isB
		}
		isB = !isB
	}
	if !z.first.Held() || !z.second.Held() {
		return out, edo.Pending, nil
	}
	return Pair[A, B]{z.first.Take(), z.second.Take()}, edo.Ready, nil
}

// pollOne polls one of the streams for a value, unless there is one.
func (z *zip[A, B]) pollOne(cx *edo.Context, isB bool) (edo.Poll, error) {
	switch {
	case isB && !z.second.Held():
		return pollInto(cx, &z.b, &z.second)
	case !isB && !z.first.Held():
		return pollInto(cx, &z.a, &z.first)
	}
	return edo.Ready, nil
}

func (z *zip[A, B]) Drop() {
	defer z.second.Drop()
	defer z.first.Drop()
	defer z.b.Drop()
	z.a.Drop()
}

// pollInto polls s, and puts its value into v. Without a value the result is that of s.
func pollInto[T any](cx *edo.Context, s *own.Stream[T], v *own.Value[T]) (edo.Poll, error) {
	value, p, err := s.Poll(cx)
	if p == edo.Ready && err == nil {
		v.Put(value)
	}
	return p, err
}
