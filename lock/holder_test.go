package lock_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// waitsOf returns what the task with this name waits for.
func waitsOf(t *testing.T, task *edo.Task, name string) edo.Wait {
	t.Helper()
	for _, i := range task.Runtime().Snapshot().Tasks {
		if i.Name == name && len(i.Waits) == 1 {
			return i.Waits[0]
		}
	}
	t.Errorf("the task %s waits for nothing", name)
	return edo.Wait{}
}

// names reports whether w names a task with this name.
func names(w edo.Wait, name string) bool { return strings.Contains(w.String(), name) }

// held is a way to lock, and a way to wait for that lock then.
type held struct {
	lock, wait             func(task *edo.Task) error
	unlock, unlockByWaiter func() // after lock, and after wait
}

var locksToHold = map[string]func() held{
	"Mutex.Lock": func() held {
		var m lock.Mutex
		return held{m.Lock, m.Lock, m.Unlock, m.Unlock}
	},
	"Mutex.LockFuture": func() held {
		var m lock.Mutex
		lockByFuture := func(task *edo.Task) error { _, err := edo.Await(task, m.LockFuture()); return err }
		return held{lockByFuture, lockByFuture, m.Unlock, m.Unlock}
	},
	"RWMutex.Lock, then a writer": func() held {
		var m lock.RWMutex
		return held{m.Lock, m.Lock, m.Unlock, m.Unlock}
	},
	"RWMutex.RLock, then a writer": func() held {
		var m lock.RWMutex
		return held{m.RLock, m.Lock, m.RUnlock, m.Unlock}
	},
	"Semaphore.Acquire": func() held {
		s := lock.NewSemaphore(2)
		both := func(task *edo.Task) error { return s.Acquire(task, 2) }
		return held{both, both, func() { s.Release(2) }, func() { s.Release(2) }}
	},
}

