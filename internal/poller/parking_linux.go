package poller

import (
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// parking is a wait in Go's scheduler: the waiter receives a token from a channel. It is for a
// poller without sources, where the kernel has nothing to report. Whatever ends such a wait
// comes from a goroutine, and Go's scheduler has the waiter run next on the same thread: a
// quarter of what a wake through the kernel takes.
//
// A deadline has a timer of Go, whose goroutine gives the token. Such a timer may be late by a
// millisecond. So it is set a little early, and what is left is waited for in epoll.
//
// Rules, besides those of waiting:
//
//  1. The goroutine that changes parked to something else gives one token: Wake by a swap;
//     the timer, and Open with the first source, by a CAS to idle. The waiter takes it
//     before it returns, so that no token is left for a later wait.
//  2. Open counts its source, and then reads the signal. The waiter announces itself, and
//     then reads the number of sources. So one of them sees the other, and no wait stays
//     parked while there is a source.
//  3. The timer's goroutine sets fired, and then reads the signal. The waiter announces
//     itself, and then reads fired. So no wait is parked behind a timer that has fired.
//  4. armed belongs to the waiter, and is no earlier than the instant that the timer is set
//     for, unless fired is set. When it is earlier than the deadline asked for, it stays: to
//     set the timer costs more than one wait that ends too early and goes on.
type parking struct {
	token chan struct{}
	timer *time.Timer // nil: was never set
	fired atomic.Bool
	armed int64 // Never: not set
}

const (
	// worthParking is how far the deadline of a wait must be away: the rest is waited for in
	// epoll, and that must not be all of it.
	worthParking = int64(5 * time.Millisecond)

	// early is how much sooner than its deadline a parked wait ends.
	early = int64(2 * time.Millisecond)
)

func (w *parking) init() {
	w.token = make(chan struct{}, 1)
	w.armed = sched.Never
}

func (w *parking) close() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// waitParked waits while there is no source. It returns true when the wait was called, and
// false when the rest of it is another way's.
func (p *Poller) waitParked(deadline int64) (wasCalled bool) {
	w := &p.parking
	for !p.Registered() {
		now := p.now()
		if deadline-now < worthParking {
			return false
		}
		w.arm(p, now, deadline)
		if invariant.Enabled {
			invariant.Step("Wait: before it is announced")
		}
		if !p.signal.CompareAndSwap(idle, parked) {
			p.signal.Store(idle) // rule 1 of waiting
			return true
		}
		if invariant.Enabled {
			invariant.Step("Wait: announced")
		}
		if w.fired.Load() || p.Registered() { // rules 2 and 3
			p.endParked()
		}
		<-w.token // rule 1
		if p.signal.Swap(idle) == called {
			return true
		}
	}
	return false
}

// arm sets the timer for a wait until deadline, which is worth parking (rule 4).
func (w *parking) arm(p *Poller, now, deadline int64) {
	if w.fired.Load() {
		w.fired.Store(false)
		w.armed = sched.Never
	}
	until := deadline - early
	if deadline == sched.Never || until >= w.armed {
		return
	}
	w.armed = until
	if w.timer == nil {
		w.timer = time.AfterFunc(time.Duration(until-now), func() {
			w.fired.Store(true)
			p.endParked()
		})
	} else {
		w.timer.Reset(time.Duration(until - now))
	}
}

// endParked ends a wait that is parked, if there is one: it is not called, but looks again.
func (p *Poller) endParked() {
	if p.signal.Load() == parked && p.signal.CompareAndSwap(parked, idle) {
		p.parking.token <- struct{}{}
	}
}
