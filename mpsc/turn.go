package mpsc

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/sched"
)

// turn is the right of one task to receive without a lock. The task that received last has
// it. A receive by another task seizes the turn first. So two receives never run at the same
// time, although the ordinary receive pays for two loads and two stores only.
//
//	root    the task; written before the turn is published
//	direct  its function, once that has received; written by the task
//	inside  1 while a receive of the task runs; written by the task, read by others
//
// Rules:
//
//  1. A task that finds its own turn in owner sets inside, looks at owner once more, and
//     receives if that is still the same turn. Otherwise it clears inside and seizes.
//  2. A task that seizes holds the lock takeover for the whole of its receive. It stores a
//     turn of its own in owner, and then waits until inside of the turn before is clear. The
//     task before either finds the new turn in owner, or is seen inside.
//  3. A task that is not polled is not inside, and looks at owner when it is polled next.
//
// Rule 2 needs that the store of inside and the load of owner in rule 1 are not swapped.
// Most processors have a store that guarantees this at no price (publish). On amd64 such a
// store would cost as much as the rest of the turn. There the task that seizes, which is
// rare, waits for some microseconds instead: by then every store that came before a load
// that is done has left its processor. It need not wait when the task before is not being
// polled: rule 3.
type turn struct {
	root   *sched.Task
	direct atomic.Pointer[edo.Task]
	inside uint32
}

// ownership holds the turn of the task that may receive.
type ownership struct{ current atomic.Pointer[turn] }

// beginTurn begins a receive in a poll of root, if root has the turn (rule 1). It returns the
// turn, for endReceive, or nil.
func (o *ownership) beginTurn(root *sched.Task) *turn {
	t := o.current.Load()
	if t == nil || t.root != root {
		return nil
	}
	publish(&t.inside, 1)
	if o.current.Load() != t {
		publish(&t.inside, 0)
		return nil
	}
	return t
}

// isTurn reports whether the function of task has the turn.
func (o *ownership) isTurn(task *edo.Task) bool {
	t := o.current.Load()
	return t != nil && t.direct.Load() == task
}

// beginReceive begins a receive in a poll of root. endReceive ends it, with the turn that
// beginReceive returned.
func (c *channel[T]) beginReceive(root *sched.Task) *turn {
	t := c.owner.beginTurn(root)
	if t == nil {
		c.seizeTurn(root)
	}
	return t
}

// endReceive ends a receive.
func (c *channel[T]) endReceive(t *turn) {
	if t != nil {
		publish(&t.inside, 0)
		return
	}
	c.takeover.Unlock()
}

// seizeTurn gives root the turn, once no other task is inside of a receive (rule 2). It takes
// the lock takeover, which endReceive releases.
func (c *channel[T]) seizeTurn(root *sched.Task) {
	c.takeover.Lock()
	before := c.owner.current.Load()
	c.owner.current.Store(&turn{root: root})
	if before == nil || before.root.IsIdle() || before.root.HasEnded() {
		return // rule 3
	}
	awaitStores()
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

// recordFunction records that the function of task has received in the poll of root.
func (c *channel[T]) recordFunction(task *edo.Task, root *sched.Task) {
	if t := c.owner.current.Load(); t != nil && t.root == root && t.direct.Load() != task {
		t.direct.Store(task)
	}
}
