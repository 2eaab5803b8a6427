package fan

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// Outcome is the result of polling a child.
type Outcome uint8

const (
	Pending Outcome = iota // the child waits
	Ended                  // the child is not polled again
	Last                   // no child is polled again: the set is over
	Again                  // the poll returns; the next turn of the child is behind those of the others
	Vacant                 // the child waits for nothing, and is not polled before Begin
)

// Owner owns the futures that the children of a set stand for. The set calls it while it
// is polled or inspected, never from a wake. It calls back, instead of giving out the
// children in a loop, because an inspection of one child reaches the child, and not the
// owner.
type Owner interface {
	// Child returns child i.
	Child(i int) *Child
	// PollChild polls the future of child i. If it panics, the child counts as woken, and
	// is polled again with the set.
	PollChild(cx *sched.Context, i int) Outcome
}

// Set is the children of one future, and a record of which of them to poll. One goroutine
// at a time uses it: the one that polls the future. Any goroutine may wake its children. It
// must not be copied.
type Set struct {
	// The way of a child through the lists:
	//
	//	             the next poll takes all
	//	 woken ──────────────────────────────► turns ──► polled, in the order of the wakes
	//	   ▲                                                │
	//	   └── idle ◄── suspended ◄─────────────────────────┘
	//	   └──────────── or at once, if it was woken during its poll
	//
	// Rules:
	//
	//  1. A poll stores parent, and then takes the woken list. A waker pushes its child, and
	//     then, if the list was empty, loads parent and wakes that task. So when a poll did
	//     not find a child, the waker of the child finds the parent of that poll. A waker
	//     that found the list filled leaves the wake to the one that found it empty: one
	//     wake is enough until the next poll takes the whole list. Begin takes the list too,
	//     without a parent: the next waker finds it empty and wakes the task of the last poll,
	//     and a poll by another task takes what came since then.
	//  2. A poll polls each child at most once: those in turns when it begins. A child that
	//     is woken during the poll waits for the next one. So a child that always wakes
	//     itself cannot keep the poll from returning.
	//  3. When the budget is used up, the poll stops after the current child, and yields. The
	//     other children keep their turns, and the next poll begins with them. So each child
	//     has its turn, however many are always ready. Each poll polls at least one child, so
	//     this holds also when the budget was used up before the set was polled.
	//  4. A child is in one list at most, or being polled (its task is active or notified in
	//     both cases), or idle. Ended children may still be on a list; a poll skips them.
	//  5. A vacant child is active and in no list, so that its wakes do nothing. Begin, on the
	//     goroutine that polls the set, gives it a turn.
	//  6. An inspection ([sched.Context.Inspecting]) polls every child that has begun, with
	//     the child's waker but outside of its turn. It takes no child off a list and leaves
	//     the states as they are, so that a wake during an inspection is like any other. It
	//     skips a child that has not begun, because its poll would begin it.

	owner Owner

	// Any goroutine pushes; a poll takes all.
	woken wokenStack

	// The task to wake when a child is woken: the task of the last poll. A poll writes it,
	// any goroutine reads it. It is nil before the first poll and after Drop.
	parent atomic.Pointer[sched.Task]

	// The following belong to the goroutine that polls the set.

	turns     turnQueue
	current   *Child // the child that is being polled
	size      int32
	remaining int32 // children that have not ended
	started   bool  // each child has had its first turn given: all are linked
	over      bool
}

// Init makes s a set of the n children of owner. Their first turns are in order.
func (s *Set) Init(owner Owner, n int) {
	s.owner, s.size, s.remaining = owner, int32(n), int32(n)
	for i := range n {
		c := owner.Child(i)
		c.set, c.index = s, int32(i)
		c.task.Init((*childBody)(c))
	}
}

// Shuffle draws the order of the first turns; every order is as likely. So each of the
// children that are ready at once is as likely to be the first. (To draw only the first
// child, and to go on with its neighbours, would favour the one behind a child that is not
// ready.) It has an effect only before the first poll. More than 16 children are one
// allocation.
func (s *Set) Shuffle(cx *sched.Context) {
	if s.started || cx.Inspecting() {
		return
	}
	s.started = true
	var array [16]*Child
	order := array[:0]
	for i := range int(s.size) {
		order = append(order, s.owner.Child(i))
	}
	for i := len(order) - 1; i > 0; i-- { // Fisher and Yates
		j := int(uint64(cx.Rand()) * uint64(i+1) >> 32)
		order[i], order[j] = order[j], order[i]
	}
	for _, c := range order {
		s.turns.append(turnQueue{c, c})
	}
}

// Started reports whether the children have got their first turns.
func (s *Set) Started() bool { return s.started }

// Ended reports whether child i has ended.
func (s *Set) Ended(i int) bool { return s.owner.Child(i).ended }

// InitVacant makes s a set of n children of owner, all of them vacant.
func (s *Set) InitVacant(owner Owner, n int) {
	s.Init(owner, n)
	s.started = true
}

// Add adds a child behind the others, which is vacant, and returns its number.
func (s *Set) Add() int {
	i := s.size
	c := s.owner.Child(int(i))
	c.set, c.index = s, i
	c.task.Init((*childBody)(c))
	s.size++
	s.remaining++
	return int(i)
}

