package poller

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// endLate ends a wait that is parked as a Wake does behind which the waiter had to wait.
func endLate(t *testing.T, p *Poller, ended chan struct{}) {
	t.Helper()
	p.lateness.calledAt.Store(p.now() - mostLate) // those in epoll can be no later
	p.signal.Store(called)
	p.parking.token <- struct{}{}
	within(t, ended, "the late wake was lost")
}

// wayOf begins a wait, ends it by a Wake, and returns what it was meanwhile: announced or parked.
func wayOf(t *testing.T, p *Poller) uint32 {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Wait(worker(), sched.Never)
	}()
	for {
		if way := p.signal.Load(); way != idle {
			within(t, wake(p, ended), "the wake was lost")
			return way
		}
		runtime.Gosched()
	}
}

// A goroutine that computes on after its Wake holds the waiter up, which would run at once if
// it waited in epoll.
func TestWaitsAreInEpollForAWhileAfterOneThatEndedLate(t *testing.T) {
	p := pollerThat(t, false)
	endLate(t, p, park(p, sched.Never))
	for i := range firstSpell {
		if wayOf(t, p) != announced {
			t.Fatalf("wait %d after the late one was parked", i)
		}
	}
	endLate(t, p, park(p, sched.Never))
	for i := range 2 * firstSpell {
		if wayOf(t, p) != announced {
			t.Fatalf("wait %d after the second late one was parked", i)
		}
	}
	if wayOf(t, p) != parked {
		t.Fatal("no wait was parked again")
	}
}

func TestNestedWaitsAreParkedAlsoAfterOneThatEndedLate(t *testing.T) {
	p := pollerThat(t, true)
	endLate(t, p, park(p, sched.Never))
	if wayOf(t, p) != parked {
		t.Fatal("the wait after the late one was not parked")
	}
}

func TestTheWaitsInEpollBecomeMoreWhileParkedOnesEndLate(t *testing.T) {
	var l lateness
	for _, want := range []int{8, 16, 32, 64, 128, 256, 512, 1024, 1024} {
		for range l.trial {
			l.noteParked(late)
		}
		if l.noteParked(late); l.rest != want {
			t.Fatalf("%d waits are in epoll, want %d", l.rest, want)
		}
		for range l.rest {
			if l.noteInEpoll(late / 2); l.mayPark() {
				t.Fatal("a wait is parked too early")
			}
		}
	}
	for range 50 {
		l.noteParked(late - 1)
	}
	if !l.mayPark() {
		t.Fatal("a wait that ended in time has moved others to epoll")
	}
	if l.noteParked(late); l.rest != firstSpell {
		t.Fatalf("%d waits are in epoll after a single late one, want %d", l.rest, firstSpell)
	}
}

// With few processors the kernel may be the slower way also to a waiter that stands behind another goroutine.
func TestWaitsStayParkedWhileThoseInEpollEndLater(t *testing.T) {
	const most = 1 << 10
	var l lateness
	inEpollOf := func(after int64) (n int) {
		for range most {
			if l.mayPark() {
				l.noteParked(late)
			} else {
				n++
				l.noteInEpoll(after)
			}
		}
		return n
	}
	if n := inEpollOf(5 * late); n < 2 || n > most/8 {
		t.Fatalf("%d of %d waits were in epoll: it is tried now and then", n, most)
	}
	if n := inEpollOf(late / 2); n < most*3/4 {
		t.Fatalf("%d of %d waits were in epoll, where they now end sooner", n, most)
	}
}

