package lock

import (
	"errors"

	"github.com/edo-go/edo"
)

// Permit is a number of permits of a [Semaphore] that were acquired. Its owner releases or
// drops it; otherwise the permits are missing for ever. One goroutine at a time uses it. It
// must not be copied.
type Permit struct {
	_ noCopy
	s *Semaphore
	n int64
}

// Count returns how many permits p holds: 0 after Release.
func (p *Permit) Count() int { return int(p.n) }

// Release releases the permits. Further calls do nothing.
func (p *Permit) Release() {
	if n := p.takePermits(); n > 0 {
		p.s.Release(int(n))
	}
}

// Drop is [Permit.Release], for owners.
func (p *Permit) Drop() { p.Release() }

// Forget removes the permits without releasing them: the semaphore has so many fewer from
// then on.
func (p *Permit) Forget() {
	if p.takePermits() > 0 {
		p.s.p.holder.clear()
	}
}

// Split moves n of the permits of p into a new Permit. It returns false when p holds
// fewer.
func (p *Permit) Split(n int) (*Permit, bool) {
	if checkCount(n) > p.n {
		return nil, false
	}
	p.n -= int64(n)
	return p.s.Own(n), true
}

// Merge moves the permits of other into p. Both must be of the same semaphore, and have not
// more than [MaxPermits] together. Anything else is a mistake in the program: Merge panics,
// and changes neither.
func (p *Permit) Merge(other *Permit) {
	switch {
	case p == other:
		return
	case p.s != other.s:
		panic(errOther)
	case p.n+other.n > MaxPermits:
		panic(errMerge)
	}
	p.n += other.takePermits()
}

// takePermits removes all permits from p.
func (p *Permit) takePermits() (n int64) {
	n, p.n = p.n, 0
	return n
}

// AcquireFuture is the future of [Semaphore.AcquireFuture]. One task at a time waits for
// it: a second one gets an [*edo.BusyError].
//
// A future that is written by hand acquires with it too. It contains an AcquireFuture,
// whose zero value is usable, and calls [AcquireFuture.Reset] and [AcquireFuture.Poll],
// which allocate nothing.
type AcquireFuture struct {
	r      request
	permit Permit
}

var errHeld = errors.New("lock: Reset of a future while what it gave is held: release that first")

// Reset makes f ask s for n permits, from the beginning. It ends an earlier request, as
// [AcquireFuture.Drop] does. A permit that f returned earlier must have been released.
func (f *AcquireFuture) Reset(s *Semaphore, n int) {
	if f.permit.n != 0 {
		panic(errHeld)
	}
	f.r.start(&s.p, 0, checkCount(n), ofSemaphore)
	if f.permit.s != s { // spares a write barrier
		f.permit.s = s
	}
}

// Poll is Ready with the permit, which then belongs to the caller, although it is a part of
// f; or with an error that matches [edo.ErrClosed].
func (f *AcquireFuture) Poll(cx *edo.Context) (*Permit, edo.Poll, error) {
	_, p, err := f.r.Poll(cx)
	if p == edo.Pending || err != nil {
		return nil, p, err
	}
	f.permit.n = f.r.n
	return &f.permit, p, nil
}

// Drop leaves the queue, and releases permits that f was granted and has not returned. A
// permit that f has returned does not change.
func (f *AcquireFuture) Drop() { f.r.Drop() }