func TestReportNamesTheTaskThatHoldsALock(t *testing.T) {
	for name, start := range locksToHold {
		err := sim.Run(1, func(task *edo.Task) error {
			c := start()
			holdForAnHour := func(lock func(task *edo.Task) error, unlock func()) func(task *edo.Task) error {
				return func(task *edo.Task) error {
					if err := lock(task); err != nil {
						return err
					}
					defer unlock()
					return timer.Sleep(task, time.Hour)
				}
			}
			edo.Go(task, holdForAnHour(c.lock, c.unlock), edo.Name("the holder"))
			edo.Yield(task)
			for i := range 2 {
				edo.Go(task, holdForAnHour(c.wait, c.unlockByWaiter), edo.Name(fmt.Sprint("waiter ", i)))
				edo.Yield(task)
			}
			for i := range 2 {
				if w := waitsOf(t, task, fmt.Sprint("waiter ", i)); !names(w, "the holder") {
					t.Errorf("%s: waiter %d %v", name, i, w)
				}
			}
			timer.Sleep(task, 90*time.Minute) // the lock was handed to the first waiter
			if w := waitsOf(t, task, "waiter 1"); !names(w, "waiter 0") || names(w, "the holder") {
				t.Errorf("%s: after it was handed on, waiter 1 %v", name, w)
			}
			return nil
		}, sim.WithConfig(sim.Config{Quiet: true}))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReportTellsGrantedAndNotTakenFromHeld(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var m lock.Mutex
		if err := m.Lock(task); err != nil {
			return err
		}
		lockIt := func(task *edo.Task) error {
			if err := m.Lock(task); err != nil {
				return err
			}
			defer m.Unlock()
			return timer.Sleep(task, time.Second)
		}
		edo.Go(task, lockIt, edo.Name("first"))
		edo.Yield(task)
		edo.Go(task, lockIt, edo.Name("second"))
		edo.Yield(task)
		w := waitsOf(t, task, "second")
		if w.On != "lock: mutex" || !slices.Contains(w.By, "1 waiting before it") || names(w, "first") {
			t.Errorf("held: %v", w)
		}
		m.Unlock()
		w = waitsOf(t, task, "second")
		if w.On != "lock: mutex, granted to a task that has not taken it" || !names(w, "first") {
			t.Errorf("granted, and not taken: %v", w)
		}
		edo.Yield(task)
		w = waitsOf(t, task, "second")
		if w.On != "lock: mutex" || !names(w, "first") {
			t.Errorf("taken: %v", w)
		}
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestReportSaysThatTheHolderHasEndedOrIsTheWaiterItself(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var m, own lock.Mutex
		edo.Go(task, m.Lock, edo.Name("forgetful")).Await(task)
		late := edo.Go(task, m.Lock, edo.Name("waiter"))
		stuck := edo.Go(task, func(task *edo.Task) error {
			own.Lock(task)
			return own.Lock(task)
		}, edo.Name("twice"))
		edo.Yield(task)
		edo.Yield(task)
		if w := waitsOf(t, task, "waiter"); !names(w, "forgetful, which has ended") {
			t.Errorf("the holder has ended: %v", w)
		}
		if w := waitsOf(t, task, "twice"); !names(w, "this task itself") && !names(w, "which is this one") {
			t.Errorf("the holder is the waiter: %v", w)
		}
		late.Abort()
		stuck.Abort()
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestReportNamesNoTaskThatIsNotKnownToHold(t *testing.T) {
	for name, c := range map[string]func(task *edo.Task) func(task *edo.Task) error{
		"TryLock": func(task *edo.Task) func(task *edo.Task) error {
			var m lock.Mutex
			m.Lock(task)
			m.Unlock()
			m.TryLock()
			return m.Lock
		},
		"a reader that may be another": func(task *edo.Task) func(task *edo.Task) error {
			var m lock.RWMutex
			m.TryRLock()
			m.RLock(task)
			m.RUnlock()
			return m.Lock
		},
		"TryRLock after RLock": func(task *edo.Task) func(task *edo.Task) error {
			var m lock.RWMutex
			m.RLock(task)
			m.TryRLock()
			return m.Lock
		},
		"a semaphore that was released": func(task *edo.Task) func(task *edo.Task) error {
			s := lock.NewSemaphore(2)
			s.Acquire(task, 2)
			s.Release(1)
			return func(task *edo.Task) error { return s.Acquire(task, 2) }
		},
		"TryAcquire": func(task *edo.Task) func(task *edo.Task) error {
			s := lock.NewSemaphore(2)
			s.Acquire(task, 1)
			s.TryAcquire(1)
			return func(task *edo.Task) error { return s.Acquire(task, 2) }
		},
		"a permit that was forgotten": func(task *edo.Task) func(task *edo.Task) error {
			s := lock.NewSemaphore(2)
			s.Acquire(task, 1)
			s.Own(1).Forget()
			return func(task *edo.Task) error { return s.Acquire(task, 2) }
		},
	} {
		err := sim.Run(1, func(task *edo.Task) error {
			var wait func(task *edo.Task) error
			edo.Go(task, func(task *edo.Task) error { wait = c(task); return nil }, edo.Name("suspect")).Await(task)
			h := edo.Go(task, wait, edo.Name("waiter"))
			edo.Yield(task)
			edo.Yield(task)
			if w := waitsOf(t, task, "waiter"); names(w, "suspect") || len(w.By) == 0 {
				t.Errorf("%s: %v", name, w)
			}
			h.Abort()
			return nil
		}, sim.WithConfig(sim.Config{Quiet: true}))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReportNamesTheTaskThatInitialisesAOnce(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var direct, polled lock.Once[int]
		slow := func(task *edo.Task) (int, error) { return 7, timer.Sleep(task, time.Hour) }
		edo.Go(task, func(task *edo.Task) error { _, err := direct.GetOrInit(task, slow); return err }, edo.Name("direct"))
		edo.Spawn(task, polled.GetOrInitFuture(func() edo.Future[int] { return edo.Async(slow) }), edo.Name("future"))
		edo.Yield(task)
		edo.Go(task, func(task *edo.Task) error { _, err := direct.GetOrInit(task, slow); return err }, edo.Name("one"))
		edo.Go(task, func(task *edo.Task) error { _, err := polled.GetOrInit(task, slow); return err }, edo.Name("two"))
		edo.Yield(task)
		edo.Yield(task)
		if w := waitsOf(t, task, "one"); w.On != "lock: once" || !names(w, "direct") {
			t.Errorf("got %v", w)
		}
		if w := waitsOf(t, task, "two"); w.On != "lock: once" || !names(w, "future") {
			t.Errorf("got %v", w)
		}
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Fatal(err)
	}
}

// A branch of a join is no task: the task that polls the branch holds its lock.
func TestHolderInsideAJoinIsTheTaskThatPollsIt(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var m lock.Mutex
		both := future.Join2(m.LockFuture(), timer.SleepFuture(time.Hour))
		h := edo.Spawn(task, both, edo.Name("joiner"))
		edo.Yield(task)
		w := edo.Go(task, m.Lock, edo.Name("waiter"))
		edo.Yield(task)
		edo.Yield(task)
		if w := waitsOf(t, task, "waiter"); !names(w, "joiner") {
			t.Errorf("got %v", w)
		}
		h.Abort()
		w.Abort()
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestWaitForSomethingThatHasEndedSaysSo(t *testing.T) {
	requireOn := func(w edo.Wait, text string) {
		t.Helper()
		if !strings.Contains(w.On, text) {
			t.Errorf("got %q, want %q in it", w.On, text)
		}
	}
	var m lock.Mutex
	f := m.LockFuture()
	drive(t, f).gets()
	requireOn(waitOf(f), "lock: mutex, by a future that has ended")
	requireOn(waitOf(new(lock.LockFuture)), "was not told what to wait for")
	requireOn(waitOf(new(lock.Notified)), "was not told what to wait for")
	requireOn(waitOf(new(lock.Arrival)), "was not told what to wait for")
	s := lock.NewSemaphore(0)
	a := s.AcquireFuture(1)
	s.Close()
	requireOn(waitOf(a), "lock: semaphore (1 permit, 0 free), which is closed")
	drive(t, a).fails(edo.ErrClosed)
	var n lock.Notify
	n.NotifyOne()
	w := n.WaitFuture()
	drive(t, w).gets()
	requireOn(waitOf(w), "lock: notify, by a future that has ended")
	b := lock.NewBarrier(1).WaitFuture()
	drive(t, b).gets()
	requireOn(waitOf(b), "lock: barrier, by a future that has ended")
	var o lock.Once[int]
	body := func() edo.Future[int] { return future.Ready(7) }
	drive(t, o.GetOrInitFuture(body)).gets()
	requireOn(waitOf(o.GetOrInitFuture(body)), "lock: once, which has its value")
}

func TestSecondTaskThatWaitsWithAFutureOfALockGetsAnError(t *testing.T) {
	var (
		m  lock.Mutex
		rw lock.RWMutex
		s  lock.Semaphore
		n  lock.Notify
		b  = lock.NewBarrier(2)
	)
	m.TryLock()
	rw.TryLock()
	for name, c := range map[string]struct {
		f       func() func(task *edo.Task) error
		release func()
	}{
		"Mutex":     {shared(m.LockFuture), m.Unlock},
		"RWMutex":   {shared(rw.RLockFuture), rw.Unlock},
		"Semaphore": {shared(func() *lock.AcquireFuture { return s.AcquireFuture(1) }), func() { s.Release(1) }},
		"Notify":    {shared(n.WaitFuture), n.NotifyOne},
		"Barrier":   {shared(b.WaitFuture), func() { drive(t, b.WaitFuture()).gets() }},
	} {
		err := sim.Run(1, func(task *edo.Task) error {
			wait := c.f()
			first := edo.Go(task, wait, edo.Name("first"))
			edo.Yield(task)
			_, err := edo.Go(task, wait, edo.Name("second")).Await(task)
			var busy *edo.BusyError
			if !errors.As(err, &busy) || busy.First != "first" || busy.Second != "second" || busy.Use == "" {
				t.Errorf("%s: the second waiter got %v", name, err)
			}
			c.release()
			_, err = first.Await(task)
			return err
		}, sim.WithConfig(sim.Config{Quiet: true})) // the task that is named first waits first
		if err != nil {
			t.Errorf("%s: the first waiter: %v", name, err)
		}
	}
}

// shared returns a function that several tasks call to wait for one future.
func shared[T any, F edo.Future[T]](start func() F) func() func(task *edo.Task) error {
	return func() func(task *edo.Task) error {
		f := start()
		return func(task *edo.Task) error { _, err := edo.Await(task, edo.Future[T](f)); return err }
	}
}

func TestLocksAreOfTheSizeThatTheirDocumentationSays(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("for machines of 64 bits")
	}
	for name, size := range map[string]uintptr{
		"Mutex": unsafe.Sizeof(lock.Mutex{}), "RWMutex": unsafe.Sizeof(lock.RWMutex{}), "Semaphore": unsafe.Sizeof(lock.Semaphore{}),
	} {
		if size != 48 {
			t.Errorf("a %s is %d bytes", name, size)
		}
	}
}
