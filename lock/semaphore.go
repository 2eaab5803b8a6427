package lock

import (
	"errors"
	"math"

	"github.com/edo-go/edo"
)

// Semaphore is a number of permits that tasks acquire and release. It limits how many
// tasks do something at the same time. The zero value has no permits, until some are
// released. Any number of goroutines may use it at the same time. It must not be copied.
//
// The queue is first come, first served: while a task waits for many permits, tasks that
// ask for few wait behind it, and TryAcquire fails.
//
// Acquire and Release only count: they allocate nothing, and a Release without an Acquire
// makes a new permit. A [Permit] can be owned, and is released only once;
// [Semaphore.AcquireFuture] returns one, and [Semaphore.Own] makes one of permits that were
// acquired.
//
// A report names the task that acquired permits last, unless permits were released since:
// Release does not say which task releases.
type Semaphore struct{ p permits }

// MaxPermits is how many permits may be free at the same time. The Release that makes more
// of them panics, also when another caller has added too many: a program that adds permits
// leaves room for those that are acquired and will be released.
const MaxPermits = math.MaxInt >> 3

var (
	errNone    = edo.NewError(edo.ErrEmpty, "lock: not enough permits are free")
	errCount   = errors.New("lock: the number of permits must be from 0 to MaxPermits")
	errTooMany = errors.New("lock: more than MaxPermits permits are free")
	errOther   = errors.New("lock: Merge of permits of another semaphore: both must be of the same")
	errMerge   = errors.New("lock: Merge to more than MaxPermits permits")
)

// NewSemaphore returns a semaphore with n permits. A number below 0, or above
// [MaxPermits], is a mistake in the program, and panics, here and in all methods.
func NewSemaphore(n int) *Semaphore {
	s := &Semaphore{}
	s.p.word.Store(checkCount(n) * onePermit)
	return s
}

// checkCount returns n. It panics unless n is a valid number of permits.
func checkCount(n int) int64 {
	if n < 0 || n > MaxPermits {
		panic(errCount)
	}
	return int64(n)
}

// Acquire acquires n permits, all at once, and waits in the queue until they are free. For
// 0 permits it does not wait. The error matches [edo.ErrClosed] when the semaphore is
// closed, and [edo.ErrCancelled] when the task was cancelled while it waited; then no
// permit was acquired. Acquire waits for ever for more permits than there will be. It
// allocates nothing.
//
// As with [Mutex.Lock], check the error before you defer the Release.
//
//edo:step AcquireStep
func (s *Semaphore) Acquire(task *edo.Task, n int) error {
	return s.p.acquire(task, 0, checkCount(n), ofSemaphore)
}

// AcquireStep is the step form of [Semaphore.Acquire]. The step keeps the request in the queue.
func (s *Semaphore) AcquireStep(task *edo.Task, st *edo.Step, n int) (done bool, err error) {
	return s.p.acquireStep(task, st, 0, checkCount(n), ofSemaphore)
}

// TryAcquire acquires n permits if they are free and the queue is empty. It never waits.
// The error matches [edo.ErrEmpty], or [edo.ErrClosed].
func (s *Semaphore) TryAcquire(n int) error {
	switch s.p.tryAcquireUnnamed(0, checkCount(n)) {
	case granted:
		return nil
	case refused:
		return errRefused
	}
	return errNone
}

// Release releases n permits, and grants permits to the first waiters, as far as the
// permits go. It never waits, and works on a closed semaphore too. More than [MaxPermits]
// free permits are a mistake in the program: Release panics, and has released none.
//
// A Release happens before the return of an Acquire that gets its permits.
func (s *Semaphore) Release(n int) {
	if !s.p.release(nil, 0, checkCount(n)) {
		panic(errTooMany)
	}
}

// AddPermits adds n new permits. It is [Semaphore.Release] for a caller that has not
// acquired them.
func (s *Semaphore) AddPermits(n int) { s.Release(n) }

// ForgetPermits removes up to n of the free permits for good, and returns how many it
// removed. Permits that are kept for the first waiter, which needs more, are free.
func (s *Semaphore) ForgetPermits(n int) int { return int(s.p.removeFree(checkCount(n))) }

// Available returns how many permits are free. While a task waits, they are kept for the
// first waiter, which asks for more.
func (s *Semaphore) Available() int { return int(s.p.free(0)) }

// Close refuses all tasks that wait, and all that come later, with an error that matches
// [edo.ErrClosed]. Permits that were acquired may still be released.
func (s *Semaphore) Close() { s.p.close(nil) }

// IsClosed reports whether Close was called.
func (s *Semaphore) IsClosed() bool { return s.p.isClosed() }

// Own returns n permits that the caller has acquired as a value: from then on the [Permit]
// releases them, and not the caller. Own acquires nothing, and does not check that the
// caller has acquired the permits. It is one allocation.
func (s *Semaphore) Own(n int) *Permit { return &Permit{s: s, n: checkCount(n)} }

// AcquireFuture returns a future of n permits, as [Semaphore.Acquire] acquires them. It is
// one allocation, with the permit in it. Nothing happens before it is polled.
//
// In direct style use [Semaphore.Acquire]: an [edo.Await] that is cancelled leaves the
// future in the queue until it is dropped, and permits may be handed to a future that no
// task polls.
func (s *Semaphore) AcquireFuture(n int) *AcquireFuture {
	f := &AcquireFuture{}
	f.Reset(s, n)
	return f
}
