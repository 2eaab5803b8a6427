package cancel

import (
	"sync"
	"sync/atomic"
	"weak"

	"github.com/edo-go/edo/internal/roster"
	"github.com/edo-go/edo/internal/sched"
)

// Token is a cancellation token: its owners cancel it, ask whether it was cancelled, wait for
// its cancellation, and bind tasks to it with [By]. Tokens form a tree: a cancellation reaches
// all tokens below, and never the parent. The zero value is ready for use. A token must not be
// copied; its methods may be called from any goroutine. A cancellation takes some 10 ns for
// each child.
type Token struct {
	//	done      set once, locked; read without the lock
	//	below     the members that a cancellation must reach; the call that sets done takes
	//	          them, and after that the list is not used
	//	place     in the list of the parent; guarded by the parent's lock
	//
	//  1. A list holds child tokens weakly. A member below a child (a task, a wait, another
	//     child) refers to the child, and keeps it in memory as long as it matters.
	//  2. A child to which the program has no reference is collected. Its place is removed
	//     before the list grows to twice its size.
	//  3. A token that was dropped and has no member below it is not in its parent's list.
	//     With a new member below it, it rejoins that list.
	//  4. No lock is taken while another one is held: a cancellation of 100,000 children
	//     takes 100,000 locks, one after the other.

	parent *Token             // nil: a root; not changed
	place  *roster.Place[any] // nil: a root; a separate object: the list keeps it, and not the token
	done   atomic.Bool

	mu      sync.Mutex         // guards the following
	below   roster.Roster[any] // of weak.Pointer[Token], *Future and *sched.Task
	sweepAt int                // with so many members, collected children are removed: rule 2
	polled  *Future            // with which PollCancelled waits
	kept    *Future            // for the next Cancelled
	dropped bool
}

// New returns a new token, without a parent.
func New() *Token { return &Token{} }

// Child returns a token that is cancelled with t, or on its own. The child of a cancelled
// token is cancelled from the start. A child without references is collected, as any other
// object. It costs three allocations, of some 150 bytes together.
func (t *Token) Child() *Token {
	child := &Token{parent: t, place: &roster.Place[any]{}}
	child.place.Member = weak.Make(child)
	if !t.join(child.place) {
		child.done.Store(true)
	}
	return child
}

// join adds p to the members below t, unless t was cancelled.
func (t *Token) join(p *roster.Place[any]) (joined bool) {
	t.mu.Lock()
	joined = t.add(p)
	mustRejoin := joined && t.dropped && t.parent != nil
	t.mu.Unlock()
	if mustRejoin {
		t.rejoin()
	}
	return joined
}

// add is join without its last step: the caller makes a dropped token rejoin its parent, rule
// 3. Locked.
func (t *Token) add(p *roster.Place[any]) (joined bool) {
	if t.done.Load() {
		return false
	}
	if !p.In() {
		if n := t.below.Len(); n >= max(roster.Slack, t.sweepAt) {
			t.below.RemoveIf(func(member any) bool {
				child, ok := member.(weak.Pointer[Token])
				return ok && child.Value() == nil
			})
			t.sweepAt = 2 * t.below.Len()
		}
		t.below.Add(p)
	}
	return true
}

// rejoin puts t, which was dropped and has a member below it now, into the list of its parent:
// rule 3. If the parent was cancelled meanwhile, so is t.
func (t *Token) rejoin() {
	if !t.parent.join(t.place) {
		t.Cancel()
	}
}

// forget removes p from the members below t. A dropped token without members then leaves its
// own parent, and so on up: rule 3. It rejoins if a member was added meanwhile.
func (t *Token) forget(p *roster.Place[any]) {
	var left *Token // the token that has just left t
	for t != nil {
		t.mu.Lock()
		if !t.done.Load() {
			t.below.Remove(p)
		}
		leaves := t.dropped && t.below.Len() == 0
		t.mu.Unlock()
		if left != nil && left.hasBelow() {
			left.rejoin()
			return
		}
		if !leaves {
			return
		}
		left, t, p = t, t.parent, t.place
	}
}

// hasBelow reports whether a cancellation of t must reach any member.
func (t *Token) hasBelow() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.done.Load() && t.below.Len() != 0
}

// Cancel cancels t and all tokens, waits and tasks below it. When it returns all of these are
// cancelled, unless another call of Cancel is still at work. A second call does nothing.
func (t *Token) Cancel() {
	if t.done.Load() {
		return
	}
	for todo := []*Token{t}; len(todo) != 0; {
		last := len(todo) - 1
		next := todo[last]
		todo = todo[:last]
		for _, p := range next.finish() {
			switch member := p.Member.(type) {
			case weak.Pointer[Token]:
				if child := member.Value(); child != nil {
					todo = append(todo, child)
				}
			case *Future:
				member.waker.Wake()
			case *sched.Task:
				member.Cancel()
			}
		}
	}
	if t.parent != nil {
		t.parent.forget(t.place)
	}
}

// finish sets done, and returns the places of the members below t, which it removes.
func (t *Token) finish() []*roster.Place[any] {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done.Store(true)
	t.polled, t.kept = nil, nil
	return t.below.Clear()
}

// IsCancelled reports whether t was cancelled.
func (t *Token) IsCancelled() bool { return t.done.Load() }

// Drop drops the token: its parent forgets it once there is no task, wait or token below it.
// Drop cancels nothing, and may be called twice. A task, wait or child that is added after
// that is still cancelled with the parent.
func (t *Token) Drop() {
	t.mu.Lock()
	t.dropped = true
	p := &roster.Place[any]{}
	if t.polled != nil {
		p, t.polled = &t.polled.place, nil
	}
	t.mu.Unlock()
	t.forget(p)
}

// isReached reports whether t or, if t was dropped, a token above it was cancelled: by rule 3
// the cancellation of the parent may not have reached t itself.
func (t *Token) isReached() bool {
	for ; t != nil; t = t.parent {
		if t.done.Load() {
			return true
		}
		t.mu.Lock()
		dropped := t.dropped
		t.mu.Unlock()
		if !dropped {
			return false
		}
	}
	return false
}