// Machines as they are seen by a waiter: how late parked waits end, and those in epoll. Each is another one from the
// middle on. However it was before, soon almost all waits end as those of the better way.
func TestWaitsGoTheBetterWayAlsoWhenThatChanges(t *testing.T) {
	const n, soon = 1 << 16, 8 * lastSpell
	const us = int64(time.Microsecond)
	type machine struct{ parked, inEpoll func(i int) int64 }
	always := func(after int64) func(int) int64 { return func(int) int64 { return after * us } }
	nowAndThen := func(after, other int64, each int) func(int) int64 {
		return func(i int) int64 {
			if i%each == 0 {
				return other * us
			}
			return after * us
		}
	}
	quiet := machine{always(5), always(50)}
	all := map[string]machine{
		"quiet":                       quiet,
		"epoll sooner":                {always(50), always(10)},
		"epoll later":                 {always(25), always(50)},
		"both slow":                   {always(300), always(200)},
		"a few late":                  {nowAndThen(5, 60, 25), always(15)},
		"a few late, and one stopped": {nowAndThen(5, 1000, 500), nowAndThen(15, 1000, 500)},
		"stopped in epoll":            {always(50), nowAndThen(10, 1000, 100)},
		"bursts": {func(i int) int64 {
			if i/500%2 == 0 {
				return 5 * us
			}
			return 50 * us
		}, always(10)},
	}
	for before, first := range all {
		for after, then := range all {
			var l lateness
			var sum, parked, inEpoll int64
			for i := range 2 * n {
				m := first
				if i >= n {
					m = then
				}
				isParked := l.mayPark()
				is := min(m.parked(i), mostLate)
				if isParked {
					l.noteParked(m.parked(i))
				} else {
					is = min(m.inEpoll(i), mostLate)
					l.noteInEpoll(m.inEpoll(i))
				}
				if i >= n+soon {
					sum += is
					parked += min(m.parked(i), mostLate)
					inEpoll += min(m.inEpoll(i), mostLate)
				}
			}
			if best := min(parked, inEpoll); sum > best+best/8 {
				t.Errorf("after %q, %q: waits end after %v on average, those of the better way after %v",
					before, after, time.Duration(sum/(n-soon)), time.Duration(best/(n-soon)))
			}
		}
	}
}

// One wait of which the kernel has stopped the thread says little of the next.
func TestASingleWaitThatEndedVeryLateCountsAsAFewLateOnes(t *testing.T) {
	l := lateness{inEpoll: 2 * late}
	for range 100 {
		l.noteParked(late / 4)
	}
	l.noteParked(1 << 60)
	if !l.mayPark() {
		t.Fatal("the next wait is in epoll")
	}
}

// Such a Wake was delayed for a moment, or for long. Otherwise waits in epoll would seem to end before their wakes for
// hundreds of waits more.
func TestAWaitThatSeemsToHaveEndedBeforeItsWakeCountsAsOneThatEndedAtOnce(t *testing.T) {
	for _, known := range []int64{0, late / 2} {
		l := lateness{inEpoll: known}
		l.noteInEpoll(-1 << 40)
		if l.inEpoll <= 0 || l.inEpoll > max(known, 1) {
			t.Errorf("known was %d: waits in epoll end %d after their wakes", known, l.inEpoll)
		}
	}
}

// The waiter has got a processor at last: it does not give it away to wait for what is over.
func TestAWaitWhoseTimerCameAfterItsDeadlineEndsAtOnce(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		if !invariant.Enabled {
			t.Skip("needs -tags invariants or -race")
		}
		var reads atomic.Int32
		invariant.SetStep(func(point string) {
			if point == "Wait: read" {
				reads.Add(1)
			}
		})
		defer invariant.SetStep(nil)
		ended := park(p, sched.After(p.now(), time.Hour))
		p.base = p.base.Add(-2 * time.Hour) // the waiter reads it after the token
		p.parking.fired.Store(true)
		p.endParked()
		within(t, ended, "the wait did not end")
		if reads.Load() != 0 {
			t.Fatal("the wait has gone on in epoll")
		}
		if isLate := p.lateness.rest != 0; isLate != (p.nested == nil) {
			t.Fatalf("the next %d waits are in epoll", p.lateness.rest)
		}
	})
}
