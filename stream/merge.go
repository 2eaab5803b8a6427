package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Chain returns a stream of the items of s and then those of next, which is not polled before
// s has ended.
//
//	s      1-2--|
//	next   --a----b--|
//	Chain  1-2--a-b--|
func (s Seq[T]) Chain(next Stream[T]) Seq[T] {
	c := &chain[T]{first: s.source(), second: source(next)}
	c.self = c
	return Seq[T]{&c.node}
}

type chain[T any] struct {
	node[T]
	first, second own.Stream[T]
}

func (c *chain[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	if c.first.Held() {
		if v, p, err := c.first.Poll(cx); p != edo.End {
			return v, p, err
		}
	}
	return c.second.Poll(cx)
}

func (c *chain[T]) Drop() {
	defer c.second.Drop()
	c.first.Drop()
}

// Merge returns a stream of the items of s and other in the order in which they become ready.
// It ends when both have ended. While both are ready they take turns: s, other, s, other. The
// stream that gave the last item is polled second, so neither delays the other, even if one
// of them had to be waited for.
func (s Seq[T]) Merge(other Stream[T]) Seq[T] {
	m := &merge[T]{s: s.source(), other: source(other)}
	m.self = m
	return Seq[T]{&m.node}
}

type merge[T any] struct {
	node[T]
	s, other   own.Stream[T]
	otherFirst bool // other is polled first
}

func (m *merge[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	first, second := &m.s, &m.other
	if m.otherFirst {
		first, second = second, first
	}
	if !first.Held() {
		return second.Poll(cx) // an ended first would take from the budget for each item
	}
	turn := budget.Begin(cx)
	v, p, err := first.Poll(cx)
	if p == edo.Ready {
		m.otherFirst = !m.otherFirst
		return v, p, err
	}
	if p == edo.Pending && turn.UsedUp(cx) {
		m.otherFirst = !m.otherFirst
	}
	if !second.Held() {
		return zero, p, nil // pending, or the end
	}
	v, q, err := second.Poll(cx)
	if q == edo.End {
		return zero, p, nil // as the first: pending, or ended too
	}
	return v, q, err
}

func (m *merge[T]) Drop() {
	defer m.other.Drop()
	m.s.Drop()
}
