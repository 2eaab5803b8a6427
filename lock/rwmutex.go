package lock

import "github.com/edo-go/edo"

// RWMutex is a lock that one writer, or any number of readers, hold at a time. The zero
// value is unlocked. Any number of goroutines may use it at the same time. It must
// not be copied.
//
// It is first come, first served: a writer that waits holds back the readers that come
// after it, and readers that stand in line one after the other get the lock together.
// So a task that holds the lock of a reader must not ask for another one: a writer may
// have come between the two.
type RWMutex struct{ p permits }

// rwAll is how many permits there are: the lock of a writer is all of them, that of a
// reader is one.
const rwAll = 1 << 40

// Lock locks m for a writer, and waits in line while it is held. The error is
// that of the task, [edo.ErrCancelled] when it was asked to end while it waited: then
// it does not hold the lock. It allocates nothing.
//
// As with [Mutex.Lock], look at the error before the Unlock is deferred.
func (m *RWMutex) Lock(task *edo.Task) error { return m.p.acquire(task, rwAll, rwAll, ofWriter) }

// RLock locks m for a reader, and waits in line while a writer holds it or waits for
// it. Otherwise it is like [RWMutex.Lock].
func (m *RWMutex) RLock(task *edo.Task) error { return m.p.acquire(task, rwAll, 1, ofReader) }

// TryLock locks m for a writer if it is unlocked. It never waits.
func (m *RWMutex) TryLock() bool { return m.p.tryUnnamed(rwAll, rwAll) == granted }

// TryRLock locks m for a reader if no writer holds it or waits for it. It never waits.
func (m *RWMutex) TryRLock() bool { return m.p.tryUnnamed(rwAll, 1) == granted }

// Unlock unlocks m for the writer that holds it. Any goroutine may call it. To unlock
// what is not locked for a writer is a mistake in the program, and panics.
//
// An Unlock happens before the return of the Lock or RLock that follows it; an RUnlock
// happens before the return of the Lock that follows it.
func (m *RWMutex) Unlock() {
	if !m.p.give(nil, rwAll, rwAll) {
		panic(errNotLocked)
	}
}

// RUnlock unlocks m for one of the readers that hold it. Otherwise it is like
// [RWMutex.Unlock].
func (m *RWMutex) RUnlock() {
	if m.written() || !m.p.give(nil, rwAll, 1) {
		panic(errNotLocked)
	}
}

// Downgrade makes the lock of the writer that holds m one of a reader, and no other
// writer gets between. The readers that wait next in line get the lock as well.
func (m *RWMutex) Downgrade() {
	if !m.p.lower(nil, rwAll, rwAll-1) {
		panic(errNotLocked)
	}
}

// written says whether a writer holds m. While the caller holds m that does not change.
func (m *RWMutex) written() bool { return m.p.free(rwAll) == 0 }

// Guard makes a value of the lock of the writer, which the caller holds: from then on
// it is the guard's to unlock it. It is one allocation.
func (m *RWMutex) Guard() *Guard {
	if !m.written() {
		panic(errNoGuard)
	}
	m.p.holder.guard()
	return &Guard{p: &m.p, base: rwAll, n: rwAll}
}

// RGuard is [RWMutex.Guard] for the lock of a reader.
func (m *RWMutex) RGuard() *Guard {
	if free := m.p.free(rwAll); free == 0 || free == rwAll {
		panic(errNoGuard)
	}
	m.p.holder.guard()
	return &Guard{p: &m.p, base: rwAll, n: 1}
}

// LockFuture returns a future of the lock of a writer. It is one allocation, with the
// guard in it. Nothing happens before it is polled.
//
// In direct style use [RWMutex.Lock]: an [edo.Await] that is cancelled leaves the future
// in line until it is dropped.
func (m *RWMutex) LockFuture() *LockFuture {
	f := &LockFuture{}
	f.ResetWrite(m)
	return f
}

// RLockFuture is [RWMutex.LockFuture] for the lock of a reader. In direct style use
// [RWMutex.RLock].
func (m *RWMutex) RLockFuture() *LockFuture {
	f := &LockFuture{}
	f.ResetRead(m)
	return f
}
