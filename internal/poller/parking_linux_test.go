package poller

import (
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// park begins a wait, and returns when it is parked. The channel is closed at its end.
func park(p *Poller, deadline int64) (ended chan struct{}) {
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		p.Wait(worker(), deadline)
	}()
	for p.signal.Load() != parked {
		runtime.Gosched()
	}
	return ended
}

// within waits for done, and fails with the words of failure otherwise.
func within(t *testing.T, done <-chan struct{}, failure string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal(failure)
	}
}

func TestTheFirstSourceIsNoticedByAWaitThatIsParked(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		ended := park(p, sched.Never)
		s, other := pair(t, p)
		defer syscall.Close(other)
		task := newMock()
		_, poll, err := read(s, task, make([]byte, 8))
		wantPending(t, poll, err)
		for p.signal.Load() != announced { // now it waits in epoll
			runtime.Gosched()
		}
		syscall.Write(other, []byte("x"))
		within(t, ended, "the wait did not end when the source was ready")
		if !task.await() {
			t.Fatal("the task was not woken")
		}
		s.Close()
		within(t, wake(p, park(p, sched.Never)), "the wait without a source did not end")
	})
}

// wake calls p.Wake, and returns ended.
func wake(p *Poller, ended chan struct{}) chan struct{} {
	p.Wake()
	return ended
}

// Sources come and go while the waiter begins its waits: no event stays unseen behind a wait
// that is parked.
func TestNoEventIsLostBetweenTheFirstSourceAndAWait(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		var waiter sync.WaitGroup
		stop := make(chan struct{})
		waiter.Go(func() {
			cx := worker()
			for {
				select {
				case <-stop:
					return
				default:
					p.Wait(cx, sched.Never)
				}
			}
		})
		for i := range 2000 {
			s, other := pair(t, p)
			task := newMock()
			_, poll, err := read(s, task, make([]byte, 8))
			wantPending(t, poll, err)
			if i%2 == 0 {
				p.Wake() // the event is for a wait that begins now
			}
			syscall.Write(other, []byte("x"))
			if !task.await() {
				t.Fatalf("the event of source %d was lost", i)
			}
			s.Close()
			syscall.Close(other)
			if i%3 == 0 {
				runtime.Gosched()
			}
		}
		close(stop)
		p.Wake()
		waiter.Wait()
	})
}

// The timer stays where it was when a deadline is later than the one before, and moves when
// it is earlier.
func TestAWaitThatIsParkedEndsAtItsDeadline(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		for _, after := range []time.Duration{time.Hour, 20, 6, 40, 5, 10, 0, 30, 8} {
			at := sched.After(p.now(), after*time.Millisecond)
			if after == time.Hour {
				at = sched.After(p.now(), after)
				within(t, wake(p, park(p, at)), "the wake was lost")
				continue
			}
			p.Wait(worker(), at)
			if p.now() < at {
				t.Fatalf("a wait for %v ms ended early", int64(after))
			}
		}
	})
}

func TestATimerThatFiresBeforeItsWaitIsParkedEndsIt(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("needs -tags invariants or -race")
	}
	p := pollerThat(t, false)
	isArmed := false // by the waiter, unless it stood still until the deadline was near
	invariant.SetStep(func(point string) {
		if point != "Wait: before it is announced" || p.parking.armed == sched.Never {
			return
		}
		isArmed = true
		for !p.parking.fired.Load() && p.Sources() == 0 && p.signal.Load() == idle {
			runtime.Gosched()
		}
	})
	defer invariant.SetStep(nil)
	for !isArmed {
		ended := make(chan struct{})
		at := p.now() + 2*worthParking
		go func() {
			defer close(ended)
			p.Wait(worker(), at)
		}()
		within(t, ended, "the wait slept through its deadline")
		if p.now() < at {
			t.Fatal("the wait ended early")
		}
	}
}

// A waker, the timer, and sources end the waits of one waiter together: none is lost, and
// every token is taken.
func TestWhateverEndsAWaitThatIsParkedLeavesNoToken(t *testing.T) {
	p := pollerThat(t, false)
	ended := make(chan struct{})
	const n = 3000
	go func() {
		cx := worker()
		for i := range n {
			at := sched.Never
			if i%2 == 0 {
				at = p.now() + worthParking + int64(time.Millisecond)
			}
			p.Wait(cx, at)
			ended <- struct{}{}
		}
	}()
	for i := range n {
		if i%5 == 0 {
			p.parking.fired.Store(true) // as a timer of an earlier wait
			p.endParked()
		}
		if i%7 == 0 {
			s, other := pair(t, p)
			s.Close()
			syscall.Close(other)
		}
		p.Wake()
		select {
		case <-ended:
		case <-time.After(patience):
			t.Fatalf("wait %d did not end", i)
		}
	}
	if got := len(p.parking.token); got != 0 {
		t.Fatalf("%d tokens are left", got)
	}
}
