package lock

import "github.com/edo-go/edo"

// Guard is a lock that is held, as a value that can be owned: the lock of a [Mutex], or
// one of the two of a [RWMutex]. Its owner unlocks or drops it. One goroutine at a time
// uses it. It must not be copied.
type Guard struct {
	_       noCopy
	p       *permits
	base, n int64 // n is 0 once it was unlocked
}

// Unlock unlocks what g locks. Further calls do nothing.
func (g *Guard) Unlock() {
	if g.n == 0 {
		return
	}
	n := g.n
	g.n = 0
	if !g.p.give(nil, g.base, n) {
		panic(errNotLocked)
	}
}

// Drop is [Guard.Unlock], for owners.
func (g *Guard) Drop() { g.Unlock() }

// Downgrade is [RWMutex.Downgrade] for the guard of a writer. Other guards stay as they
// are.
func (g *Guard) Downgrade() {
	if g.n != rwAll {
		return
	}
	g.n = 1
	if !g.p.lower(nil, g.base, rwAll-1) {
		panic(errNotLocked)
	}
}

// LockFuture is the future of a lock: that of [Mutex.LockFuture], [RWMutex.LockFuture]
// or [RWMutex.RLockFuture]. One task at a time waits for it: another one that comes
// meanwhile gets an [*edo.BusyError].
//
// It is also how a future that is written by hand locks: it keeps a LockFuture inside
// itself, whose zero value is good for that, and calls a Reset and [LockFuture.Poll],
// which allocate nothing.
type LockFuture struct {
	r     request
	guard Guard
}

// Reset makes f ask for the lock of m, from the beginning. What f asked for before is
// given up, as by [LockFuture.Drop]. The guard that f gave before must have been
// unlocked.
func (f *LockFuture) Reset(m *Mutex) { f.reset(&m.p, 1, 1, ofMutex) }

// ResetWrite is [LockFuture.Reset] for the lock of a writer.
func (f *LockFuture) ResetWrite(m *RWMutex) { f.reset(&m.p, rwAll, rwAll, ofWriter) }

// ResetRead is [LockFuture.Reset] for the lock of a reader.
func (f *LockFuture) ResetRead(m *RWMutex) { f.reset(&m.p, rwAll, 1, ofReader) }

func (f *LockFuture) reset(p *permits, base, n int64, k kind) {
	if f.guard.n != 0 {
		panic(errHeld)
	}
	f.r.ask(p, base, n, k)
}

// Poll is Ready with the guard, which is the caller's from then on, although it is a
// part of f.
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
	g.p.holder.guard()
	return &f.guard, p, nil
}

// Drop leaves the line, and passes on the lock that f was granted and has not given.
// A guard that f gave stays as it is.
func (f *LockFuture) Drop() { f.r.drop() }
