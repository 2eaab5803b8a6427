package lock_test

import (
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

func wait(n *lock.Notify) edo.Future[edo.Unit] { return body(n.Wait) }

func TestNotifyOneWakesWhoHasWaitedLongest(t *testing.T) {
	var n lock.Notify
	a, b := by(t, wait(&n)).waits(), by(t, n.WaitFuture()).waits()
	n.NotifyOne()
	a.woken(1).gets()
	b.woken(0).waits()
	n.NotifyOne()
	b.woken(1).gets()
	sound(t, &n)
}

func TestNotifyLastWakesWhoCameLast(t *testing.T) {
	var n lock.Notify
	a, b := by(t, wait(&n)).waits(), by(t, n.WaitFuture()).waits()
	n.NotifyLast()
	a.woken(0).waits()
	b.woken(1).gets()
	n.NotifyLast()
	a.woken(1).gets()
	n.NotifyLast() // is stored
	by(t, wait(&n)).gets()
	by(t, wait(&n)).waits()
}

func TestAtMostOneNotificationIsStored(t *testing.T) {
	for name, notify := range map[string]func(*lock.Notify){
		"NotifyOne": (*lock.Notify).NotifyOne, "NotifyLast": (*lock.Notify).NotifyLast,
	} {
		t.Run(name, func(t *testing.T) {
			var n lock.Notify
			notify(&n)
			notify(&n)
			notify(&n)
			by(t, wait(&n)).gets()
			by(t, wait(&n)).waits()
			sound(t, &n)
		})
	}
}

func TestNotifyAllWakesThoseThatExistAndStoresNothing(t *testing.T) {
	var n lock.Notify
	a, b, c := by(t, wait(&n)).waits(), by(t, n.WaitFuture()).waits(), by(t, wait(&n)).waits()
	n.NotifyAll()
	a.woken(1).gets()
	b.woken(1).gets()
	c.woken(1).gets()
	by(t, wait(&n)).waits()
	by(t, n.WaitFuture()).waits()
	sound(t, &n)
}

func TestNotifyAllCountsFromTheMakingOfAFuture(t *testing.T) {
	var n lock.Notify
	f := n.WaitFuture()
	n.NotifyAll()
	by(t, f).gets()
	by(t, n.WaitFuture()).waits()
}

func TestNotifyAllLeavesWhatIsStored(t *testing.T) {
	var n lock.Notify
	before := n.WaitFuture()
	n.NotifyOne()
	n.NotifyAll()
	by(t, before).gets() // was notified, and takes nothing
	by(t, wait(&n)).gets()
	by(t, wait(&n)).waits()
}

func TestNotifiedWaiterThatIsDroppedHandsOn(t *testing.T) {
	type notify = func(*lock.Notify)
	for _, c := range []struct {
		name   string
		notify notify
		first  int // who is notified, of three
		next   int // who gets it then
	}{
		{"NotifyOne", (*lock.Notify).NotifyOne, 0, 1},
		{"NotifyLast", (*lock.Notify).NotifyLast, 2, 1},
	} {
		for face, start := range map[string]func(n *lock.Notify) (one[edo.Unit], func()){
			"direct": func(n *lock.Notify) (one[edo.Unit], func()) {
				o := by(t, wait(n)).waits()
				return o, o.abort
			},
			"future": func(n *lock.Notify) (one[edo.Unit], func()) {
				o := by(t, n.WaitFuture()).waits()
				return o, o.drop
			},
		} {
			t.Run(c.name+" "+face, func(t *testing.T) {
				var n lock.Notify
				var waiters [3]one[edo.Unit]
				var drop [3]func()
				for i := range waiters {
					waiters[i], drop[i] = start(&n)
				}
				c.notify(&n)
				waiters[c.first].woken(1)
				waiters[c.next].woken(0)
				drop[c.first]()
				waiters[c.next].woken(1)
				other := 3 - c.first - c.next
				waiters[other].woken(0)
				drop[other]()
				drop[c.next]() // nobody is left: it is stored
				by(t, wait(&n)).gets()
				by(t, wait(&n)).waits()
				sound(t, &n)
			})
		}
	}
}

func TestWaiterOfNotifyAllThatIsDroppedHandsNothingOn(t *testing.T) {
	var n lock.Notify
	a, b := by(t, wait(&n)).waits(), by(t, n.WaitFuture()).waits()
	n.NotifyAll()
	c := by(t, wait(&n)).waits()
	a.abort()
	b.drop()
	c.woken(0).waits()
	by(t, wait(&n)).waits()
}

func TestDroppedWaiterIsSkipped(t *testing.T) {
	var n lock.Notify
	a, b := by(t, n.WaitFuture()).waits(), by(t, wait(&n)).waits()
	a.drop()
	a.drop()
	n.NotifyOne()
	a.woken(0)
	b.woken(1).gets()
	sound(t, &n)
}

func TestEnabledFutureIsInLineBeforeItsFirstPoll(t *testing.T) {
	var n lock.Notify
	f := n.WaitFuture()
	for range 2 {
		if f.Enable() {
			t.Fatal("Enable() = true, of one that nobody notified")
		}
	}
	n.NotifyOne()
	if !f.Enable() {
		t.Fatal("Enable() = false, of one that was notified")
	}
	by(t, wait(&n)).waits() // it is f's
	by(t, f).gets()
}

func TestEnableOfOneThatWaitsForNothingIsTrue(t *testing.T) {
	var n lock.Notify
	var zero lock.Notified
	dropped, ended := n.WaitFuture(), n.WaitFuture()
	by(t, dropped).waits().drop()
	n.NotifyOne()
	by(t, ended).gets()
	if !zero.Enable() || !dropped.Enable() || !ended.Enable() {
		t.Fatal("Enable() = false, of one whose Poll does not wait")
	}
	sound(t, &n)
}

func TestEnableTakesWhatIsStored(t *testing.T) {
	var n lock.Notify
	n.NotifyOne()
	f := n.WaitFuture()
	if !f.Enable() {
		t.Fatal("Enable() = false")
	}
	next := by(t, wait(&n)).waits()
	f.Drop() // it has been told, and hands nothing on
	next.woken(0).waits()
	n.NotifyOne()
	next.woken(1).gets()
	sound(t, &n)
}

// A loop that enables, and does what it is notified of without a Poll, does it once.
func TestNotificationThatEnableHasToldOfIsNotStoredAgain(t *testing.T) {
	for name, notify := range map[string]func(n *lock.Notify){
		"NotifyOne": (*lock.Notify).NotifyOne, "NotifyLast": (*lock.Notify).NotifyLast, "NotifyAll": (*lock.Notify).NotifyAll,
	} {
		var n lock.Notify
		f := n.WaitFuture()
		if f.Enable() {
			t.Fatal("Enable() = true before anything was notified")
		}
		notify(&n) // f is in line
		for range 2 {
			if !f.Enable() {
				t.Errorf("%s: Enable() = false", name)
			}
		}
		f.Drop()
		again := n.WaitFuture()
		if again.Enable() {
			t.Errorf("%s: it has come twice", name)
		}
		again.Drop()
		polledLater := n.WaitFuture()
		polledLater.Enable()
		notify(&n)
		polledLater.Enable()
		by(t, edo.Future[edo.Unit](polledLater)).gets() // what Enable has told of
		sound(t, &n)
	}
}

func TestFutureThatWasNotPolledTakesNothing(t *testing.T) {
	var n lock.Notify
	f := n.WaitFuture()
	n.NotifyOne() // stored: f is not in line
	by(t, wait(&n)).gets()
	by(t, f).waits()
}

func TestReusedNotifiedWaitsAgain(t *testing.T) {
	var n lock.Notify
	var f lock.Notified
	f.Drop()
	o := by(t, &f)
	if _, p, err := edotest.Poll(o.task, o.f); p != edo.Ready || err == nil {
		t.Fatalf("the zero future: %v, %v, want an error", p, err)
	}
	for range 3 {
		f.Reset(&n)
		o.waits()
		n.NotifyOne()
		o.woken(1).gets()
	}
	f.Reset(&n)
	o.waits()
	n.NotifyOne()
	f.Reset(&n) // gives up, and so hands on: it is stored
	o.gets()
}

// A waiter of two tasks wakes the one that has polled last.
func TestNotifiedWakesTheTaskThatPolledLast(t *testing.T) {
	var n lock.Notify
	f := n.WaitFuture()
	a, b := by(t, f).waits(), by(t, f)
	b.waits()
	n.NotifyOne()
	a.woken(0)
	b.woken(1).gets()
}

func TestNotifyAllDuringABudgetYieldIsNotMissed(t *testing.T) {
	var n lock.Notify
	task := edotest.NewTask()
	f := wait(&n)
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, _ := f.Poll(cx); p != edo.Pending {
			t.Fatalf("Poll = %v without budget", p)
		}
	})
	n.NotifyAll() // the Wait has begun
	polled(t, task, f, edo.Ready, nil)
}

// What is done before a notification is seen by who takes it, also when one was stored
// already. The race detector tells: nothing else orders the two, for raise and raised are
// hidden from it.
func TestNotificationBesideAStoredOneIsSeenAsWell(t *testing.T) {
	var n lock.Notify
	n.NotifyOne()
	done, flag := 0, new(uint32)
	go func() {
		done++
		n.NotifyOne()
		raise(flag)
	}()
	for !raised(flag) {
		runtime.Gosched()
	}
	by(t, n.WaitFuture()).gets()
	if done != 1 {
		t.Fatal("not done")
	}
}

//go:norace
//go:noinline
func raise(flag *uint32) { *flag = 1 }

//go:norace
//go:noinline
func raised(flag *uint32) bool { return *flag == 1 }
