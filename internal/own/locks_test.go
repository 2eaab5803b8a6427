package own_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/lock"
)

// tryLock is a lock of which it can be seen whether it is free.
type tryLock interface {
	TryLock() bool
	Unlock()
}

// held makes somebody else hold m while the scene waits. In the end m must be free.
func held[M tryLock](s *scene, m M) M {
	holds := s.waits && m.TryLock()
	letGo := func() {
		if holds {
			holds = false
			m.Unlock()
		}
	}
	s.onWake(letGo)
	s.atEnd(func() {
		letGo()
		if !m.TryLock() {
			s.t.Error("the lock has not come back")
		}
	})
	return m
}

// permits is a semaphore of 3, of which somebody else has 2 while the scene waits. In
// the end all must be free.
func (s *scene) permits() *lock.Semaphore {
	sem := lock.NewSemaphore(3)
	others := 0
	if s.waits && sem.TryAcquire(2) == nil {
		others = 2
	}
	letGo := func() {
		sem.Release(others)
		others = 0
	}
	if s.fails {
		sem.Close()
	}
	s.onWake(letGo)
	s.atEnd(func() {
		letGo()
		if n := sem.Available(); n != 3 {
			s.t.Errorf("%d of 3 permits have come back", n)
		}
	})
	return sem
}

// notify is a Notify that is notified once, now or later. The notification must go to
// the subject, who then calls seen, or be there in the end.
func (s *scene) notify() (n *lock.Notify, seen func()) {
	n = new(lock.Notify)
	told, saw := false, 0
	tell := func() {
		if !told {
			told = true
			n.NotifyOne()
		}
	}
	if s.waits {
		s.onWake(tell)
	} else {
		tell()
	}
	s.atEnd(func() {
		if told && ready(edo.Future[edo.Unit](n.WaitFuture())) {
			saw++
		}
		if told && saw != 1 || !told && saw != 0 {
			s.t.Errorf("one notification was seen %d times", saw)
		}
	})
	return n, func() { saw++ }
}

// barrier is a barrier of two, to which another one comes, before or later. In the end
// nobody must be left in it.
func (s *scene) barrier() *lock.Barrier {
	b := lock.NewBarrier(2)
	other := b.WaitFuture()
	come := func() { edotest.Poll(edotest.NewTask(), edo.Future[bool](other)) }
	came := !s.waits
	if came {
		come()
	}
	s.onWake(func() {
		if !came {
			came = true
			come()
		}
	})
	s.atEnd(func() {
		other.Drop()
		one := b.WaitFuture()
		defer one.Drop()
		if _, p, _ := edotest.Poll(edotest.NewTask(), edo.Future[bool](one)); p != edo.Pending {
			s.t.Error("somebody was left in the barrier")
		} else if !ready(edo.Future[bool](b.WaitFuture())) {
			s.t.Error("two do not pass the barrier")
		}
	})
	return b
}

// once is a Once that somebody else initialises while the scene waits, and then gives
// up. In the end it must have a value, or take one.
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
			s.t.Error("nobody can initialise it any more")
		}
	})
	return o
}

// What these own is a place in a line, and what was granted to them.
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
	// The value is the Once's; who asks gets a copy.
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

// ready says whether f is ready at its first poll; it is dropped then.
func ready[T any](f edo.Future[T]) bool {
	_, p, err := edotest.Poll(edotest.NewTask(), f)
	edo.Drop(f)
	return p == edo.Ready && err == nil
}
