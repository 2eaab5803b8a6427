package lock_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

// lockDirect returns a future that locks m in direct style.
func lockDirect(m interface{ Lock(*edo.Task) error }) edo.Future[edo.Unit] { return direct(m.Lock) }

func TestMutexGoesToTheTaskThatHasWaitedLongest(t *testing.T) {
	var m lock.Mutex
	drive(t, lockDirect(&m)).gets()
	first, second := drive(t, lockDirect(&m)).waits(), drive(t, m.LockFuture()).waits()
	if m.TryLock() {
		t.Fatal("TryLock of a mutex that is locked")
	}
	m.Unlock()
	first.woken(1)
	second.woken(0)
	if m.TryLock() {
		t.Fatal("TryLock overtook a waiter")
	}
	second.waits()
	drive(t, lockDirect(&m)).waits().abort() // a newcomer waits
	first.gets()
	m.Unlock()
	second.woken(1).gets().Unlock()
	requireRules(t, &m)
	if !m.TryLock() {
		t.Fatal("TryLock of a mutex that is unlocked")
	}
}

func TestCancelledWaiterPassesTheLockOn(t *testing.T) {
	for name, start := range map[string]func(t *testing.T, m *lock.Mutex) (woken func(int), giveUp func()){
		"direct": func(t *testing.T, m *lock.Mutex) (func(int), func()) {
			o := drive(t, lockDirect(m)).waits()
			return func(n int) { o.t.Helper(); o.woken(n) }, o.abort
		},
		"future": func(t *testing.T, m *lock.Mutex) (func(int), func()) {
			o := drive(t, m.LockFuture()).waits()
			return func(n int) { o.t.Helper(); o.woken(n) }, o.drop
		},
	} {
		t.Run(name+" after it was granted", func(t *testing.T) {
			var m lock.Mutex
			m.TryLock()
			woken, giveUp := start(t, &m)
			next := drive(t, lockDirect(&m)).waits()
			m.Unlock()
			woken(1)
			next.woken(0)
			giveUp()
			next.woken(1).gets()
			m.Unlock()
			requireRules(t, &m)
		})
		t.Run(name+" before", func(t *testing.T) {
			var m lock.Mutex
			m.TryLock()
			woken, giveUp := start(t, &m)
			next := drive(t, lockDirect(&m)).waits()
			giveUp()
			next.woken(0).waits()
			m.Unlock()
			woken(0)
			next.woken(1).gets()
			m.Unlock()
			requireRules(t, &m)
		})
		t.Run(name+" with no waiter behind", func(t *testing.T) {
			var m lock.Mutex
			m.TryLock()
			_, giveUp := start(t, &m)
			m.Unlock()
			giveUp()
			if !m.TryLock() {
				t.Fatal("the lock was lost")
			}
			requireRules(t, &m)
		})
	}
}

func TestCancelledTaskDoesNotLock(t *testing.T) {
	var m lock.Mutex
	task := edotest.NewTask()
	f := direct(func(task *edo.Task) error {
		if err := edo.Yield(task); !errors.Is(err, edo.ErrCancelled) {
			return err
		}
		return m.Lock(task)
	})
	polled(t, task, f, edo.Pending, nil)
	edo.Drop(f)
	polled(t, task, f, edo.Ready, edo.ErrCancelled)
	if !m.TryLock() {
		t.Fatal("locked by a task that was cancelled")
	}
}

func TestMutexIsNotPoisonedByAPanic(t *testing.T) {
	var m lock.Mutex
	err := edo.Run(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			if err := m.Lock(task); err != nil {
				return err
			}
			defer m.Unlock()
			panic("in the critical section")
		})
		var panicked *edo.PanicError
		if _, err := h.Await(task); !errors.As(err, &panicked) {
			t.Errorf("the task ended with %v", err)
		}
		if err := m.Lock(task); err != nil {
			return err
		}
		m.Unlock()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGuardUnlocksOnce(t *testing.T) {
	var m lock.Mutex
	g := drive(t, m.LockFuture()).gets()
	g.Downgrade() // does nothing for a mutex
	g.Unlock()
	drive(t, lockDirect(&m)).gets()
	g.Unlock()
	g.Drop()
	if m.TryLock() {
		t.Fatal("a guard that was unlocked has unlocked the lock of another task")
	}
	requireRules(t, &m)
}

