package lock_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/lock"
)

// refill refills the budget of the poll of cx.
func refill(cx *edo.Context) { (*sched.Context)(cx).SetBudget(100) }

func TestPollFaceAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	var (
		m   lock.Mutex
		rw  lock.RWMutex
		n   lock.Notify
		s   = lock.NewSemaphore(3)
		b   = lock.NewBarrier(2)
		f   [2]lock.LockFuture
		a   [2]lock.AcquireFuture
		w   [2]lock.Notified
		arr [2]lock.Arrival
	)
	task := edotest.NewTask()
	allocs := func(what string, fn func(cx *edo.Context)) {
		t.Helper()
		task.Enter(func(cx *edo.Context) {
			if n := testing.AllocsPerRun(1000, func() {
				refill(cx)
				fn(cx)
			}); n != 0 {
				t.Errorf("%s: %v allocations, want none", what, n)
			}
		})
	}
	allocs("a mutex that is waited for", func(cx *edo.Context) {
		f[0].Reset(&m)
		f[1].Reset(&m)
		g, _, _ := f[0].Poll(cx)
		f[1].Poll(cx)
		g.Unlock()
		g, _, _ = f[1].Poll(cx)
		g.Unlock()
	})
	allocs("a RWMutex that is waited for", func(cx *edo.Context) {
		f[0].ResetWrite(&rw)
		f[1].ResetRead(&rw)
		g, _, _ := f[0].Poll(cx)
		f[1].Poll(cx)
		g.Downgrade()
		g.Unlock()
		g, _, _ = f[1].Poll(cx)
		g.Unlock()
	})
	allocs("permits that are waited for", func(cx *edo.Context) {
		a[0].Reset(s, 2)
		a[1].Reset(s, 3)
		p, _, _ := a[0].Poll(cx)
		a[1].Poll(cx)
		p.Release()
		p, _, _ = a[1].Poll(cx)
		p.Release()
	})
	allocs("notifications", func(cx *edo.Context) {
		for i := range w {
			w[i].Reset(&n)
			w[i].Poll(cx)
		}
		n.NotifyOne()
		n.NotifyAll()
		w[0].Poll(cx)
		w[1].Poll(cx)
	})
	allocs("a barrier", func(cx *edo.Context) {
		for i := range arr {
			arr[i].Reset(b)
			arr[i].Poll(cx)
		}
		arr[0].Poll(cx)
	})
}

func TestDirectStyleAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	if testing.AllocsPerRun(10, func() { gid.Get() }) != 0 {
		t.Skip("the check of a Task allocates on this machine")
	}
	var (
		m    lock.Mutex
		rw   lock.RWMutex
		n    lock.Notify
		once lock.Once[int]
		s    = lock.NewSemaphore(3)
		b    = lock.NewBarrier(1)
	)
	var got float64
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		got = testing.AllocsPerRun(1000, func() {
			m.Lock(task)
			m.Unlock()
			rw.Lock(task)
			rw.Downgrade()
			rw.RUnlock()
			s.Acquire(task, 2)
			s.Release(2)
			n.NotifyOne()
			n.Wait(task)
			b.Wait(task)
			once.GetOrInit(task, func(*edo.Task) (int, error) { return 1, nil })
		})
		return edo.Unit{}, nil
	})
	task := edotest.NewTask()
	for p := edo.Pending; p == edo.Pending; { // the task yields when its budget is used up
		_, p, _ = edotest.Poll(task, f)
	}
	if got != 0 {
		t.Errorf("without waiting: %v allocations, want none", got)
	}

	// Operations that wait: the test resumes each of them.
	again := repeat(func(task *edo.Task) error {
		if err := m.Lock(task); err != nil {
			return err
		}
		m.Unlock()
		if err := n.Wait(task); err != nil {
			return err
		}
		_, err := b.Wait(task)
		return err
	})
	b = lock.NewBarrier(2)
	var other lock.Arrival
	turn := func() {
		m.TryLock()
		edotest.Poll(task, again)
		m.Unlock()
		edotest.Poll(task, again)
		n.NotifyAll()
		edotest.Poll(task, again)
		other.Reset(b)
		edotest.Poll(task, edo.Future[bool](&other))
	}
	for range 10 {
		turn()
	}
	if got := testing.AllocsPerRun(1000, turn); got != 0 {
		t.Errorf("with waiting: %v allocations, want none", got)
	}
	edo.Drop(again)
	edotest.Poll(task, again)
}

// repeat repeats fn, in direct style, until it fails.
func repeat(fn func(task *edo.Task) error) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) {
		for {
			if err := fn(task); err != nil {
				return edo.Unit{}, err
			}
		}
	})
}
