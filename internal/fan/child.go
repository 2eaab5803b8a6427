package fan

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// Child is one of the children of a [Set], for the poll of the owner's future that it
// stands for. It is part of the owner, and must not be copied.
//
// The state word of its task says where it is, in the words of package sched:
//
//	active      in exactly one of the set's lists, or not linked yet (see Set.started);
//	            or being polled by the set: Set.current
//	idle        waiting; in no list
//	notified    active, and woken meanwhile
//	complete    (a bit of its own) ended, or let go of; wakes do nothing any more
//
// A child begins active, as every task does: nothing is stored for that.
//
//	next    of the waker that won idle → active, until the child is on the list; then the
//	        set's
//	others  the set's, that is the goroutine's that polls it
type Child struct {
	task  sched.Task
	set   *Set
	next  *Child
	index int32
	begun bool // it has been polled
	ended bool
}

// childBody is the side of a Child that the scheduler sees.
type childBody Child

func (b *childBody) Poll(*sched.Context) bool { panic("fan: a child is polled by its set") }
func (b *childBody) Fail(any, []byte)         { panic("fan: a child is polled by its set") }

// Unpark puts a child that was woken on the list of its set.
func (b *childBody) Unpark() { b.set.push((*Child)(b)) }

// Parent returns the task that polled the set last, or nil when the set is over.
func (b *childBody) Parent() *sched.Task { return b.set.parent.Load() }

// Ask polls the future of a child that waits, by an inspection cx, while its set polls
// another child or does not poll: it leaves the states as they are, as rule 5 says.
func (b *childBody) Ask(cx *sched.Context) {
	c := (*Child)(b)
	s := c.set
	if c.ended || !c.begun || s.isOver() {
		return
	}
	before, current := cx.Task(), s.current
	defer func() {
		s.current = current
		cx.Branch(before)
		if p := s.parent.Load(); p != nil && s.isOver() { // a future has not asked whether it may go on
			p.Wake()
		}
	}()
	s.poll(cx, c)
}

// suspend ends a poll of c that is not the last. When c was woken meanwhile, by
// itself or by others, it goes back on the list, and the set's task comes back.
func (c *Child) suspend() {
	woken := false
	for !c.task.Suspend() {
		woken = true
	}
	if woken {
		if invariant.Enabled {
			invariant.Step("fan: before a child is woken again")
		}
		c.task.Wake() // nothing, when another wake was faster
	}
}

// end lets go of c: its wakes do nothing from now on. It may still be on a list.
func (c *Child) end() {
	c.ended = true
	c.task.Complete()
}

// stack is the list on which wakers put children: a Treiber stack, linked by
// Child.next, which is taken whole. Only the winner of idle → active pushes a child, so
// it is there once.
type stack struct{ head atomic.Pointer[Child] }

// push adds c and says whether the stack was empty.
func (s *stack) push(c *Child) (first bool) {
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

// take empties the stack, and returns what was in it as a queue, oldest first.
func (s *stack) take() (q queue) {
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

// queue is a list of children in the order of their turns.
type queue struct{ first, last *Child }

func (q *queue) append(other queue) {
	if q.first == nil {
		*q = other
	} else if other.first != nil {
		q.last.next = other.first
		q.last = other.last
	}
}

// pop takes the first child out, or returns nil.
func (q *queue) pop() *Child {
	c := q.first
	if c != nil {
		q.first, c.next = c.next, nil
	}
	return c
}
