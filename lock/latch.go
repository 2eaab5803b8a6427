package lock

import (
	"runtime"
	"sync"

	"github.com/edo-go/edo/internal/invariant"
)

// latch guards a queue of waiters. Its critical sections take 20 to 50 ns for each waiter
// that is removed; they neither wait nor call code of the program. To remove 20,000
// waiters at once holds the latch for half a millisecond, which is less than it takes to
// wake them. Only operations that wait, or that remove a waiter, use the latch: so a
// [sync.Mutex] is good enough.
type latch struct{ mu sync.Mutex }

// Lock waits until l is free.
func (l *latch) Lock() {
	if invariant.Enabled {
		l.spin()
		return
	}
	l.mu.Lock()
}

// Unlock releases l, which the caller holds.
func (l *latch) Unlock() {
	l.mu.Unlock()
	if invariant.Enabled {
		invariant.Step("lock: unlatched")
	}
}

// spin is Lock for the tests of interleavings, which cannot stop a thread that waits
// for another.
func (l *latch) spin() {
	invariant.Step("lock: about to latch")
	for !l.mu.TryLock() {
		invariant.Step("spin: lock: latched")
		runtime.Gosched()
	}
}
