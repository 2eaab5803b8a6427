package lock

import (
	"errors"

	"github.com/edo-go/edo"
)

// Mutex is a lock that one task at a time holds. The zero value is unlocked. Any number
// of goroutines may use it at the same time. It must not be copied.
//
// It is first come, first served: an Unlock hands the lock to the task that has waited
// longest, and no other task overtakes it. There is no poisoning: a task that panics while
// it holds the lock must unlock it, by a defer, or by a [Guard] that it owns.
//
// A report names the task that holds the lock, and with [edo.Config] Trace the line that
// called Lock. TryLock, and the lock of a future, have no such line.
type Mutex struct{ p permits }

var (
	errNotLocked = errors.New("lock: Unlock of a Mutex or RWMutex that is not locked so")
	errNoGuard   = errors.New("lock: Guard of a Mutex or RWMutex that is not locked so")
)

// Lock locks m, and waits in the queue while it is locked. The error is that of the task:
// [edo.ErrCancelled] when the task was cancelled while it waited, and then it does not hold
// the lock. Lock allocates nothing.
//
// Check the error before you defer the Unlock:
//
//	if err := m.Lock(task); err != nil {
//		return err
//	}
//	defer m.Unlock()
//
// A task that was cancelled and unlocks all the same unlocks the lock of another task. The
// Mutex cannot detect that.
//
//edo:step LockStep
func (m *Mutex) Lock(task *edo.Task) error { return m.p.acquire(task, 1, 1, ofMutex) }

// LockStep is the step form of [Mutex.Lock]. The step keeps the request in the queue.
func (m *Mutex) LockStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return m.p.acquireStep(task, st, 1, 1, ofMutex)
}

// TryLock locks m if it is unlocked. It never waits.
func (m *Mutex) TryLock() bool { return m.p.word.CompareAndSwap(0, -onePermit) }

// Unlock unlocks m, and hands the lock to the first waiter. Any goroutine may call it, for
// the task that holds the lock. To unlock a Mutex that is not locked is a mistake in the
// program, and panics.
//
// An Unlock happens before the return of the Lock that follows it.
func (m *Mutex) Unlock() {
	m.p.holder.clear()
	if !m.p.word.CompareAndSwap(-onePermit, 0) && !m.p.release(nil, 1, 1) {
		panic(errNotLocked)
	}
}

// Guard returns the lock, which the caller holds, as a value: from then on the guard
// unlocks it, and not the caller. It is one allocation.
func (m *Mutex) Guard() *Guard {
	if m.p.free(1) != 0 {
		panic(errNoGuard)
	}
	m.p.holder.setGuarded()
	return &Guard{p: &m.p, base: 1, n: 1}
}

// LockFuture returns a future of the lock. It is one allocation, with the guard in it.
// Nothing happens before it is polled.
//
// In direct style use [Mutex.Lock]: an [edo.Await] that is cancelled leaves the future in
// the queue until it is dropped, and the lock may be handed to a future that no task polls.
func (m *Mutex) LockFuture() *LockFuture {
	f := &LockFuture{}
	f.Reset(m)
	return f
}
