package lock_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant/interleave"
	"github.com/edo-go/edo/lock"
)

// The protocols in all interleavings with few preemptions. A preemption is possible where an
// operation locks the latch, and before each step that it takes without the latch:
//
//	go test -tags invariants -run Interleaving ./lock
//
// Two threads are preempted three times, three threads twice, and four once.

func explore(t *testing.T, preemptions int, setup interleave.Setup) {
	t.Helper()
	skipOtherCPUs(t)
	interleave.ExploreBounded(t, preemptions, setup)
}

// racer is a future that one of the threads polls.
type racer[T any] struct {
	f     edo.Future[T]
	task  *edotest.Task
	value T
	p     edo.Poll
	err   error
}

func race[T any](f edo.Future[T]) *racer[T] { return &racer[T]{f: f, task: edotest.NewTask()} }

func (r *racer[T]) poll() { r.value, r.p, r.err = edotest.Poll(r.task, r.f) }

// settle polls the future again if its task was woken, and reports whether it is ready.
func (r *racer[T]) settle() bool {
	if r.p == edo.Pending && r.task.TakeWakes() > 0 {
		r.poll()
	}
	return r.p == edo.Ready
}

func TestEveryInterleavingOfLockUnlockAndTryLockHasOneHolder(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		var m lock.Mutex
		m.TryLock()
		a := race(m.LockFuture())
		tried := false
		return []func(){m.Unlock, a.poll, func() { tried = m.TryLock() }}, func() {
			requireRules(t, &m)
			if a.settle() == tried {
				t.Fatalf("locked by TryLock: %v, by the future: %v", tried, a.p)
			}
			if tried {
				m.Unlock()
				if !a.settle() {
					t.Fatal("the future was forgotten")
				}
			}
			a.value.Unlock()
			if !m.TryLock() {
				t.Fatal("the lock was lost")
			}
		}
	})
}

func TestEveryInterleavingOfUnlockAndDropPassesTheLockOn(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		var m lock.Mutex
		m.TryLock()
		f := m.LockFuture()
		race(f).poll()
		a := race(m.LockFuture())
		return []func(){m.Unlock, f.Drop, a.poll}, func() {
			requireRules(t, &m)
			if !a.settle() {
				t.Fatal("no task has the lock")
			}
			a.value.Unlock()
			requireRules(t, &m)
		}
	})
}

func TestEveryInterleavingOfAcquiresAndReleaseKeepsThePermits(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		s := lock.NewSemaphore(3)
		s.TryAcquire(2)
		large, small := race(s.AcquireFuture(3)), race(s.AcquireFuture(1))
		return []func(){func() { s.Release(2) }, large.poll, small.poll}, func() {
			for range 3 {
				requireRules(t, s)
				if large.settle() {
					large.value.Release()
				}
				if small.settle() {
					small.value.Release()
				}
			}
			if large.p != edo.Ready || small.p != edo.Ready || s.Available() != 3 {
				t.Fatalf("large %v, small %v, %d of 3 permits are free", large.p, small.p, s.Available())
			}
		}
	})
}

func TestEveryInterleavingOfForgetAndReleaseKeepsThePermits(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		s := lock.NewSemaphore(3)
		s.TryAcquire(2)
		a := race(s.AcquireFuture(2))
		forgotten := 0
		return []func(){func() { s.Release(1) }, a.poll, func() { forgotten = s.ForgetPermits(2) }}, func() {
			requireRules(t, s)
			if a.settle() {
				a.value.Release()
			} else {
				edo.Drop(a.f)
			}
			if s.Available() != 2-forgotten {
				t.Fatalf("forgot %d, and %d of 2 are left", forgotten, s.Available())
			}
		}
	})
}

func TestEveryInterleavingOfCloseAndAcquireEnds(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		s := lock.NewSemaphore(0)
		a, b := race(s.AcquireFuture(1)), race(s.AcquireFuture(1))
		a.poll()
		return []func(){s.Close, func() { s.Release(1) }, b.poll}, func() {
			requireRules(t, s)
			if !a.settle() || !b.settle() {
				t.Fatalf("%v and %v of a closed semaphore", a.p, b.p)
			}
			for _, r := range []*racer[*lock.Permit]{a, b} {
				if r.err == nil {
					r.value.Release()
				}
			}
			if s.Available() != 1 {
				t.Fatalf("%d permits are free, want 1", s.Available())
			}
		}
	})
}

// A waiter that was granted the lock loads the word when it unlocks: rule 5.
func TestEveryInterleavingOfUnlockAndRUnlockFindsAReader(t *testing.T) {
	explore(t, 3, func() ([]func(), func()) {
		var m lock.RWMutex
		m.TryLock()
		a, b := race(m.RLockFuture()), race(m.RLockFuture())
		a.poll()
		b.poll()
		read := func() {
			if a.poll(); a.p == edo.Ready {
				m.RUnlock()
			}
		}
		return []func(){m.Unlock, read}, func() {
			if a.p != edo.Ready {
				a.settle()
				m.RUnlock()
			}
			if !b.settle() {
				t.Fatal("the second reader was forgotten")
			}
			m.RUnlock()
			requireRules(t, &m)
			if !m.TryLock() {
				t.Fatal("a lock was lost")
			}
		}
	})
}

func TestEveryInterleavingOfTwoUnlocksOfOneLockPanicsOnce(t *testing.T) {
	explore(t, 3, func() ([]func(), func()) {
		var m lock.RWMutex
		m.TryLock()
		r, w := race(m.RLockFuture()), race(m.LockFuture())
		r.poll()
		w.poll()
		panicked := 0
		unlock := func() {
			defer func() {
				if recover() != nil {
					panicked++
				}
			}()
			m.Unlock()
		}
		return []func(){unlock, unlock}, func() {
			requireRules(t, &m)
			if panicked != 1 || !r.settle() || w.settle() {
				t.Fatalf("%d of two panicked, the reader is %v and the writer %v", panicked, r.p, w.p)
			}
			r.value.Unlock()
			if !w.settle() {
				t.Fatal("the writer was forgotten")
			}
		}
	})
}

func TestEveryInterleavingOfUnlockAndAnotherTasksPollWakesThatTask(t *testing.T) {
	explore(t, 3, func() ([]func(), func()) {
		var m lock.Mutex
		m.TryLock()
		f := m.LockFuture()
		race(f).poll()
		a := race(f)
		return []func(){m.Unlock, a.poll}, func() {
			requireRules(t, &m)
			if !a.settle() {
				t.Fatal("the task that polled last was not woken")
			}
		}
	})
}

func TestEveryInterleavingOfCloseReleaseAndDropForgetsNoWaiter(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		s := lock.NewSemaphore(0)
		a, b := race(s.AcquireFuture(2)), race(s.AcquireFuture(1))
		a.poll()
		b.poll()
		return []func(){s.Close, func() { edo.Drop(a.f) }, func() { s.Release(1) }}, func() {
			requireRules(t, s)
			if !b.settle() {
				t.Fatal("a waiter was forgotten")
			}
			if b.err == nil {
				b.value.Release()
			}
			if s.Available() != 1 {
				t.Fatalf("%d permits are free, want 1", s.Available())
			}
		}
	})
}
