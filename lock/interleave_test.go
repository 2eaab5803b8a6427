package lock_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant/interleave"
	"github.com/edo-go/edo/lock"
)

// The protocols in all interleavings, at the points where they latch and before the
// steps that they take without that:
//
//	go test -tags invariants -run Interleaving ./lock

// racer is a future that a thread polls.
type racer[T any] struct {
	f     edo.Future[T]
	task  *edotest.Task
	value T
	p     edo.Poll
	err   error
}

func race[T any](f edo.Future[T]) *racer[T] { return &racer[T]{f: f, task: edotest.NewTask()} }

func (r *racer[T]) poll() { r.value, r.p, r.err = edotest.Poll(r.task, r.f) }

// settle polls it again if it was woken, and says whether it is ready.
func (r *racer[T]) settle() bool {
	if r.p == edo.Pending && r.task.TakeWakes() > 0 {
		r.poll()
	}
	return r.p == edo.Ready
}

func TestEveryInterleavingOfLockUnlockAndTryLockHasOneHolder(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		var m lock.Mutex
		m.TryLock()
		a := race(m.LockFuture())
		tried := false
		return []func(){m.Unlock, a.poll, func() { tried = m.TryLock() }}, func() {
			sound(t, &m)
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
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		var m lock.Mutex
		m.TryLock()
		f := m.LockFuture()
		race(f).poll()
		a := race(m.LockFuture())
		return []func(){m.Unlock, f.Drop, a.poll}, func() {
			sound(t, &m)
			if !a.settle() {
				t.Fatal("nobody has the lock")
			}
			a.value.Unlock()
			sound(t, &m)
		}
	})
}

func TestEveryInterleavingOfAcquiresAndReleaseKeepsThePermits(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		s := lock.NewSemaphore(3)
		s.TryAcquire(2)
		large, small := race(s.AcquireFuture(3)), race(s.AcquireFuture(1))
		return []func(){func() { s.Release(2) }, large.poll, small.poll}, func() {
			for range 3 {
				sound(t, s)
				if large.settle() {
					large.value.Release()
				}
				if small.settle() {
					small.value.Release()
				}
			}
			if large.p != edo.Ready || small.p != edo.Ready || s.Available() != 3 {
				t.Fatalf("large %v, small %v, %d of 3 permits back", large.p, small.p, s.Available())
			}
		}
	})
}

func TestEveryInterleavingOfForgetAndReleaseKeepsThePermits(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		s := lock.NewSemaphore(3)
		s.TryAcquire(2)
		a := race(s.AcquireFuture(2))
		forgotten := 0
		return []func(){func() { s.Release(1) }, a.poll, func() { forgotten = s.ForgetPermits(2) }}, func() {
			sound(t, s)
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
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		s := lock.NewSemaphore(0)
		a, b := race(s.AcquireFuture(1)), race(s.AcquireFuture(1))
		a.poll()
		return []func(){s.Close, func() { s.Release(1) }, b.poll}, func() {
			sound(t, s)
			if !a.settle() || !b.settle() {
				t.Fatalf("%v and %v of a closed semaphore", a.p, b.p)
			}
			for _, r := range []*racer[*lock.Permit]{a, b} {
				if r.err == nil {
					r.value.Release()
				}
			}
			if s.Available() != 1 {
				t.Fatalf("%d permits back, want 1", s.Available())
			}
		}
	})
}

func TestEveryInterleavingOfNotifyOneAndWaitIsSeen(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		var n lock.Notify
		a, b := race(n.WaitFuture()), race(n.WaitFuture())
		return []func(){n.NotifyOne, a.poll, b.poll}, func() {
			sound(t, &n)
			if a.settle() == b.settle() {
				t.Fatalf("of two one is notified, not %v and %v", a.p, b.p)
			}
		}
	})
}

func TestEveryInterleavingOfNotifyAndDropHandsOn(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		var n lock.Notify
		f := n.WaitFuture()
		race(f).poll()
		a := race(n.WaitFuture())
		return []func(){n.NotifyOne, f.Drop, a.poll}, func() {
			sound(t, &n)
			if !a.settle() {
				t.Fatal("the notification was lost")
			}
			if n.WaitFuture().Enable() {
				t.Fatal("the notification was doubled")
			}
		}
	})
}

func TestEveryInterleavingOfNotifyAllIsSeenByThoseThatExist(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		var n lock.Notify
		a, b := race(n.WaitFuture()), race(n.WaitFuture())
		b.poll()
		return []func(){n.NotifyAll, n.NotifyOne, a.poll}, func() {
			sound(t, &n)
			if !a.settle() || !b.settle() {
				t.Fatalf("NotifyAll has missed one: %v and %v", a.p, b.p)
			}
		}
	})
}

func TestEveryInterleavingOfABarrierHasOneLeader(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		b := lock.NewBarrier(2)
		gone := b.WaitFuture()
		race(gone).poll()
		x, y := race(b.WaitFuture()), race(b.WaitFuture())
		return []func(){gone.Drop, x.poll, y.poll}, func() {
			sound(t, b)
			leaders := 0
			for _, r := range []*racer[bool]{x, y} {
				if r.settle() && r.value {
					leaders++
				}
			}
			// Either x and y make a generation, or one of them made one with the future
			// that is gone, and the other waits.
			if leaders != 1 || x.p != y.p && !(x.value || y.value) {
				t.Fatalf("%d leaders, %v and %v", leaders, x.p, y.p)
			}
		}
	})
}

func TestEveryInterleavingOfAOnceHasOneInitialiser(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		var o lock.Once[int]
		made := 0
		fn := func() edo.Future[int] {
			made++
			return &constant{made}
		}
		a, b, c := race(o.GetOrInitFuture(fn)), race(o.GetOrInitFuture(fn)), race(o.GetOrInitFuture(fn))
		return []func(){a.poll, b.poll, c.poll}, func() {
			sound(t, &o)
			if !a.settle() || !b.settle() || !c.settle() || made != 1 || a.value+b.value+c.value != 3 {
				t.Fatalf("%v, %v and %v, made %d times", a, b, c, made)
			}
		}
	})
}

// constant is a future that is ready.
type constant struct{ v int }

func (c *constant) Poll(*edo.Context) (int, edo.Poll, error) { return c.v, edo.Ready, nil }
