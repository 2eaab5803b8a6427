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
	p.signal.Store(called)
	p.parking.calledAt = p.now() - late
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
	p := pollerThat(t, false)
	w := &p.parking
	for _, want := range []int{8, 16, 32, 64, 128, 256, 512, 1024, 1024} {
		if p.noteEnd(late); w.rest != want {
			t.Fatalf("%d waits are in epoll, want %d", w.rest, want)
		}
	}
	w.rest = 0
	for range 50 {
		p.noteEnd(late - 1)
	}
	if w.rest != 0 {
		t.Fatal("a wait that ended in time has moved others to epoll")
	}
	if p.noteEnd(late); w.rest != firstSpell {
		t.Fatalf("%d waits are in epoll after a single late one, want %d", w.rest, firstSpell)
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
		if isLate := p.parking.rest != 0; isLate != (p.nested == nil) {
			t.Fatalf("the next %d waits are in epoll", p.parking.rest)
		}
	})
}
