package lock_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
)

func TestEveryInterleavingOfNotifyOneAndWaitIsSeen(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		var n lock.Notify
		a, b := race(n.WaitFuture()), race(n.WaitFuture())
		return []func(){n.NotifyOne, a.poll, b.poll}, func() {
			requireRules(t, &n)
			if a.settle() == b.settle() {
				t.Fatalf("one of the two must be notified, not %v and %v", a.p, b.p)
			}
		}
	})
}

func TestEveryInterleavingOfNotifyAndDropPassesTheNotificationOn(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		var n lock.Notify
		f := n.WaitFuture()
		race(f).poll()
		a := race(n.WaitFuture())
		return []func(){n.NotifyOne, f.Drop, a.poll}, func() {
			requireRules(t, &n)
			if !a.settle() {
				t.Fatal("the notification was lost")
			}
			if n.WaitFuture().Enable() {
				t.Fatal("the notification was doubled")
			}
		}
	})
}

func TestEveryInterleavingOfNotifyAllIsSeenByAllFutures(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		var n lock.Notify
		a, b := race(n.WaitFuture()), race(n.WaitFuture())
		b.poll()
		return []func(){n.NotifyAll, n.NotifyOne, a.poll}, func() {
			requireRules(t, &n)
			if !a.settle() || !b.settle() {
				t.Fatalf("NotifyAll has missed a future: %v and %v", a.p, b.p)
			}
		}
	})
}

func TestEveryInterleavingOfNotifyAllAndTheFirstPollIsSeen(t *testing.T) {
	explore(t, 3, func() ([]func(), func()) {
		var n lock.Notify
		a := race(n.WaitFuture())
		return []func(){n.NotifyAll, a.poll}, func() {
			requireRules(t, &n)
			if !a.settle() {
				t.Fatal("NotifyAll has missed a future that was made before")
			}
		}
	})
}

func TestEveryInterleavingOfNotifyOneAllAndDropForgetsNoWaiter(t *testing.T) {
	explore(t, 1, func() ([]func(), func()) {
		var n lock.Notify
		a, b := race(n.WaitFuture()), race(n.WaitFuture())
		a.poll()
		return []func(){n.NotifyOne, n.NotifyAll, func() { edo.Drop(a.f) }, b.poll}, func() {
			requireRules(t, &n)
			if !b.settle() {
				t.Fatal("NotifyAll has missed a future that was made before")
			}
		}
	})
}

func TestEveryInterleavingOfTwoNotificationsAndDropIsSeen(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		var n lock.Notify
		a, b := race(n.WaitFuture()), race(n.WaitFuture())
		a.poll()
		b.poll()
		return []func(){n.NotifyOne, n.NotifyLast, func() { edo.Drop(a.f) }}, func() {
			requireRules(t, &n)
			if !b.settle() {
				t.Fatal("neither of two notifications went to the future that is left")
			}
		}
	})
}

func TestEveryInterleavingOfNotifyAndAnotherTasksPollWakesThatTask(t *testing.T) {
	explore(t, 3, func() ([]func(), func()) {
		var n lock.Notify
		f := n.WaitFuture()
		f.Enable()
		a := race(f)
		return []func(){n.NotifyOne, a.poll}, func() {
			requireRules(t, &n)
			if !a.settle() {
				t.Fatal("the task that polled last was not woken")
			}
		}
	})
}

func TestEveryInterleavingOfABarrierHasOneLeader(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		b := lock.NewBarrier(2)
		dropped := b.WaitFuture()
		race(dropped).poll()
		x, y := race(b.WaitFuture()), race(b.WaitFuture())
		return []func(){dropped.Drop, x.poll, y.poll}, func() {
			requireRules(t, b)
			leaders := 0
			for _, r := range []*racer[bool]{x, y} {
				if r.settle() && r.value {
					leaders++
				}
			}
			// Either x and y make a generation, or one of them made a generation with the
			// future that was dropped, and the other waits.
			if leaders != 1 || x.p != y.p && !(x.value || y.value) {
				t.Fatalf("%d leaders, %v and %v", leaders, x.p, y.p)
			}
		}
	})
}

func TestEveryInterleavingOfALeaderAndAnotherTasksPollWakesThatTask(t *testing.T) {
	explore(t, 3, func() ([]func(), func()) {
		b := lock.NewBarrier(2)
		f := b.WaitFuture()
		race(f).poll()
		a, leader := race(f), race(b.WaitFuture())
		return []func(){leader.poll, a.poll}, func() {
			requireRules(t, b)
			if !a.settle() || !leader.settle() {
				t.Fatal("the task that polled last was not woken")
			}
		}
	})
}

func TestEveryInterleavingOfAOnceHasOneInitialiser(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		var o lock.Once[int]
		made := 0
		fn := func() edo.Future[int] {
			made++
			return &constant{made}
		}
		a, b, c := race(o.GetOrInitFuture(fn)), race(o.GetOrInitFuture(fn)), race(o.GetOrInitFuture(fn))
		return []func(){a.poll, b.poll, c.poll}, func() {
			requireRules(t, &o)
			if !a.settle() || !b.settle() || !c.settle() || made != 1 || a.value+b.value+c.value != 3 {
				t.Fatalf("%v, %v and %v, made %d times", a, b, c, made)
			}
		}
	})
}

func TestEveryInterleavingOfAnInitialiserThatIsDroppedLetsTheNextTry(t *testing.T) {
	explore(t, 2, func() ([]func(), func()) {
		var o lock.Once[int]
		var m maker
		fn := func() edo.Future[int] { return &constant{3} }
		first := o.GetOrInitFuture(m.future)
		race(first).poll()
		a, b := race(o.GetOrInitFuture(fn)), race(o.GetOrInitFuture(fn))
		a.poll()
		return []func(){first.Drop, func() { edo.Drop(a.f) }, b.poll}, func() {
			requireRules(t, &o)
			if !b.settle() || b.value != 3 {
				t.Fatalf("the last future is %d, %v", b.value, b.p)
			}
		}
	})
}

// constant is a future that is ready with v.
type constant struct{ v int }

func (c *constant) Poll(*edo.Context) (int, edo.Poll, error) { return c.v, edo.Ready, nil }
