package lock_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

// waitCase is a future that waits, and what it says that it waits for.
type waitCase struct {
	name  string
	wait  edo.Wait
	start func(t *testing.T) (poll func() edo.Poll, inspect func() []edo.Wait, endWait func())
}

// starting returns the start of a waitCase for the future that start makes. endWait ends the
// wait.
func starting[T any](start func() (f edo.Future[T], endWait func())) func(*testing.T) (func() edo.Poll, func() []edo.Wait, func()) {
	return func(*testing.T) (func() edo.Poll, func() []edo.Wait, func()) {
		task := edotest.NewTask()
		f, endWait := start()
		poll := func() edo.Poll {
			_, p, _ := edotest.Poll(task, f)
			return p
		}
		return poll, func() []edo.Wait { return edotest.Waits(task, f) }, endWait
	}
}

// waitCases are all operations that wait.
var waitCases = []waitCase{
	{"semaphore, future", edo.Wait{
		On: "lock: semaphore (3 permits, 1 free)",
		By: []string{"its holder", "1 waiting before it"},
	}, starting(func() (edo.Future[*lock.Permit], func()) {
		s := lock.NewSemaphore(1)
		edotest.Poll(edotest.NewTask(), s.AcquireFuture(2))
		return s.AcquireFuture(3), func() { s.Release(8) }
	})},
	{"semaphore, direct", edo.Wait{
		On: "lock: semaphore (3 permits, 1 free)",
		By: []string{"its holder"},
	}, starting(func() (edo.Future[edo.Unit], func()) {
		s := lock.NewSemaphore(1)
		return acquireDirect(s, 3), func() { s.Release(8) }
	})},
	{"mutex, future", edo.Wait{
		On: "lock: mutex", By: []string{"its holder", "1 waiting before it"},
	}, starting(func() (edo.Future[*lock.Guard], func()) {
		var m lock.Mutex
		m.TryLock()
		f := m.LockFuture()
		edotest.Poll(edotest.NewTask(), f)
		return m.LockFuture(), func() { f.Drop(); m.Unlock() }
	})},
	{"mutex, direct", edo.Wait{
		On: "lock: mutex", By: []string{"its holder"},
	}, starting(func() (edo.Future[edo.Unit], func()) {
		var m lock.Mutex
		m.TryLock()
		return lockDirect(&m), m.Unlock
	})},
	{"writer behind a reader", edo.Wait{
		On: "lock: rwmutex, to write", By: []string{"1 reader"},
	}, starting(func() (edo.Future[edo.Unit], func()) {
		var m lock.RWMutex
		m.TryRLock()
		return lockDirect(&m), m.RUnlock
	})},
	{"writer behind readers", edo.Wait{
		On: "lock: rwmutex, to write", By: []string{"2 readers"},
	}, starting(func() (edo.Future[*lock.Guard], func()) {
		var m lock.RWMutex
		m.TryRLock()
		m.TryRLock()
		return m.LockFuture(), func() { m.RUnlock(); m.RUnlock() }
	})},
	{"reader behind a writer", edo.Wait{
		On: "lock: rwmutex, to read", By: []string{"its holder"},
	}, starting(func() (edo.Future[*lock.Guard], func()) {
		var m lock.RWMutex
		m.TryLock()
		return m.RLockFuture(), m.Unlock
	})},
	{"reader behind a writer that waits", edo.Wait{
		On: "lock: rwmutex, to read", By: []string{"1 reader", "1 waiting before it"},
	}, starting(func() (edo.Future[edo.Unit], func()) {
		var m lock.RWMutex
		m.TryRLock()
		f := m.LockFuture()
		edotest.Poll(edotest.NewTask(), f)
		return rlockDirect(&m), f.Drop
	})},
	{"notify, future", edo.Wait{
		On: "lock: notify", By: []string{"a notification", "1 waiting before it"},
	}, starting(func() (edo.Future[edo.Unit], func()) {
		var n lock.Notify
		edotest.Poll(edotest.NewTask(), n.WaitFuture())
		return n.WaitFuture(), n.NotifyAll
	})},
	{"notify, direct", edo.Wait{
		On: "lock: notify", By: []string{"a notification"},
	}, starting(func() (edo.Future[edo.Unit], func()) {
		var n lock.Notify
		return waitForNotify(&n), n.NotifyOne
	})},
	{"barrier, future", edo.Wait{
		On: "lock: barrier (1 of 2 have come)", By: []string{"1 more to come"},
	}, starting(func() (edo.Future[bool], func()) {
		b := lock.NewBarrier(2)
		return b.WaitFuture(), func() { edotest.Poll(edotest.NewTask(), b.WaitFuture()) }
	})},
	{"barrier, direct", edo.Wait{
		On: "lock: barrier (1 of 2 have come)", By: []string{"1 more to come"},
	}, starting(func() (edo.Future[bool], func()) {
		b := lock.NewBarrier(2)
		return edo.Async(b.Wait), func() { edotest.Poll(edotest.NewTask(), b.WaitFuture()) }
	})},
	{"once, future", edo.Wait{
		On: "lock: once",
	}, starting(func() (edo.Future[int], func()) {
		var o lock.Once[int]
		var m, idle maker
		f := o.GetOrInitFuture(m.future)
		edotest.Poll(edotest.NewTask(), f)
		return o.GetOrInitFuture(idle.future), func() { m.tx.Send(1); edotest.Poll(edotest.NewTask(), f) }
	})},
	{"once, direct", edo.Wait{
		On: "lock: once",
	}, starting(func() (edo.Future[int], func()) {
		var o lock.Once[int]
		var m, idle maker
		f := o.GetOrInitFuture(m.future)
		edotest.Poll(edotest.NewTask(), f)
		return faces["direct"](&o, &idle), func() { m.tx.Send(1); edotest.Poll(edotest.NewTask(), f) }
	})},
}

