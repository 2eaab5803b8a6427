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

// asked is a future that waits, and what it says that it waits for.
type asked struct {
	name string
	wait edo.Wait
	ask  func(t *testing.T) (poll func() edo.Poll, inspect func() []edo.Wait, end func())
}

// asks returns how a future of T, made by start, is asked. end ends the wait.
func asks[T any](start func() (f edo.Future[T], end func())) func(*testing.T) (func() edo.Poll, func() []edo.Wait, func()) {
	return func(*testing.T) (func() edo.Poll, func() []edo.Wait, func()) {
		task := edotest.NewTask()
		f, end := start()
		poll := func() edo.Poll {
			_, p, _ := edotest.Poll(task, f)
			return p
		}
		return poll, func() []edo.Wait { return edotest.Waits(task, f) }, end
	}
}

// waiting is everything that waits.
var waiting = []asked{
	{"semaphore, future", edo.Wait{
		On: "lock: semaphore (3 permits, 1 free)",
		By: []string{"its holder", "1 waiting before it"},
	}, asks(func() (edo.Future[*lock.Permit], func()) {
		s := lock.NewSemaphore(1)
		edotest.Poll(edotest.NewTask(), s.AcquireFuture(2))
		return s.AcquireFuture(3), func() { s.Release(8) }
	})},
	{"semaphore, direct", edo.Wait{
		On: "lock: semaphore (3 permits, 1 free)",
		By: []string{"its holder"},
	}, asks(func() (edo.Future[edo.Unit], func()) {
		s := lock.NewSemaphore(1)
		return acquire(s, 3), func() { s.Release(8) }
	})},
	{"mutex, future", edo.Wait{
		On: "lock: mutex", By: []string{"its holder", "1 waiting before it"},
	}, asks(func() (edo.Future[*lock.Guard], func()) {
		var m lock.Mutex
		m.TryLock()
		f := m.LockFuture()
		edotest.Poll(edotest.NewTask(), f)
		return m.LockFuture(), func() { f.Drop(); m.Unlock() }
	})},
	{"mutex, direct", edo.Wait{
		On: "lock: mutex", By: []string{"its holder"},
	}, asks(func() (edo.Future[edo.Unit], func()) {
		var m lock.Mutex
		m.TryLock()
		return locks(&m), m.Unlock
	})},
	{"writer behind a reader", edo.Wait{
		On: "lock: rwmutex, to write", By: []string{"1 reader"},
	}, asks(func() (edo.Future[edo.Unit], func()) {
		var m lock.RWMutex
		m.TryRLock()
		return locks(&m), m.RUnlock
	})},
	{"writer behind readers", edo.Wait{
		On: "lock: rwmutex, to write", By: []string{"2 readers"},
	}, asks(func() (edo.Future[*lock.Guard], func()) {
		var m lock.RWMutex
		m.TryRLock()
		m.TryRLock()
		return m.LockFuture(), func() { m.RUnlock(); m.RUnlock() }
	})},
	{"reader behind a writer", edo.Wait{
		On: "lock: rwmutex, to read", By: []string{"its holder"},
	}, asks(func() (edo.Future[*lock.Guard], func()) {
		var m lock.RWMutex
		m.TryLock()
		return m.RLockFuture(), m.Unlock
	})},
	{"reader behind a writer in line", edo.Wait{
		On: "lock: rwmutex, to read", By: []string{"1 reader", "1 waiting before it"},
	}, asks(func() (edo.Future[edo.Unit], func()) {
		var m lock.RWMutex
		m.TryRLock()
		f := m.LockFuture()
		edotest.Poll(edotest.NewTask(), f)
		return rlocks(&m), f.Drop
	})},
	{"notify, future", edo.Wait{
		On: "lock: notify", By: []string{"a notification", "1 waiting before it"},
	}, asks(func() (edo.Future[edo.Unit], func()) {
		var n lock.Notify
		edotest.Poll(edotest.NewTask(), n.WaitFuture())
		return n.WaitFuture(), n.NotifyAll
	})},
	{"notify, direct", edo.Wait{
		On: "lock: notify", By: []string{"a notification"},
	}, asks(func() (edo.Future[edo.Unit], func()) {
		var n lock.Notify
		return wait(&n), n.NotifyOne
	})},
	{"barrier, future", edo.Wait{
		On: "lock: barrier (1 of 2 have come)", By: []string{"1 more to come"},
	}, asks(func() (edo.Future[bool], func()) {
		b := lock.NewBarrier(2)
		return b.WaitFuture(), func() { edotest.Poll(edotest.NewTask(), b.WaitFuture()) }
	})},
	{"barrier, direct", edo.Wait{
		On: "lock: barrier (1 of 2 have come)", By: []string{"1 more to come"},
	}, asks(func() (edo.Future[bool], func()) {
		b := lock.NewBarrier(2)
		return edo.Async(b.Wait), func() { edotest.Poll(edotest.NewTask(), b.WaitFuture()) }
	})},
	{"once, future", edo.Wait{
		On: "lock: once",
	}, asks(func() (edo.Future[int], func()) {
		var o lock.Once[int]
		var m, idle maker
		f := o.GetOrInitFuture(m.future)
		edotest.Poll(edotest.NewTask(), f)
		return o.GetOrInitFuture(idle.future), func() { m.tx.Send(1); edotest.Poll(edotest.NewTask(), f) }
	})},
	{"once, direct", edo.Wait{
		On: "lock: once",
	}, asks(func() (edo.Future[int], func()) {
		var o lock.Once[int]
		var m, idle maker
		f := o.GetOrInitFuture(m.future)
		edotest.Poll(edotest.NewTask(), f)
		return faces["direct"](&o, &idle), func() { m.tx.Send(1); edotest.Poll(edotest.NewTask(), f) }
	})},
}

