package own_test

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/lock"
)

// tryLock is a lock that a test can try.
type tryLock interface {
	TryLock() bool
	Unlock()
}

// held locks m while the scene waits. In the end m must be free.
func held[M tryLock](s *scene, m M) M {
	locked := s.waits && m.TryLock()
	unlock := func() {
		if locked {
			locked = false
			m.Unlock()
		}
	}
	s.onWake(unlock)
	s.atEnd(func() {
		unlock()
		if !m.TryLock() {
			s.t.Error("the lock was not unlocked")
		}
	})
	return m
}

// permits returns a semaphore of 3, of which 2 are acquired while the scene waits. In
// the end all must be free.
func (s *scene) permits() *lock.Semaphore {
	sem := lock.NewSemaphore(3)
	acquired := 0
	if s.waits && sem.TryAcquire(2) == nil {
		acquired = 2
	}
	release := func() {
		sem.Release(acquired)
		acquired = 0
	}
	if s.fails {
		sem.Close()
	}
	s.onWake(release)
	s.atEnd(func() {
		release()
		if n := sem.Available(); n != 3 {
			s.t.Errorf("%d of 3 permits are free", n)
		}
	})
	return sem
}

// notify returns a Notify that is notified once, now or later. The notification must reach
// the subject, which then calls seen, or be there in the end.
func (s *scene) notify() (n *lock.Notify, seen func()) {
	n = new(lock.Notify)
	sent, received := 0, 0
	s.nowOrLater(sync.OnceFunc(func() {
		sent++
		n.NotifyOne()
	}))
	s.atEnd(func() {
		if sent != 0 && ready(edo.Future[edo.Unit](n.WaitFuture())) {
			received++
		}
		if received != sent {
			s.t.Errorf("one notification was seen %d times", received)
		}
	})
	return n, func() { received++ }
}

// barrier returns a barrier of two, at which another task arrives, before or later. In the
// end no task must be left in it.
func (s *scene) barrier() *lock.Barrier {
	b := lock.NewBarrier(2)
	other := b.WaitFuture()
	s.nowOrLater(sync.OnceFunc(func() { edotest.Poll(edotest.NewTask(), edo.Future[bool](other)) }))
	s.atEnd(func() {
		other.Drop()
		one := b.WaitFuture()
		defer one.Drop()
		if _, p, _ := edotest.Poll(edotest.NewTask(), edo.Future[bool](one)); p != edo.Pending {
			s.t.Error("a task was left in the barrier")
		} else if !ready(edo.Future[bool](b.WaitFuture())) {
			s.t.Error("two do not pass the barrier")
		}
	})
	return b
}

// once returns a Once that another future initialises while the scene waits, and is then
// dropped. In the end it must have a value, or accept one.
func (s *scene) once() *lock.Once[*item] {
	o := new(lock.Once[*item])
	if s.waits {
		other := o.GetOrInitFuture(func() edo.Future[*item] { return owntest.NewScript[*item](s.t).Wait() })
		edotest.Poll(edotest.NewTask(), edo.Future[*item](other))
		s.onWake(other.Drop)
		s.atEnd(other.Drop)
	}
	s.atEnd(func() {
		if !ready(edo.Future[*item](o.GetOrInitFuture(func() edo.Future[*item] {
			v := s.item()
			v.take()
			return s.script().Give(v)
		}))) {
			s.t.Error("it cannot be initialised any more")
		}
	})
	return o
}

// These own their place in a queue, and the permits that were granted to them.
var locks = leaves([]row{
	{name: "lock.Mutex.LockFuture", quiet: true, build: func(s *scene) subject {
		return done(s, held(s, new(lock.Mutex)).LockFuture(), (*lock.Guard).Unlock)
	}},
	{name: "lock.RWMutex.LockFuture", quiet: true, build: func(s *scene) subject {
		return done(s, held(s, new(lock.RWMutex)).LockFuture(), (*lock.Guard).Unlock)
	}},
	{name: "lock.RWMutex.RLockFuture", quiet: true, build: func(s *scene) subject {
		return done(s, held(s, new(lock.RWMutex)).RLockFuture(), (*lock.Guard).Unlock)
	}},
	{name: "lock.Mutex.Lock", direct: true, build: func(s *scene) subject {
		m := held(s, new(lock.Mutex))
		return s.body(func(task *edo.Task) error {
			if err := m.Lock(task); err != nil {
				return err
			}
			m.Unlock()
			return nil
		})
	}},
	{name: "lock.RWMutex.Lock", direct: true, build: func(s *scene) subject {
		m := held(s, new(lock.RWMutex))
		return s.body(func(task *edo.Task) error {
			if err := m.Lock(task); err != nil {
				return err
			}
			m.Unlock()
			return nil
		})
	}},
	{name: "lock.RWMutex.RLock", direct: true, build: func(s *scene) subject {
		m := held(s, new(lock.RWMutex))
		return s.body(func(task *edo.Task) error {
			if err := m.RLock(task); err != nil {
				return err
			}
			m.RUnlock()
			return nil
		})
	}},
	{name: "lock.Semaphore.AcquireFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.permits().AcquireFuture(2), (*lock.Permit).Release)
	}},
	{name: "lock.Semaphore.Acquire", direct: true, build: func(s *scene) subject {
		sem := s.permits()
		return s.body(func(task *edo.Task) error {
			if err := sem.Acquire(task, 2); err != nil {
				return err
			}
			sem.Release(2)
			return nil
		})
	}},
	{name: "lock.Notify.WaitFuture", quiet: true, build: func(s *scene) subject {
		n, seen := s.notify()
		return done(s, n.WaitFuture(), func(edo.Unit) { seen() })
	}},
	{name: "lock.Notify.Wait", direct: true, build: func(s *scene) subject {
		n, seen := s.notify()
		return s.body(func(task *edo.Task) error {
			if err := n.Wait(task); err != nil {
				return err
			}
			seen()
			return nil
		})
	}},
	{name: "lock.Barrier.WaitFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.barrier().WaitFuture(), func(bool) {})
	}},
	{name: "lock.Barrier.Wait", direct: true, build: func(s *scene) subject {
		b := s.barrier()
		return s.body(func(task *edo.Task) error { _, err := b.Wait(task); return err })
	}},
	// The Once keeps the value; its callers get a copy.
	{name: "lock.Once.GetOrInitFuture", quiet: true, calls: true, steps: true, build: func(s *scene) subject {
		return s.future(s.once().GetOrInitFuture(func() edo.Future[*item] { return s.step() }))
	}},
	{name: "lock.Once.GetOrInit", direct: true, calls: true, build: func(s *scene) subject {
		o := s.once()
		return s.body(func(task *edo.Task) error {
			v, err := o.GetOrInit(task, func(task *edo.Task) (*item, error) { return s.call() })
			if err == nil {
				v.take()
			}
			return err
		})
	}},
})

// ready reports whether f is ready at its first poll; then it drops f.
func ready[T any](f edo.Future[T]) bool {
	_, p, err := edotest.Poll(edotest.NewTask(), f)
	edo.Drop(f)
	return p == edo.Ready && err == nil
}
