package lock

import (
	"errors"
	"math"

	"github.com/edo-go/edo"
)

// Semaphore is a number of permits that tasks take and give back: so many may do
// something at the same time. The zero value has no permits, until some are released.
// Any number of goroutines may use it at the same time. It must not be copied.
//
// The line is first come, first served: while a task waits for many permits, those
// that ask for few wait behind it, and TryAcquire fails.
//
// Acquire and Release count, and no more: they allocate nothing, and to release what was
// not acquired is to make a permit. A [Permit] is what can be owned, and
// released once only; [Semaphore.AcquireFuture] gives one, and [Semaphore.Own] makes
// one of what was acquired.
//
// A report names the task that acquired permits last, if none has released any since:
// Release does not say which task it is of.
type Semaphore struct{ p permits }

// MaxPermits is how many permits may be free at the same time. The Release that makes
// more of them panics, also when it is another that has made too many: a program that adds
// permits leaves room for those that are out.
const MaxPermits = math.MaxInt >> 3

var (
	errNone    = edo.NewError(edo.ErrEmpty, "lock: not enough permits are free")
	errCount   = errors.New("lock: the number of permits must be from 0 to MaxPermits")
	errTooMany = errors.New("lock: more than MaxPermits permits are free")
	errOther   = errors.New("lock: Merge of permits of another semaphore: both must be of the same")
	errMerge   = errors.New("lock: Merge to more than MaxPermits permits")
)

// NewSemaphore returns a semaphore with n permits. A number below 0, or above
// [MaxPermits], is a mistake in the program, and panics, as everywhere here.
func NewSemaphore(n int) *Semaphore {
	s := &Semaphore{}
	s.p.word.Store(count(n) * one)
	return s
}

// count checks a number of permits.
func count(n int) int64 {
	if n < 0 || n > MaxPermits {
		panic(errCount)
	}
	return int64(n)
}

// Acquire takes n permits, all at once, and waits in line until they are there. For no
// permits it does not wait. The error matches [edo.ErrClosed] when the semaphore is
// closed, and [edo.ErrCancelled] when the task was asked to end while it waited; no
// permit is taken then. It waits for ever for more permits than there will be. It
// allocates nothing.
//
// As with [Mutex.Lock], look at the error before the Release is deferred.
func (s *Semaphore) Acquire(task *edo.Task, n int) error {
	return s.p.acquire(task, 0, count(n), ofSemaphore)
}

// TryAcquire takes n permits if they are free and no task waits in line. It never waits.
// The error matches [edo.ErrEmpty], or [edo.ErrClosed].
func (s *Semaphore) TryAcquire(n int) error {
	switch s.p.tryUnnamed(0, count(n)) {
	case granted:
		return nil
	case refused:
		return errRefused
	}
	return errNone
}

// Release gives n permits back, and lets those out of the line that there are permits
// for then. It never waits, and works also on a closed semaphore. More than
// [MaxPermits] free permits are a mistake in the program, and panic: then none was given
// back.
//
// A release happens before the return of an acquire that takes what it gave.
func (s *Semaphore) Release(n int) {
	if !s.p.give(nil, 0, count(n)) {
		panic(errTooMany)
	}
}

// AddPermits makes n more permits: it is [Semaphore.Release], for a caller that has not
// acquired them.
func (s *Semaphore) AddPermits(n int) { s.Release(n) }

// ForgetPermits takes up to n of the free permits away for good, and returns how many
// those were. Permits that the first in line waits to complete are free.
func (s *Semaphore) ForgetPermits(n int) int { return int(s.p.forget(count(n))) }

// Available returns how many permits are free. While a task waits in line they are
// kept for the first, which asks for more.
func (s *Semaphore) Available() int { return int(s.p.free(0)) }

// Close refuses all tasks that wait in line and all that come later, with an error that
// matches [edo.ErrClosed]. Permits that are out may still be given back.
func (s *Semaphore) Close() { s.p.shut(nil) }

// IsClosed says whether Close was called.
func (s *Semaphore) IsClosed() bool { return s.p.isClosed() }

// Own makes a value of n permits that the caller has acquired: from then on it is the
// [Permit]'s to release them. It takes none, and does not look whether they are the
// caller's. It is one allocation.
func (s *Semaphore) Own(n int) *Permit { return &Permit{s: s, n: count(n)} }

// AcquireFuture returns a future of n permits, as [Semaphore.Acquire] takes them. It is
// one allocation, with the permit in it. Nothing happens before it is polled.
//
// In direct style use [Semaphore.Acquire]: an [edo.Await] that is cancelled leaves the
// future in line until it is dropped, and then permits may be handed to a future that is
// not polled.
func (s *Semaphore) AcquireFuture(n int) *AcquireFuture {
	f := &AcquireFuture{}
	f.Reset(s, n)
	return f
}
