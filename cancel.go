package edo

import (
	"sync"
	"sync/atomic"
	"weak"

	"github.com/edo-go/edo/internal/sched"
)

// Cancel is a token that stands for "stop this": whoever has it may cancel it, ask
// whether it was, wait for that, and bind tasks to it with [CancelledBy]. Tokens form
// a tree: cancelling reaches the children of a token and theirs, and never its parent.
// The zero value is ready for use. A token must not be copied; its methods may be
// called from any goroutine. A cancellation takes some 10 ns for each child.
type Cancel struct {
	//	done      set once, locked; read by anybody
	//	below     what a cancellation must reach, until there was one: the call that sets
	//	          done takes the list, and from then on it is not looked at
	//	place     in the list of the parent; guarded by the parent's lock
	//
	// The list of a token holds its children weakly: what is below a child (a task, a
	// wait, a child of its own) refers to it, and so keeps it as long as it matters. A child
	// that the program has forgotten is collected, and its place is taken out of the list
	// when the list would have doubled.
	//
	// No lock is taken while another one is held, so a cancellation of 100,000 children
	// takes 100,000 locks.

	parent *Cancel     // nil: a root; not changed
	place  *place[any] // nil: a root; the token must be collected while its place is kept
	done   atomic.Bool

	mu      sync.Mutex       // guards the following
	below   roster[any]      // of weak.Pointer[Cancel], *CancelledFuture and *sched.Task
	sweepAt int              // with so many in below the collected ones are taken out
	own     *CancelledFuture // what PollCancelled waits with
	kept    *CancelledFuture // for the next Cancelled
	dropped bool
}

// NewCancel returns a new token, without a parent.
func NewCancel() *Cancel { return &Cancel{} }

// Child returns a token that is cancelled when c is, or on its own. The child of a
// token that was cancelled is cancelled. One that is forgotten is collected, as any
// other object. It costs three allocations, of some 300 bytes together.
func (c *Cancel) Child() *Cancel {
	k := &Cancel{parent: c, place: &place[any]{}}
	k.place.who = weak.Make(k)
	if !c.join(k.place) {
		k.done.Store(true)
	}
	return k
}

// join puts p into the list of what a cancellation reaches, unless there was one.
func (c *Cancel) join(p *place[any]) bool {
	c.mu.Lock()
	open := c.put(p)
	back := open && c.dropped && c.parent != nil
	c.mu.Unlock()
	if back {
		c.rejoin()
	}
	return open
}

// put is join without its end: a token that was dropped must rejoin its parent. Locked.
func (c *Cancel) put(p *place[any]) bool {
	if c.done.Load() {
		return false
	}
	if p.at == 0 {
		if n := c.below.len(); n >= max(slack, c.sweepAt) {
			c.below.sweep(func(who any) bool {
				k, ok := who.(weak.Pointer[Cancel])
				return ok && k.Value() == nil
			})
			c.sweepAt = 2 * c.below.len()
		}
		c.below.add(p)
	}
	return true
}

// rejoin makes the cancellation of the parent reach c again, which was dropped and has
// something below it now.
func (c *Cancel) rejoin() {
	if !c.parent.join(c.place) {
		c.Cancel()
	}
}

// forget takes p out again. A token that was dropped and has nothing below it any
// more leaves its own parent, and comes back when something was put below it meanwhile.
func (c *Cancel) forget(p *place[any]) {
	var left *Cancel // has just left c
	for c != nil {
		c.mu.Lock()
		if !c.done.Load() {
			c.below.remove(p)
		}
		over := c.dropped && c.below.len() == 0
		c.mu.Unlock()
		if left != nil && left.hasBelow() {
			left.rejoin()
			return
		}
		if !over {
			return
		}
		left, c, p = c, c.parent, c.place
	}
}

// hasBelow says whether a cancellation of c must reach anything.
func (c *Cancel) hasBelow() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.done.Load() && c.below.len() != 0
}

// Cancel cancels c and everything below it: tokens, waits, tasks. When it returns all
// of that is cancelled, unless another call is under way. The second call does
// nothing.
func (c *Cancel) Cancel() {
	if c.done.Load() {
		return
	}
	for todo := []*Cancel{c}; len(todo) != 0; {
		last := len(todo) - 1
		next := todo[last]
		todo = todo[:last]
		for _, p := range next.end() {
			switch b := p.who.(type) {
			case weak.Pointer[Cancel]:
				if k := b.Value(); k != nil {
					todo = append(todo, k)
				}
			case *CancelledFuture:
				b.waker.Wake()
			case *sched.Task:
				b.Cancel()
			}
		}
	}
	if c.parent != nil {
		c.parent.forget(c.place)
	}
}

// end sets done and returns what was below c.
func (c *Cancel) end() []*place[any] {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done.Store(true)
	all := c.below.places
	c.below = roster[any]{}
	c.own, c.kept = nil, nil
	return all
}

// IsCancelled says whether c was cancelled.
func (c *Cancel) IsCancelled() bool { return c.done.Load() }

// Drop lets go of the token: its parent forgets it, once all that is below it has gone
// as well. It cancels nothing, and may be called twice. What is put below a token after
// that is cancelled with the parent all the same.
func (c *Cancel) Drop() {
	c.mu.Lock()
	c.dropped = true
	p := &place[any]{}
	if c.own != nil {
		p, c.own = &c.own.place, nil
	}
	c.mu.Unlock()
	c.forget(p)
}

// CancelledBy is a spawn option: the task is aborted, as by [JoinHandle.Abort], when c
// is cancelled, also if that has happened before. A task has one token: of several the
// last counts.
func CancelledBy(c *Cancel) SpawnOption { return func(x *extra) { x.tied().token = c } }

// adopt binds the task t to c.
func (c *Cancel) adopt(t *sched.Task, p *place[any]) {
	p.who = t
	if !c.join(p) {
		t.Cancel()
	}
}

// reached says whether a cancellation has reached c, or would have: its parent does not
// know of a token that was dropped and has nothing below it.
func (c *Cancel) reached() bool {
	for ; c != nil; c = c.parent {
		if c.done.Load() {
			return true
		}
		c.mu.Lock()
		dropped := c.dropped
		c.mu.Unlock()
		if !dropped {
			return false
		}
	}
	return false
}
