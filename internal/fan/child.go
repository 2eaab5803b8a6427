package fan

import (
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// Child is one of the children of a [Set]. It stands for one future of the owner and
// gives the polls of that future a waker of their own. It lies inside the owner, and must
// not be copied.
type Child struct {
	// The state word of task says where the child is, in the terms of package sched:
	//
	//	active      in exactly one list of the set; or in none yet (see Set.started); or
	//	            being polled by the set, as its current child
	//	idle        waiting, in no list
	//	notified    active, and woken again
	//	complete    a bit of its own: the child has ended or was dropped, and its wakes
	//	            do nothing
	//
	// A child begins active, as every task does: Init stores no state.
	task sched.Task

	set *Set

	// next belongs to the waker that won idle → active until the child is on Set.woken, and
	// then to the goroutine that polls the set.
	next *Child

	// The following belong to the goroutine that polls the set.

	index int32
	begun bool // it has been polled
	ended bool // it is not polled again
}

// childBody is the side of a Child that the scheduler sees.
type childBody Child

func (b *childBody) Poll(*sched.Context) bool { panic("fan: a child is polled by its set") }
func (b *childBody) Fail(any, []byte)         { panic("fan: a child is polled by its set") }

// Unpark puts the woken child on the list of its set.
func (b *childBody) Unpark() { b.set.pushWoken((*Child)(b)) }

// Parent returns the task that polled the set last. It is nil before the first poll and
// after Drop.
func (b *childBody) Parent() *sched.Task { return b.set.parent.Load() }

// Ask polls the future of a waiting child by an inspection cx, while the set polls another
// child or none. The states of the children stay as they are (rule 6 of [Set]).
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
		// The future became ready, because it did not ask whether it may go on.
		if p := s.parent.Load(); p != nil && s.isOver() {
			p.Wake()
		}
	}()
	s.pollChild(cx, c)
}

// suspend ends a poll after which c waits. If c was woken during the poll, suspend wakes it
// now, which puts it on the woken list and wakes the task of the set.
func (c *Child) suspend() {
	woken := false
	for !c.task.Suspend() {
		woken = true
	}
	if woken {
		if invariant.Enabled {
			invariant.Step("fan: before a child is woken again")
		}
		c.task.Wake() // does nothing if another wake came first
	}
}

// retire makes the wakes of c do nothing from now on. c may still be on a list.
func (c *Child) retire() {
	c.ended = true
	c.task.Complete()
}
