package lock

import (
	"errors"

	"github.com/edo-go/edo"
)

// Permit is some permits of a [Semaphore] that were acquired. Its owner releases or drops
// it, or the permits are missing for ever. One goroutine at a time uses it. It must not be
// copied.
type Permit struct {
	_ noCopy
	s *Semaphore
	n int64
}

// Count returns how many permits p holds: none once it was released.
func (p *Permit) Count() int { return int(p.n) }

// Release gives the permits back. Further calls do nothing.
func (p *Permit) Release() {
	if n := p.takeAll(); n > 0 {
		p.s.Release(int(n))
	}
}

// Drop is [Permit.Release], for owners.
func (p *Permit) Drop() { p.Release() }

// Forget lets go of the permits without giving them back: the semaphore has so many
// less from then on.
func (p *Permit) Forget() {
	if p.takeAll() > 0 {
		p.s.p.holder.clear()
	}
}

// Split takes n of the permits out of p, into another Permit. It is false when p holds
// less.
func (p *Permit) Split(n int) (*Permit, bool) {
	if count(n) > p.n {
		return nil, false
	}
	p.n -= int64(n)
	return p.s.Own(n), true
}

// Merge moves the permits of other into p. They must be of the same semaphore, and not
// more than [MaxPermits] together: otherwise it is a mistake in the program, and panics,
// and both stay as they are.
func (p *Permit) Merge(other *Permit) {
	switch {
	case p == other:
		return
	case p.s != other.s:
		panic(errOther)
	case p.n+other.n > MaxPermits:
		panic(errMerge)
	}
	p.n += other.takeAll()
}

// takeAll takes the permits out of p.
func (p *Permit) takeAll() (n int64) {
	n, p.n = p.n, 0
	return n
}

// AcquireFuture is the future of [Semaphore.AcquireFuture]. One task at a time waits for
// it: another one that comes meanwhile gets an [*edo.BusyError].
//
// It is also how a future that is written by hand acquires: it keeps an AcquireFuture
// inside itself, whose zero value is good for that, and calls [AcquireFuture.Reset] and
// [AcquireFuture.Poll], which allocate nothing.
type AcquireFuture struct {
	r      request
	permit Permit
}

var errHeld = errors.New("lock: Reset of a future while what it gave is held: release that first")

// Reset makes f ask s for n permits, from the beginning. What f asked for before is
// given up, as by [AcquireFuture.Drop]. The permit that f gave before must have been
// released.
func (f *AcquireFuture) Reset(s *Semaphore, n int) {
	if f.permit.n != 0 {
		panic(errHeld)
	}
	f.r.ask(&s.p, 0, count(n), ofSemaphore)
	if f.permit.s != s { // spares a write barrier
		f.permit.s = s
	}
}

// Poll is Ready with the permit, which is the caller's from then on, although it is a
// part of f; or with an error that matches [edo.ErrClosed].
func (f *AcquireFuture) Poll(cx *edo.Context) (*Permit, edo.Poll, error) {
	_, p, err := f.r.Poll(cx)
	if p == edo.Pending || err != nil {
		return nil, p, err
	}
	f.permit.n = f.r.n
	return &f.permit, p, nil
}

// Drop leaves the line, and gives back what f was granted and has not given. A permit
// that f gave stays as it is.
func (f *AcquireFuture) Drop() { f.r.drop() }
