package lock

import "github.com/edo-go/edo"

// RWMutex is a lock that either one writer or any number of readers hold at a time. The
// zero value is unlocked. Any number of goroutines may use it at the same time. It must not
// be copied.
//
// It is first come, first served: a writer that waits holds back the readers that come
// after it, and readers that are next to each other in the queue get the lock together. So
// a task that holds the lock of a reader must not ask for a second one: a writer may wait
// between the two.
type RWMutex struct{ p permits }

// rwAll is how many permits there are: the lock of a writer is all of them, the lock of a
// reader is one.
const rwAll = 1 << 40

// Lock locks m for a writer, and waits in the queue while it is held. The error is that of
// the task: [edo.ErrCancelled] when the task was cancelled while it waited, and then it does
// not hold the lock. Lock allocates nothing.
//
// As with [Mutex.Lock], check the error before you defer the Unlock.
//
//edo:step LockStep
func (m *RWMutex) Lock(task *edo.Task) error { return m.p.acquire(task, rwAll, rwAll, ofWriter) }

// LockStep is the step form of [RWMutex.Lock]. The step keeps the request in the queue.
func (m *RWMutex) LockStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return m.p.acquireStep(task, st, rwAll, rwAll, ofWriter)
}

// RLock locks m for a reader, and waits in the queue while a writer holds it or waits for
// it. Otherwise it is like [RWMutex.Lock].
//
//edo:step RLockStep
func (m *RWMutex) RLock(task *edo.Task) error { return m.p.acquire(task, rwAll, 1, ofReader) }

// RLockStep is the step form of [RWMutex.RLock]. The step keeps the request in the queue.
func (m *RWMutex) RLockStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return m.p.acquireStep(task, st, rwAll, 1, ofReader)
}

// TryLock locks m for a writer if it is unlocked. It never waits.
func (m *RWMutex) TryLock() bool { return m.p.tryAcquireUnnamed(rwAll, rwAll) == granted }

// TryRLock locks m for a reader if no writer holds it or waits for it. It never waits.
func (m *RWMutex) TryRLock() bool { return m.p.tryAcquireUnnamed(rwAll, 1) == granted }

// Unlock unlocks m for the writer that holds it. Any goroutine may call it. To unlock a
// RWMutex that no writer holds is a mistake in the program, and panics.
//
// An Unlock happens before the return of the Lock or RLock that follows it; an RUnlock
// happens before the return of the Lock that follows it.
func (m *RWMutex) Unlock() {
	if !m.p.release(nil, rwAll, rwAll) {
		panic(errNotLocked)
	}
}

// RUnlock unlocks m for one of the readers that hold it. Otherwise it is like
// [RWMutex.Unlock].
func (m *RWMutex) RUnlock() {
	if m.writerHolds() || !m.p.release(nil, rwAll, 1) {
		panic(errNotLocked)
	}
}

// Downgrade turns the lock of the writer that holds m into the lock of a reader, and no
// other writer gets the lock in between. The readers at the front of the queue get the lock
// as well.
func (m *RWMutex) Downgrade() {
	if !m.p.releaseSome(nil, rwAll, rwAll-1) {
		panic(errNotLocked)
	}
}

// writerHolds reports whether a writer holds m. That does not change while the caller holds
// m.
func (m *RWMutex) writerHolds() bool { return m.p.free(rwAll) == 0 }

// Guard returns the lock of the writer, which the caller holds, as a value: from then on the
// guard unlocks it, and not the caller. It is one allocation.
func (m *RWMutex) Guard() *Guard {
	if !m.writerHolds() {
		panic(errNoGuard)
	}
	m.p.holder.setGuarded()
	return &Guard{p: &m.p, base: rwAll, n: rwAll}
}

// RGuard is [RWMutex.Guard] for the lock of a reader.
func (m *RWMutex) RGuard() *Guard {
	if free := m.p.free(rwAll); free == 0 || free == rwAll {
		panic(errNoGuard)
	}
	m.p.holder.setGuarded()
	return &Guard{p: &m.p, base: rwAll, n: 1}
}

// LockFuture returns a future of the lock of a writer. It is one allocation, with the
// guard in it. Nothing happens before it is polled.
//
// In direct style use [RWMutex.Lock]: an [edo.Await] that is cancelled leaves the future in
// the queue until it is dropped.
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
