package lock

import "github.com/edo-go/edo"

// The operations say which lock they are on, for a simulation that leaves out the orders of operations
// on different locks: see package schedule. A semaphore gets permits, and a Notify its notifications,
// also by calls that take no task. So what they touch is not known.

// Object returns the lock.
func (r *request) Object() any {
	if r.kind == ofSemaphore {
		return nil
	}
	return r.p
}

// asking returns the leaf of an operation that has not looked at the lock yet: it waits only for the
// next turn of its task.
func (p *permits) asking(k kind) edo.Leaf {
	if k == ofSemaphore {
		return nil
	}
	return (*asking)(p)
}

type asking permits

// Waits says that the task waits for its next turn.
func (*asking) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "lock: nothing, it is asked next"} }

// Object returns the lock.
func (a *asking) Object() any { return (*permits)(a) }

// arriving is a barrier as the leaf of a Wait that has not arrived yet.
type arriving Barrier

// Waits says that the task waits for its next turn.
func (*arriving) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "lock: nothing, a barrier is next"}
}

// Object returns the barrier.
func (a *arriving) Object() any { return (*Barrier)(a) }

// waitingAt is an Arrival as its leaf.
type waitingAt Arrival

// Waits is that of the arrival.
func (f *waitingAt) Waits(cx *edo.Context) edo.Wait { return (*Arrival)(f).Waits(cx) }

// Object returns the barrier.
func (f *waitingAt) Object() any { return f.b }
