package lock_test

import (
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

// waitForNotify returns a future that waits for n in direct style.
func waitForNotify(n *lock.Notify) edo.Future[edo.Unit] { return direct(n.Wait) }

func TestNotifyOneWakesTheTaskThatHasWaitedLongest(t *testing.T) {
	var n lock.Notify
	a, b := drive(t, waitForNotify(&n)).waits(), drive(t, n.WaitFuture()).waits()
	n.NotifyOne()
	a.woken(1).gets()
	b.woken(0).waits()
	n.NotifyOne()
	b.woken(1).gets()
	requireRules(t, &n)
}

func TestNotifyLastWakesTheTaskThatCameLast(t *testing.T) {
	var n lock.Notify
	a, b := drive(t, waitForNotify(&n)).waits(), drive(t, n.WaitFuture()).waits()
	n.NotifyLast()
	a.woken(0).waits()
	b.woken(1).gets()
	n.NotifyLast()
	a.woken(1).gets()
	n.NotifyLast() // no task waits: it is stored
	drive(t, waitForNotify(&n)).gets()
	drive(t, waitForNotify(&n)).waits()
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
			drive(t, waitForNotify(&n)).gets()
			drive(t, waitForNotify(&n)).waits()
			requireRules(t, &n)
		})
	}
}

func TestNotifyAllWakesAllThatWaitAndStoresNothing(t *testing.T) {
	var n lock.Notify
	a, b, c := drive(t, waitForNotify(&n)).waits(), drive(t, n.WaitFuture()).waits(), drive(t, waitForNotify(&n)).waits()
	n.NotifyAll()
	a.woken(1).gets()
	b.woken(1).gets()
	c.woken(1).gets()
	drive(t, waitForNotify(&n)).waits()
	drive(t, n.WaitFuture()).waits()
	requireRules(t, &n)
}

func TestNotifyAllCountsFromTheMakingOfAFuture(t *testing.T) {
	var n lock.Notify
	f := n.WaitFuture()
	n.NotifyAll()
	drive(t, f).gets()
	drive(t, n.WaitFuture()).waits()
}

func TestNotifyAllLeavesAStoredNotification(t *testing.T) {
	var n lock.Notify
	before := n.WaitFuture()
	n.NotifyOne()
	n.NotifyAll()
	drive(t, before).gets() // NotifyAll has notified it: it consumes no notification
	drive(t, waitForNotify(&n)).gets()
	drive(t, waitForNotify(&n)).waits()
}

func TestNotifiedWaiterThatIsDroppedPassesItsNotificationOn(t *testing.T) {
	type notify = func(*lock.Notify)
	for _, c := range []struct {
		name   string
		notify notify
		first  int // the waiter, of three, that is notified
		next   int // the waiter that is notified when the first gives up
	}{
		{"NotifyOne", (*lock.Notify).NotifyOne, 0, 1},
		{"NotifyLast", (*lock.Notify).NotifyLast, 2, 1},
	} {
		for face, start := range map[string]func(n *lock.Notify) (driven[edo.Unit], func()){
			"direct": func(n *lock.Notify) (driven[edo.Unit], func()) {
				o := drive(t, waitForNotify(n)).waits()
				return o, o.abort
			},
			"future": func(n *lock.Notify) (driven[edo.Unit], func()) {
				o := drive(t, n.WaitFuture()).waits()
				return o, o.drop
			},
		} {
			t.Run(c.name+" "+face, func(t *testing.T) {
				var n lock.Notify
				var waiters [3]driven[edo.Unit]
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
				drop[c.next]() // no waiter is left: the notification is stored
				drive(t, waitForNotify(&n)).gets()
				drive(t, waitForNotify(&n)).waits()
				requireRules(t, &n)
			})
		}
	}
}

func TestWaiterOfNotifyAllThatIsDroppedPassesNothingOn(t *testing.T) {
	var n lock.Notify
	a, b := drive(t, waitForNotify(&n)).waits(), drive(t, n.WaitFuture()).waits()
	n.NotifyAll()
	c := drive(t, waitForNotify(&n)).waits()
	a.abort()
	b.drop()
	c.woken(0).waits()
	drive(t, waitForNotify(&n)).waits()
}

func TestDroppedWaiterIsSkipped(t *testing.T) {
	var n lock.Notify
	a, b := drive(t, n.WaitFuture()).waits(), drive(t, waitForNotify(&n)).waits()
	a.drop()
	a.drop()
	n.NotifyOne()
	a.woken(0)
	b.woken(1).gets()
	requireRules(t, &n)
}

