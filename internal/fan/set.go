package fan

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// Outcome says what became of a child that was polled.
type Outcome uint8

const (
	Pending Outcome = iota // it waits
	Ended                  // it is not polled again
	Last                   // nor is any other: the set is over
)

// Owner has the futures that the children of a set stand for. The set calls it from
// its polls alone.
type Owner interface {
	// Child returns child i.
	Child(i int) *Child
	// PollChild polls the future of child i. It may panic: the child counts as woken
	// then, and is polled again when the set is.
	PollChild(cx *sched.Context, i int) Outcome
}

// Set is the children of one future, and which of them are to be polled. One
// goroutine at a time uses it, that of the task that polls the future; its children
// may be woken from any. It must not be copied.
//
//	             taken whole at the next poll
//	 woken ─────────────────────────────────────► turns ──► polled, in the order
//	   ▲                                                        │ of their wakes
//	   └── idle ◄── suspended ◄─────────────────────────────────┘
//	   └──────────── or at once, when it was woken during its poll
//
//	woken    those that were woken since; any goroutine pushes, the poll takes the whole
//	parent   the task to wake when there are some: that of the last poll; written by
//	         the poll, read by any goroutine; nil before the first and after the end
//	others   the poll's alone
//
// # Rules
//
//  1. A poll stores parent and then takes woken. A waker pushes and then, if woken was
//     empty, loads parent and wakes that. So a child that a poll did not find is one
//     whose waker will find the parent of that poll. (A waker that found others there
//     may leave the wake to the one that found none: until the next poll takes them
//     all, one wake is enough.)
//  2. A poll polls each child at most once: those that are in its turns when it
//     begins. A child that is woken during the poll waits for the next one, so a
//     child that always wakes itself cannot keep the poll from returning.
//  3. When the budget has run out, the poll stops after the child that it is at, and
//     yields: the rest keep their turns, and the next poll begins with them. So
//     however many are always ready, each has its turn; and as one at least is polled,
//     this holds also when others have used up the budget before the set gets any.
//  4. A child is in one list at most, or polled (its task is active in both cases, or
//     notified), or idle. Ended ones may still be on a list, and are passed over.
//  5. An inspection ([sched.Context.Inspecting]) polls every child that has begun, with
//     its own waker but without its turn: it takes nothing off the lists and leaves the
//     states as they are, so that a wake during it is like any other. One that has not
//     begun would begin, and is left alone.
type Set struct {
	owner   Owner
	woken   stack
	parent  atomic.Pointer[sched.Task]
	turns   queue
	current *Child // the one that is polled
	n, left int32
	started bool // the children are linked: each has had its first turn given
	over    bool
}

// Init makes s a set of the n children of owner. Their first turns are in order.
func (s *Set) Init(owner Owner, n int) {
	s.owner, s.n, s.left = owner, int32(n), int32(n)
	for i := range n {
		c := owner.Child(i)
		c.set, c.index = s, int32(i)
		c.task.Init((*childBody)(c))
	}
}

// Shuffle draws the order of the first turns, in which each order is as likely: so of
// those that are ready at once, whichever they are, each is as likely to be the first. (To
// draw who begins, and to go on with its neighbours, favours who stands behind one that is
// not ready.) It is for before the first poll, and does nothing after that. More than 16
// children are one allocation.
func (s *Set) Shuffle(cx *sched.Context) {
	if s.started || cx.Inspecting() {
		return
	}
	s.started = true
	var few [16]*Child
	order := few[:0]
	for i := range int(s.n) {
		order = append(order, s.owner.Child(i))
	}
	for i := len(order) - 1; i > 0; i-- { // Fisher and Yates
		j := int(uint64(cx.Rand()) * uint64(i+1) >> 32)
		order[i], order[j] = order[j], order[i]
	}
	for _, c := range order {
		s.turns.append(queue{c, c})
	}
}

// Started says whether the first turns have been given.
func (s *Set) Started() bool { return s.started }

// Left returns how many children have not ended.
func (s *Set) Left() int { return int(s.left) }

// Ended says whether child i has ended.
func (s *Set) Ended(i int) bool { return s.owner.Child(i).ended }

// push puts c, which was woken, on the list, and sees to it that it is polled.
func (s *Set) push(c *Child) {
	if !s.woken.push(c) {
		return
	}
	if invariant.Enabled {
		invariant.Step("fan: before the parent is woken")
	}
	if p := s.parent.Load(); p != nil {
		p.Wake()
	}
}