// withoutHolders returns w without the holders.
func withoutHolders(w edo.Wait) edo.Wait {
	w.SetHeld(nil)
	return w
}

func TestWaitersSayWhatTheyWaitFor(t *testing.T) {
	for _, c := range waitCases {
		t.Run(c.name, func(t *testing.T) {
			poll, inspect, endWait := c.start(t)
			if p := poll(); p != edo.Pending {
				t.Fatalf("Poll = %v", p)
			}
			for range 2 { // an inspection changes nothing
				if got := inspect(); len(got) != 1 || !reflect.DeepEqual(withoutHolders(got[0]), c.wait) {
					t.Fatalf("it waits for %v, want %v", got, c.wait)
				}
				if p := poll(); p != edo.Pending {
					t.Fatalf("a spurious Poll = %v", p)
				}
			}
			endWait()
			if p := poll(); p != edo.Ready {
				t.Fatalf("Poll = %v after the end of the wait", p)
			}
		})
	}
}

// A future that is not in the queue, because it was not polled yet or because its outcome is
// decided, waits for no task.
func TestFutureThatIsNotQueuedWaitsForNoTask(t *testing.T) {
	requireNoHolder := func(got edo.Wait, on string) {
		t.Helper()
		if want := (edo.Wait{On: on}); !reflect.DeepEqual(withoutHolders(got), want) || got.Held() != nil && len(got.Held().By) != 0 {
			t.Errorf("it waits for %+v, want %+v", got, want)
		}
	}
	requireHolder := func(got edo.Wait) {
		t.Helper()
		if len(got.By) == 0 && (got.Held() == nil || len(got.Held().By) == 0) {
			t.Errorf("it waits for no task, although it is queued for %s", got.On)
		}
	}
	var m lock.Mutex
	lf := m.LockFuture()
	requireNoHolder(waitOf(lf), "lock: mutex")
	m.TryLock()
	drive(t, lf).waits()
	requireHolder(waitOf(lf))
	m.Unlock()
	requireNoHolder(waitOf(lf), "lock: mutex, granted and not taken")

	var rw lock.RWMutex
	w, r := rw.LockFuture(), rw.RLockFuture()
	requireNoHolder(waitOf(w), "lock: rwmutex, to write")
	requireNoHolder(waitOf(r), "lock: rwmutex, to read")
	rw.TryLock()
	drive(t, w).waits()
	drive(t, r).waits()
	rw.Unlock()
	requireNoHolder(waitOf(w), "lock: rwmutex, to write, granted and not taken")
	requireHolder(waitOf(r))
	w.Drop()
	requireNoHolder(waitOf(r), "lock: rwmutex, to read, granted and not taken")

	s := lock.NewSemaphore(1)
	a, b, c := s.AcquireFuture(2), s.AcquireFuture(3), s.AcquireFuture(4)
	requireNoHolder(waitOf(a), "lock: semaphore (2 permits, 1 free)")
	drive(t, a).waits()
	drive(t, b).waits()
	s.Release(1)
	requireNoHolder(waitOf(a), "lock: semaphore (2 permits, 0 free), granted and not taken")
	requireHolder(waitOf(b))
	s.Close()
	requireNoHolder(waitOf(a), "lock: semaphore (2 permits, 0 free), granted and not taken")
	requireNoHolder(waitOf(b), "lock: semaphore (3 permits, 0 free), which is closed")
	requireNoHolder(waitOf(c), "lock: semaphore (4 permits, 0 free), which is closed")

	var n lock.Notify
	for _, notify := range []func(){n.NotifyOne, n.NotifyLast, n.NotifyAll} {
		f := n.WaitFuture()
		requireNoHolder(waitOf(f), "lock: notify")
		o := drive(t, f).waits()
		requireHolder(waitOf(f))
		notify()
		requireNoHolder(waitOf(f), "lock: notify, notified and not taken")
		o.gets()
	}

	barrier := lock.NewBarrier(2)
	f := barrier.WaitFuture()
	requireNoHolder(waitOf(f), "lock: barrier (0 of 2 have come)")
	drive(t, f).waits()
	requireHolder(waitOf(f))
	drive(t, barrier.WaitFuture()).gets()
	requireNoHolder(waitOf(f), "lock: barrier, to which all have come")

	var o lock.Once[int]
	var maker maker
	first, second := o.GetOrInitFuture(maker.future), o.GetOrInitFuture(maker.future)
	requireNoHolder(waitOf(second), "lock: once")
	drive(t, first).waits()
	drive(t, second).waits()
	requireHolder(waitOf(second))
	first.Drop()
	requireNoHolder(waitOf(second), "lock: once, granted and not taken")
}