func TestEnabledFutureIsQueuedBeforeItsFirstPoll(t *testing.T) {
	var n lock.Notify
	f := n.WaitFuture()
	for range 2 {
		if f.Enable() {
			t.Fatal("Enable() = true, of a future that was not notified")
		}
	}
	n.NotifyOne()
	if !f.Enable() {
		t.Fatal("Enable() = false, of a future that was notified")
	}
	drive(t, waitForNotify(&n)).waits() // the notification is for f
	drive(t, f).gets()
}

func TestEnableOfAFutureThatWaitsForNothingIsTrue(t *testing.T) {
	var n lock.Notify
	var zero lock.Notified
	dropped, ended := n.WaitFuture(), n.WaitFuture()
	drive(t, dropped).waits().drop()
	n.NotifyOne()
	drive(t, ended).gets()
	if !zero.Enable() || !dropped.Enable() || !ended.Enable() {
		t.Fatal("Enable() = false, of a future whose Poll does not wait")
	}
	requireRules(t, &n)
}

func TestEnableConsumesAStoredNotification(t *testing.T) {
	var n lock.Notify
	n.NotifyOne()
	f := n.WaitFuture()
	if !f.Enable() {
		t.Fatal("Enable() = false")
	}
	next := drive(t, waitForNotify(&n)).waits()
	f.Drop() // Enable has reported the notification: it is not passed on
	next.woken(0).waits()
	n.NotifyOne()
	next.woken(1).gets()
	requireRules(t, &n)
}

// A loop that calls Enable, and acts on a notification without a Poll, acts on it once.
func TestNotificationThatEnableHasReportedIsNotStoredAgain(t *testing.T) {
	for name, notify := range map[string]func(n *lock.Notify){
		"NotifyOne": (*lock.Notify).NotifyOne, "NotifyLast": (*lock.Notify).NotifyLast, "NotifyAll": (*lock.Notify).NotifyAll,
	} {
		var n lock.Notify
		f := n.WaitFuture()
		if f.Enable() {
			t.Fatal("Enable() = true before anything was notified")
		}
		notify(&n) // f is in the queue
		for range 2 {
			if !f.Enable() {
				t.Errorf("%s: Enable() = false", name)
			}
		}
		f.Drop()
		again := n.WaitFuture()
		if again.Enable() {
			t.Errorf("%s: the notification came twice", name)
		}
		again.Drop()
		polledLater := n.WaitFuture()
		polledLater.Enable()
		notify(&n)
		polledLater.Enable()
		drive(t, edo.Future[edo.Unit](polledLater)).gets() // the notification that Enable has reported
		requireRules(t, &n)
	}
}

func TestFutureThatWasNotPolledConsumesNothing(t *testing.T) {
	var n lock.Notify
	f := n.WaitFuture()
	n.NotifyOne() // it is stored, because f is not in the queue
	drive(t, waitForNotify(&n)).gets()
	drive(t, f).waits()
}

func TestReusedNotifiedWaitsAgain(t *testing.T) {
	var n lock.Notify
	var f lock.Notified
	f.Drop()
	o := drive(t, &f)
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
	f.Reset(&n) // gives up, and so stores the notification
	o.gets()
}

// A future that two tasks have polled wakes the task that polled last.
func TestNotifiedWakesTheTaskThatPolledLast(t *testing.T) {
	var n lock.Notify
	f := n.WaitFuture()
	a, b := drive(t, f).waits(), drive(t, f)
	b.waits()
	n.NotifyOne()
	a.woken(0)
	b.woken(1).gets()
}

func TestNotifyAllDuringABudgetYieldIsNotMissed(t *testing.T) {
	var n lock.Notify
	task := edotest.NewTask()
	f := waitForNotify(&n)
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, _ := f.Poll(cx); p != edo.Pending {
			t.Fatalf("Poll = %v without budget", p)
		}
	})
	n.NotifyAll() // after the beginning of Wait
	polled(t, task, f, edo.Ready, nil)
}

// A notification happens before the return of the Wait that consumes it, also when one was
// stored already. The race detector would report the read of done otherwise: no other
// operation orders it after the write, because raise and raised are hidden from the detector.
func TestNotificationBesideAStoredOneIsOrderedAsWell(t *testing.T) {
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
	drive(t, n.WaitFuture()).gets()
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
