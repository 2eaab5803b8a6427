package fan

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
)

// wokenStack is the list on which wakers put children: a Treiber stack, linked by
// Child.next. A poll always takes the whole stack. Only the waker that won idle → active
// pushes a child, so no child is on it twice.
type wokenStack struct{ head atomic.Pointer[Child] }

// push adds c and reports whether the stack was empty: then the caller wakes the parent (rule
// 1 of [Set]).
func (s *wokenStack) push(c *Child) (wasEmpty bool) {
	for {
		head := s.head.Load()
		c.next = head
		if invariant.Enabled {
			invariant.Step("fan: before a child is pushed")
		}
		if s.head.CompareAndSwap(head, c) {
			return head == nil
		}
	}
}

// takeAll empties the stack, and returns its children as a queue, oldest first. A poll
// has stored parent before (rule 1 of [Set]).
func (s *wokenStack) takeAll() (q turnQueue) {
	if s.head.Load() == nil {
		return q
	}
	c := s.head.Swap(nil)
	q.last = c
	for c != nil {
		next := c.next
		c.next = q.first
		q.first, c = c, next
	}
	return q
}

// turnQueue is a list of children in the order of their turns.
type turnQueue struct{ first, last *Child }

func (q *turnQueue) append(other turnQueue) {
	if q.first == nil {
		*q = other
	} else if other.first != nil {
		q.last.next = other.first
		q.last = other.last
	}
}

// pop removes and returns the first child, or returns nil.
func (q *turnQueue) pop() *Child {
	c := q.first
	if c != nil {
		q.first, c.next = c.next, nil
	}
	return c
}