// waitOf returns what f says that it waits for.
func waitOf[T any](f edo.Future[T]) edo.Wait { return edotest.Waits(edotest.NewTask(), f)[0] }

// A report of all waiters of a long queue must not take quadratic time.
func TestWaitersBeforeAWaiterAreCountedToAHundred(t *testing.T) {
	var n lock.Notify
	var m lock.Mutex
	m.TryLock()
	for i := range 200 {
		notified, locked := n.WaitFuture(), m.LockFuture()
		drive(t, notified).waits()
		drive(t, locked).waits()
		var want []string
		switch {
		case i > 100:
			want = []string{"more than 100 waiting before it"}
		case i > 0:
			want = []string{fmt.Sprint(i, " waiting before it")}
		}
		for _, w := range []edo.Wait{waitOf(notified), waitOf(locked)} {
			if got := w.By[1:]; !slices.Equal(got, want) {
				t.Fatalf("%s: %q, want %q", w.On, got, want)
			}
		}
	}
}

// TestInspectionAcquiresNothing inspects futures that would be ready at once.
func TestInspectionAcquiresNothing(t *testing.T) {
	var (
		m lock.Mutex
		n lock.Notify
		o lock.Once[int]
		s = lock.NewSemaphore(1)
		b = lock.NewBarrier(1)
	)
	n.NotifyOne()
	task := edotest.NewTask()
	for range 2 {
		edotest.Waits(task, m.LockFuture())
		edotest.Waits(task, n.WaitFuture())
		edotest.Waits(task, s.AcquireFuture(1))
		edotest.Waits(task, b.WaitFuture())
		edotest.Waits(task, o.GetOrInitFuture(func() edo.Future[int] {
			t.Error("an inspection has called an initialiser")
			return nil
		}))
	}
	for _, x := range []interface{ Check() error }{&m, &n, &o, s, b} {
		requireRules(t, x)
	}
	if !m.TryLock() || s.TryAcquire(1) != nil {
		t.Fatal("an inspection has acquired a lock or a permit")
	}
	drive(t, n.WaitFuture()).gets()
}

func TestPollWithoutBudgetAcquiresNothing(t *testing.T) {
	var (
		m lock.Mutex
		n lock.Notify
		s = lock.NewSemaphore(1)
		b = lock.NewBarrier(1)
	)
	n.NotifyOne()
	task := edotest.NewTask()
	pending := func(poll func(cx *edo.Context) edo.Poll) {
		t.Helper()
		task.EnterWithBudget(0, func(cx *edo.Context) {
			if p := poll(cx); p != edo.Pending {
				t.Errorf("Poll = %v without budget", p)
			}
		})
		edotest.RequireWoken(t, task, 1) // by the budget
	}
	lf, wf, af, bf := m.LockFuture(), n.WaitFuture(), s.AcquireFuture(1), b.WaitFuture()
	pending(func(cx *edo.Context) edo.Poll { _, p, _ := lf.Poll(cx); return p })
	pending(func(cx *edo.Context) edo.Poll { _, p, _ := wf.Poll(cx); return p })
	pending(func(cx *edo.Context) edo.Poll { _, p, _ := af.Poll(cx); return p })
	pending(func(cx *edo.Context) edo.Poll { _, p, _ := bf.Poll(cx); return p })
	edotest.RequireReady(t, task, lf).Unlock()
	edotest.RequireReady(t, task, wf)
	edotest.RequireReady(t, task, af).Release()
	edotest.RequireReady(t, task, bf)
}
