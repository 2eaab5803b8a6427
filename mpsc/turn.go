package mpsc

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/sched"
)

// turn is the right of one task to receive without a lock. The task that received last
// has it. A receive by another task takes the right over first, and so two receives never
// run at the same time, although the ordinary one pays for two loads and two stores only.
//
//	root    the task; written before the turn is published
//	direct  its function, when that has received; written by the task
//	inside  a receive of the task is under way; written by the task, read by others
//
// Rules:
//
//  1. A task that finds its own turn in owner sets inside, looks at owner once more, and
//     receives if that is still the same turn. Otherwise it clears inside and seizes.
//  2. A task that seizes has the lock hand, for the whole of its receive. It stores a turn
//     of its own in owner, and then waits until inside of the turn before is clear. The
//     task before either finds the new turn in owner, or is seen inside.
//  3. A task that is not polled is not inside, and looks at owner when it is polled next.
//
// Rule 2 needs that the store of inside and the load of owner in rule 1 are not swapped.
// Most processors have a store that sees to that at no price (publish). On amd64 it would
// cost as much as the rest of the turn, so there the one that seizes, which is rare, waits
// for some microseconds instead: by then every store that came before a load that is done has
// left its processor. Not so when the task before is not being polled: rule 3.
type turn struct {
	root   *sched.Task
	direct atomic.Pointer[edo.Task]
	inside uint32
}

// ownership is whose turn it is.
type ownership struct{ of atomic.Pointer[turn] }

// begin begins a receive of a poll of root, if it is its turn. It returns the turn, for
// endReceive, or nil.
func (o *ownership) begin(root *sched.Task) *turn {
	t := o.of.Load()
	if t == nil || t.root != root {
		return nil
	}
	publish(&t.inside, 1)
	if o.of.Load() != t {
		publish(&t.inside, 0)
		return nil
	}
	return t
}

// isTurn says whether it is the turn of the function of task.
func (o *ownership) isTurn(task *edo.Task) bool {
	t := o.of.Load()
	return t != nil && t.direct.Load() == task
}

// beginReceive begins a receive of a poll of root. endReceive ends it, with what
// beginReceive returned.
func (c *channel[T]) beginReceive(root *sched.Task) *turn {
	t := c.owner.begin(root)
	if t == nil {
		c.seize(root)
	}
	return t
}

// endReceive ends a receive.
func (c *channel[T]) endReceive(t *turn) {
	if t != nil {
		publish(&t.inside, 0)
		return
	}
	c.hand.Unlock()
}

// seize makes root the task that receives, once no other task is inside of a receive. It
// takes the lock hand, which endReceive gives back.
func (c *channel[T]) seize(root *sched.Task) {
	c.hand.Lock()
	before := c.owner.of.Load()
	c.owner.of.Store(&turn{root: root})
	if before == nil || before.root.IsIdle() || before.root.HasEnded() {
		return
	}
	letStoresArrive()
	for n := 0; atomic.LoadUint32(&before.inside) != 0; n++ {
		switch {
		case n < 100:
			release.Relax()
		case n < 120:
			runtime.Gosched()
		default: // its thread was preempted, most likely
			time.Sleep(20 * time.Microsecond)
		}
	}
}

// note notes that it is the function of task that has received in the poll of root.
func (c *channel[T]) note(task *edo.Task, root *sched.Task) {
	if t := c.owner.of.Load(); t != nil && t.root == root && t.direct.Load() != task {
		t.direct.Store(task)
	}
}
