package lock

import "github.com/edo-go/edo"

// Guard is a lock that is held, as a value that can be owned: the lock of a [Mutex], or
// one of the two locks of a [RWMutex]. Its owner unlocks or drops it. One goroutine at a
// time uses it. It must not be copied.
type Guard struct {
	_       noCopy
	p       *permits
	base, n int64 // n is 0 after Unlock
}

// Unlock releases the lock. Further calls do nothing.
func (g *Guard) Unlock() {
	if g.n == 0 {
		return
	}
	n := g.n
	g.n = 0
	if !g.p.release(nil, g.base, n) {
		panic(errNotLocked)
	}
}

// Drop is [Guard.Unlock], for owners.
func (g *Guard) Drop() { g.Unlock() }

// Downgrade is [RWMutex.Downgrade] for the guard of a writer. Other guards do not change.
func (g *Guard) Downgrade() {
	if g.n != rwAll {
		return
	}
	g.n = 1
	if !g.p.releaseSome(nil, g.base, rwAll-1) {
		panic(errNotLocked)
	}
}

// LockFuture is the future of a lock, as [Mutex.LockFuture], [RWMutex.LockFuture] and
// [RWMutex.RLockFuture] return it. One task at a time waits for it: a second one gets an
// [*edo.BusyError].
//
// A future that is written by hand locks with it too. It contains a LockFuture, whose zero
// value is usable, and calls one of the Reset methods and [LockFuture.Poll], which allocate
// nothing.
type LockFuture struct {
	r     request
	guard Guard
}

// Reset makes f ask for the lock of m, from the beginning. It ends an earlier request, as
// [LockFuture.Drop] does. A guard that f returned earlier must have been unlocked.
func (f *LockFuture) Reset(m *Mutex) { f.reset(&m.p, 1, 1, ofMutex) }

// ResetWrite is [LockFuture.Reset] for the lock of a writer.
func (f *LockFuture) ResetWrite(m *RWMutex) { f.reset(&m.p, rwAll, rwAll, ofWriter) }

// ResetRead is [LockFuture.Reset] for the lock of a reader.
func (f *LockFuture) ResetRead(m *RWMutex) { f.reset(&m.p, rwAll, 1, ofReader) }

func (f *LockFuture) reset(p *permits, base, n int64, k kind) {
	if f.guard.n != 0 {
		panic(errHeld)
	}
	f.r.start(p, base, n, k)
}

// Poll is Ready with the guard, which then belongs to the caller, although it is a part of
// f.
func (f *LockFuture) Poll(cx *edo.Context) (*Guard, edo.Poll, error) {
	_, p, err := f.r.Poll(cx)
	if p == edo.Pending || err != nil {
		return nil, p, err
	}
	g := &f.guard
	if g.p != f.r.p { // spares a write barrier
		g.p = f.r.p
	}
	g.base, g.n = f.r.base, f.r.n
	g.p.holder.setGuarded()
	return &f.guard, p, nil
}

// Drop leaves the queue, and unlocks a lock that f was granted and has not returned. A
// guard that f has returned does not change.
func (f *LockFuture) Drop() { f.r.Drop() }
