package lock_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/lock"
)

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	var (
		m          lock.Mutex
		rw         lock.RWMutex
		s, closed  = lock.NewSemaphore(1), lock.NewSemaphore(1)
		n          lock.Notify
		spent      = n.WaitFuture()
		b          = lock.NewBarrier(1)
		o, failing lock.Once[int]
	)
	closed.Close()
	spent.Drop()
	drive(t, o.GetOrInitFuture(func() edo.Future[int] { return future.Ready(7) })).gets()
	chantest.RequireGivesWay(t, map[string]func(task *edo.Task){
		"Mutex.Lock":                  func(task *edo.Task) { m.Lock(task); m.Unlock() },
		"Mutex.LockFuture":            func(task *edo.Task) { g, _ := edo.Await(task, m.LockFuture()); g.Unlock() },
		"RWMutex.Lock":                func(task *edo.Task) { rw.Lock(task); rw.Unlock() },
		"RWMutex.RLock":               func(task *edo.Task) { rw.RLock(task); rw.RUnlock() },
		"RWMutex.RLockFuture":         func(task *edo.Task) { g, _ := edo.Await(task, rw.RLockFuture()); g.Unlock() },
		"Semaphore.Acquire":           func(task *edo.Task) { s.Acquire(task, 1); s.Release(1) },
		"Semaphore.Acquire of 0":      func(task *edo.Task) { s.Acquire(task, 0) },
		"Semaphore.AcquireFuture":     func(task *edo.Task) { p, _ := edo.Await(task, s.AcquireFuture(1)); p.Release() },
		"a closed Semaphore":          func(task *edo.Task) { closed.Acquire(task, 1) },
		"a closed Semaphore's future": func(task *edo.Task) { edo.Await(task, closed.AcquireFuture(1)) },
		"Notify.Wait":                 func(task *edo.Task) { n.NotifyOne(); n.Wait(task) },
		"Notify.WaitFuture":           func(task *edo.Task) { n.NotifyOne(); edo.Await(task, n.WaitFuture()) },
		"a spent Notified":            func(task *edo.Task) { edo.Await(task, spent) },
		"Barrier.Wait":                func(task *edo.Task) { b.Wait(task) },
		"Barrier.WaitFuture":          func(task *edo.Task) { edo.Await(task, b.WaitFuture()) },
		"Once.GetOrInit":              func(task *edo.Task) { o.GetOrInit(task, nil) },
		"Once.GetOrInitFuture":        func(task *edo.Task) { edo.Await(task, o.GetOrInitFuture(nil)) },
		"Once that fails": func(task *edo.Task) {
			failing.GetOrInit(task, func(*edo.Task) (int, error) { return 0, edo.ErrClosed })
		},
	})
}
