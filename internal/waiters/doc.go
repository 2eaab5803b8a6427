// Package waiters is a queue of those that wait for the same thing, first in, first out:
// senders that wait for room, tasks that wait for a lock.
//
// The queue is intrusive: the links are part of each waiter, as its first field. So to
// get in line and to leave it, also from the middle, allocates nothing and takes a few
// instructions.
//
//	type waiter struct {
//		_     waiters.Node[waiter] // the first field
//		waker edo.Waker
//	}
//
//	var line waiters.List[waiter] // guarded by mu
//
//	mu.Lock()
//	line.PushBack(w)
//	mu.Unlock()
//
// A [List] has the waiters that are in line. A [Free] has those that no task uses, for
// operations in direct style, which borrow one for as long as they wait. A [Roster] has those
// that need not say when they stop waiting.
//
// # Locks
//
// The package has no lock and no atomic operation. The lock of the caller guards a list,
// a Free or a Roster, and the nodes of the waiters that are in it. The node of a waiter that is in
// none belongs to the owner of the waiter.
//
// # When not to use it
//
// For a queue of values there is package fifo.
package waiters