// Poll polls the children whose turn it is and says whether the set is over: all have
// ended, or one has said [Last]. After that, and after [Set.Drop], it does nothing. An
// inspection is never over: then the task has been woken to find out.
func (s *Set) Poll(cx *sched.Context) (over bool) {
	if cx.Inspecting() {
		s.inspect(cx)
		return false
	}
	if s.isOver() {
		return true
	}
	s.takeTurns(cx)
	if s.turns.first == nil {
		return false
	}
	before := cx.Task()
	defer s.leave(cx, before)
	for c := s.turns.pop(); c != nil; c = s.turns.pop() {
		if c.ended {
			continue
		}
		c.task.Resume()
		if s.poll(cx, c) == Pending {
			c.suspend()
		}
		if s.isOver() {
			return true
		}
		if cx.Budget() <= 0 && s.turns.first != nil {
			cx.Branch(before)
			cx.Yield()
			return false
		}
	}
	return false
}

// PollAll polls every child that has not ended, woken or not: for an owner that has
// called all of them to an end, some of whom may be polled by others as well.
// Otherwise it is [Set.Poll].
func (s *Set) PollAll(cx *sched.Context) (over bool) {
	if cx.Inspecting() {
		s.inspect(cx)
		return false
	}
	if s.isOver() {
		return true
	}
	s.takeTurns(cx)
	// All are idle from here on, and polled so, as by an inspection: a child that is
	// woken gets on the list, and the task comes back.
	for c := s.turns.pop(); c != nil; c = s.turns.pop() {
		c.task.Resume()
		for !c.task.Suspend() {
		}
	}
	s.pollIdle(cx, func(*Child) bool { return true })
	return s.isOver()
}

// takeTurns gives turns to those that were woken.
func (s *Set) takeTurns(cx *sched.Context) {
	if p := cx.Task(); s.parent.Load() != p {
		s.parent.Store(p)
	}
	if invariant.Enabled {
		invariant.Step("fan: before the woken are taken")
	}
	if s.started {
		s.turns.append(s.woken.take())
		return
	}
	s.started = true
	for i := range int(s.n) {
		c := s.owner.Child(i)
		s.turns.append(queue{c, c})
	}
}

// poll polls c as a branch of the task.
func (s *Set) poll(cx *sched.Context, c *Child) Outcome {
	s.current = c
	c.begun = true
	cx.Branch(&c.task)
	out := s.owner.PollChild(cx, int(c.index))
	s.current = nil
	if out != Pending && !c.ended {
		c.end()
		s.left--
	}
	if out == Last {
		s.over = true
	}
	return out
}

func (s *Set) isOver() bool { return s.over || s.left == 0 }

// leave ends a poll, also one that has panicked: then the child that did is put back.
func (s *Set) leave(cx *sched.Context, before *sched.Task) {
	cx.Branch(before)
	if c := s.current; c != nil {
		s.current = nil
		c.suspend()
		c.task.Wake()
	}
}

// inspect polls those that wait, and wakes the task when the set has come to its end
// by that: a future has not asked whether it may go on.
func (s *Set) inspect(cx *sched.Context) {
	if s.isOver() {
		return
	}
	s.pollIdle(cx, func(c *Child) bool { return c.begun })
	if s.isOver() {
		cx.Task().Wake()
	}
}

// pollIdle polls the children that have not ended and that which picks, and leaves
// their states as they are.
func (s *Set) pollIdle(cx *sched.Context, which func(*Child) bool) {
	before := cx.Task()
	defer func() {
		s.current = nil
		cx.Branch(before)
	}()
	for i := 0; i < int(s.n) && !s.isOver(); i++ {
		if c := s.owner.Child(i); !c.ended && which(c) {
			s.poll(cx, c)
		}
	}
}

// Drop lets go of all children: they are not polled any more, and their wakes do
// nothing. What the owner has for them is the owner's to drop. It may be called twice.
func (s *Set) Drop() {
	s.over = true
	s.parent.Store(nil)
	s.turns = queue{}
	for i := range int(s.n) {
		if c := s.owner.Child(i); !c.ended {
			c.end()
		}
	}
	s.n, s.left = 0, 0
}