// unheld returns w without what a report makes of the holders.
func unheld(w edo.Wait) edo.Wait {
	w.Held = nil
	return w
}

func TestWaitersSayWhatTheyWaitFor(t *testing.T) {
	for _, c := range waiting {
		t.Run(c.name, func(t *testing.T) {
			poll, inspect, end := c.ask(t)
			if p := poll(); p != edo.Pending {
				t.Fatalf("Poll = %v", p)
			}
			for range 2 { // asking changes nothing
				if got := inspect(); len(got) != 1 || !reflect.DeepEqual(unheld(got[0]), c.wait) {
					t.Fatalf("it waits for %v, want %v", got, c.wait)
				}
				if p := poll(); p != edo.Pending {
					t.Fatalf("a spurious Poll = %v", p)
				}
			}
			end()
			if p := poll(); p != edo.Ready {
				t.Fatalf("Poll = %v after the end of the wait", p)
			}
		})
	}
}

// Whoever is not in line, because it has not asked yet or because its outcome is decided,
// is kept waiting by nobody.
func TestOneThatIsNotInLineWaitsForNobody(t *testing.T) {
	is := func(got edo.Wait, on string) {
		t.Helper()
		if want := (edo.Wait{On: on}); !reflect.DeepEqual(unheld(got), want) || got.Held != nil && len(got.Held.By) != 0 {
			t.Errorf("it waits for %+v, want %+v", got, want)
		}
	}
	in := func(got edo.Wait) {
		t.Helper()
		if len(got.By) == 0 && (got.Held == nil || len(got.Held.By) == 0) {
			t.Errorf("nobody keeps it waiting, in line for %s", got.On)
		}
	}
	var m lock.Mutex
	lf := m.LockFuture()
	is(says(lf), "lock: mutex")
	m.TryLock()
	by(t, lf).waits()
	in(says(lf))
	m.Unlock()
	is(says(lf), "lock: mutex, granted and not taken")

	var rw lock.RWMutex
	w, r := rw.LockFuture(), rw.RLockFuture()
	is(says(w), "lock: rwmutex, to write")
	is(says(r), "lock: rwmutex, to read")
	rw.TryLock()
	by(t, w).waits()
	by(t, r).waits()
	rw.Unlock()
	is(says(w), "lock: rwmutex, to write, granted and not taken")
	in(says(r))
	w.Drop()
	is(says(r), "lock: rwmutex, to read, granted and not taken")

	s := lock.NewSemaphore(1)
	a, b, c := s.AcquireFuture(2), s.AcquireFuture(3), s.AcquireFuture(4)
	is(says(a), "lock: semaphore (2 permits, 1 free)")
	by(t, a).waits()
	by(t, b).waits()
	s.Release(1)
	is(says(a), "lock: semaphore (2 permits, 0 free), granted and not taken")
	in(says(b))
	s.Close()
	is(says(a), "lock: semaphore (2 permits, 0 free), granted and not taken")
	is(says(b), "lock: semaphore (3 permits, 0 free), which is closed")
	is(says(c), "lock: semaphore (4 permits, 0 free), which is closed")

	var n lock.Notify
	for _, notify := range []func(){n.NotifyOne, n.NotifyLast, n.NotifyAll} {
		f := n.WaitFuture()
		is(says(f), "lock: notify")
		o := by(t, f).waits()
		in(says(f))
		notify()
		is(says(f), "lock: notify, notified and not taken")
		o.gets()
	}

	barrier := lock.NewBarrier(2)
	f := barrier.WaitFuture()
	is(says(f), "lock: barrier (0 of 2 have come)")
	by(t, f).waits()
	in(says(f))
	by(t, barrier.WaitFuture()).gets()
	is(says(f), "lock: barrier, to which all have come")

	var o lock.Once[int]
	var maker maker
	first, second := o.GetOrInitFuture(maker.future), o.GetOrInitFuture(maker.future)
	is(says(second), "lock: once")
	by(t, first).waits()
	by(t, second).waits()
	in(says(second))
	first.Drop()
	is(says(second), "lock: once, granted and not taken")
}

// says is what f says that it waits for.
func says[T any](f edo.Future[T]) edo.Wait { return edotest.Waits(edotest.NewTask(), f)[0] }

// A report of everybody in a long line must not take a time that grows with its square.
func TestThoseBeforeAWaiterAreCountedToAHundred(t *testing.T) {
	var n lock.Notify
	var m lock.Mutex
	m.TryLock()
	for i := range 200 {
		notified, locked := n.WaitFuture(), m.LockFuture()
		by(t, notified).waits()
		by(t, locked).waits()
		var want []string
		switch {
		case i > 100:
			want = []string{"more than 100 waiting before it"}
		case i > 0:
			want = []string{fmt.Sprint(i, " waiting before it")}
		}
		for _, w := range []edo.Wait{says(notified), says(locked)} {
			if got := w.By[1:]; !slices.Equal(got, want) {
				t.Fatalf("%s: %q, want %q", w.On, got, want)
			}
		}
	}
}

// TestInspectionTakesNothing inspects futures that would be ready at once.
func TestInspectionTakesNothing(t *testing.T) {
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
		sound(t, x)
	}
	if !m.TryLock() || s.TryAcquire(1) != nil {
		t.Fatal("an inspection has taken a lock or a permit")
	}
	by(t, n.WaitFuture()).gets()
}

func TestUsedUpBudgetTakesNothing(t *testing.T) {
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