// Begin gives child i, which is vacant, a turn in the next poll, behind the children that were
// woken before. It does not wake the task.
func (s *Set) Begin(i int) {
	if s.started {
		s.turns.append(s.woken.takeAll()) // rule 1: the next poll takes those that come after it
	}
	c := s.owner.Child(i)
	s.turns.append(turnQueue{c, c})
}

// WakeChild wakes child i, so that the next poll polls it.
func (s *Set) WakeChild(i int) { s.owner.Child(i).task.Wake() }

// WakeParent wakes the task of the last poll.
func (s *Set) WakeParent() {
	if p := s.parent.Load(); p != nil {
		p.Wake()
	}
}

// pushWoken puts the woken child c on the list, and wakes the task of the set if the list
// was empty (rule 1).
func (s *Set) pushWoken(c *Child) {
	if wasEmpty := s.woken.push(c); !wasEmpty {
		return
	}
	if invariant.Enabled {
		invariant.Step("fan: before the parent is woken")
	}
	if p := s.parent.Load(); p != nil {
		p.Wake()
	}
}

// Poll polls the children whose turn it is, and reports whether the set is over: all have
// ended, or PollChild returned [Last] for one. Then, and after [Set.Drop], it polls nothing.
// An inspection reports false: if it brought the set to its end, it has woken the task.
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
	defer s.endPoll(cx, before)
	for c := s.turns.pop(); c != nil; c = s.turns.pop() { // rule 2: turns does not grow
		if c.ended { // rule 4
			continue
		}
		c.task.Resume()
		switch s.pollChild(cx, c) {
		case Pending:
			c.suspend()
		case Again:
			s.turns.append(turnQueue{c, c})
			return false
		case Vacant: // rule 5
			c.begun = false
		}
		if s.isOver() {
			return true
		}
		if cx.Budget() <= 0 && s.turns.first != nil { // rule 3
			cx.Branch(before)
			cx.Yield()
			return false
		}
	}
	return false
}

// PollAll polls every child that has not ended, woken or not. It is for an owner that is
// bringing all of them to an end, when some are also polled outside of the set. Otherwise it
// is like [Set.Poll].
func (s *Set) PollAll(cx *sched.Context) (over bool) {
	if cx.Inspecting() {
		s.inspect(cx)
		return false
	}
	if s.isOver() {
		return true
	}
	s.takeTurns(cx)
	// Make all children idle, and poll them in that state, as an inspection does: a child
	// that is woken meanwhile gets on the list, and its waker wakes the task.
	for c := s.turns.pop(); c != nil; c = s.turns.pop() {
		c.task.Resume()
		for !c.task.Suspend() {
		}
	}
	s.pollIdle(cx, func(*Child) bool { return true })
	return s.isOver()
}

// takeTurns stores parent and then gives turns to the woken children (rule 1). The first
// poll gives turns to all.
func (s *Set) takeTurns(cx *sched.Context) {
	if p := cx.Task(); s.parent.Load() != p {
		s.parent.Store(p)
	}
	if invariant.Enabled {
		invariant.Step("fan: before the woken are taken")
	}
	if s.started {
		s.turns.append(s.woken.takeAll())
		return
	}
	s.started = true
	for i := range int(s.size) {
		c := s.owner.Child(i)
		s.turns.append(turnQueue{c, c})
	}
}

// pollChild polls c as a branch of the task.
func (s *Set) pollChild(cx *sched.Context, c *Child) Outcome {
	s.current = c
	c.begun = true
	cx.Branch(&c.task)
	out := s.owner.PollChild(cx, int(c.index))
	s.current = nil
	if (out == Ended || out == Last) && !c.ended {
		c.retire()
		s.remaining--
	}
	if out == Last {
		s.over = true
	}
	return out
}

func (s *Set) isOver() bool { return s.over || s.remaining == 0 }

// endPoll makes the task itself the one to wake again. If the poll of a child has panicked,
// that child gets another turn.
func (s *Set) endPoll(cx *sched.Context, before *sched.Task) {
	cx.Branch(before)
	if c := s.current; c != nil {
		s.current = nil
		c.suspend()
		c.task.Wake()
	}
}

// inspect polls the children that wait (rule 6). It wakes the task when this brought the set
// to its end: then a future became ready without asking whether it may go on.
func (s *Set) inspect(cx *sched.Context) {
	if s.isOver() {
		return
	}
	s.pollIdle(cx, func(c *Child) bool { return c.begun })
	if s.isOver() {
		cx.Task().Wake()
	}
}

// pollIdle polls the children that have not ended and that include accepts. It leaves their
// states as they are.
func (s *Set) pollIdle(cx *sched.Context, include func(*Child) bool) {
	before := cx.Task()
	defer func() {
		s.current = nil
		cx.Branch(before)
	}()
	for i := 0; i < int(s.size) && !s.isOver(); i++ {
		if c := s.owner.Child(i); !c.ended && include(c) {
			s.pollChild(cx, c)
		}
	}
}

// Drop ends the set: its children are not polled any more, and their wakes do nothing. The
// owner drops their futures itself. Drop may be called twice.
func (s *Set) Drop() {
	s.over = true
	s.parent.Store(nil) // a child that is woken finds no task to wake
	s.turns = turnQueue{}
	for i := range int(s.size) {
		if c := s.owner.Child(i); !c.ended {
			c.retire()
		}
	}
	s.size, s.remaining = 0, 0
}