func TestGuardOwnedByATaskIsUnlockedWithIt(t *testing.T) {
	var m lock.Mutex
	run(t, 1, func(task *edo.Task) error {
		if err := m.Lock(task); err != nil {
			return err
		}
		h := edo.Go(task, func(*edo.Task) error { panic("never runs") }, edo.Owns(m.Guard()))
		h.Abort()
		return m.Lock(task)
	})
	m.Unlock()
	requireRules(t, &m)
}

func TestDroppedLockFutureDoesNotUnlockTheGuardThatItReturned(t *testing.T) {
	var m lock.Mutex
	f := m.LockFuture()
	g := drive(t, f).gets()
	f.Drop()
	if m.TryLock() {
		t.Fatal("the future unlocked the guard that it had returned")
	}
	g.Unlock()
	requireRules(t, &m)
}

func TestReusedLockFutureLocksAgain(t *testing.T) {
	var m lock.Mutex
	var f lock.LockFuture
	f.Drop()
	o := drive(t, &f)
	if _, p, err := edotest.Poll(o.task, o.f); p != edo.Ready || err == nil {
		t.Fatalf("the zero future: %v, %v, want an error", p, err)
	}
	for range 3 {
		f.Reset(&m)
		g := o.gets()
		if m.TryLock() {
			t.Fatal("not locked")
		}
		requirePanic(t, "Reset with the guard locked", func() { f.Reset(&m) })
		g.Unlock()
	}
	requireRules(t, &m)
}

func TestMisuseOfAMutexPanics(t *testing.T) {
	var m lock.Mutex
	var rw, read, written lock.RWMutex
	read.TryRLock()
	written.TryLock()
	for what, fn := range map[string]func(){
		"Unlock of an unlocked Mutex":   m.Unlock,
		"Guard of an unlocked Mutex":    func() { m.Guard() },
		"Unlock of an unlocked RWMutex": rw.Unlock,
		"RUnlock of an unlocked":        rw.RUnlock,
		"Downgrade of an unlocked":      rw.Downgrade,
		"Guard of an unlocked RWMutex":  func() { rw.Guard() },
		"RGuard of an unlocked":         func() { rw.RGuard() },
		"Unlock for readers":            read.Unlock,
		"Downgrade for readers":         read.Downgrade,
		"Guard for readers":             func() { read.Guard() },
		"RUnlock for a writer":          written.RUnlock,
		"RGuard for a writer":           func() { written.RGuard() },
	} {
		requirePanic(t, what, fn)
	}
	read.RUnlock()
	written.Unlock()
	for _, x := range []interface{ Check() error }{&m, &rw, &read, &written} {
		requireRules(t, x)
	}
	defer func() {
		if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), "lock: ") {
			t.Errorf("the panic does not say which package it is from: %v", err)
		}
	}()
	m.Unlock()
}

func TestLockGivesWayWhenTheBudgetIsUsedUp(t *testing.T) {
	var m lock.Mutex
	n := 0
	o := drive(t, direct(func(task *edo.Task) error {
		for range 1000 {
			if err := m.Lock(task); err != nil {
				return err
			}
			n++
			m.Unlock()
		}
		return nil
	})).waits()
	if n != 128 {
		t.Fatalf("locked %d times in one poll, want the budget of 128", n)
	}
	o.woken(1)
}

func TestOnlyTheTaskThatPolledLastIsWoken(t *testing.T) {
	var m lock.Mutex
	m.TryLock()
	f := m.LockFuture()
	t1, t2 := drive(t, f), drive(t, f)
	t1.waits().waits()
	t2.waits()
	m.Unlock()
	t1.woken(0)
	t2.woken(1).gets()
}

func TestTasksExcludeEachOther(t *testing.T) {
	const tasks, each = 20, 300
	for _, workers := range []int{1, 4} {
		var m lock.Mutex
		sum, inside := 0, 0
		run(t, workers, func(task *edo.Task) error {
			for range tasks {
				edo.Go(task, func(task *edo.Task) error {
					for i := range each {
						if err := m.Lock(task); err != nil {
							return err
						}
						if inside++; inside != 1 {
							t.Errorf("%d tasks hold the lock", inside)
						}
						if i%16 == 0 {
							edo.Yield(task)
						}
						sum++
						inside--
						m.Unlock()
					}
					return nil
				})
			}
			return nil
		})
		if sum != tasks*each {
			t.Fatalf("%d workers: counted %d, want %d", workers, sum, tasks*each)
		}
		requireRules(t, &m)
	}
}
