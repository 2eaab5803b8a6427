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
// That is so when the goroutine soon waits itself: lateness_linux.go.
//
// A deadline has a timer of Go, whose goroutine gives the token. Such a timer may be late by a
// millisecond. So it is set a little early, and what is left is waited for in epoll. A nested
// wait has a timer of Go too: there all of it is parked.
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

	// The following belong to the waiter.
	armed int64 // Never: not set
	early int64 // how much sooner than its deadline a parked wait ends
	least int64 // how far the deadline must be away

	explored bool // by a test: it waits for the token at a point of package invariant
}

const (
	// worthParking is how far the deadline of a wait must be away when what is left is waited
	// for in epoll: that must not be all of it.
	worthParking = int64(5 * time.Millisecond)

	// early is by how much such a wait ends sooner.
	early = int64(2 * time.Millisecond)
)

func (w *parking) init(nests bool) {
	w.token = make(chan struct{}, 1)
	w.armed = sched.Never
	w.early, w.least = early, worthParking
	if nests {
		w.early, w.least = 0, 1
	}
}

func (w *parking) close() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// waitParked waits while there is no source. It returns true when the wait has ended, and
// false when the rest of it is another way's.
func (p *Poller) waitParked(deadline int64) (ended bool) {
	w := &p.parking
	if !p.Registered() && !p.lateness.mayPark() {
		return false
	}
	for again := false; !p.Registered(); again = true {
		now := p.now()
		if again && deadline <= now {
			p.noteParked(now - deadline + w.early)
			return true
		}
		if deadline-now < w.least {
			return false
		}
		w.arm(p, now, deadline)
		if invariant.Enabled {
			invariant.Step("Wait: before it is announced")
		}
		p.lateness.begin()
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
		if invariant.Enabled {
			for w.explored && len(w.token) == 0 { // an exploration must not block
				invariant.Step("spin: no token")
			}
		}
		<-w.token // rule 1
		if invariant.Enabled {
			invariant.Step("Wait: token taken")
		}
		if p.signal.Swap(idle) == called {
			if at := p.lateness.calledAt.Load(); at != 0 {
				p.noteParked(p.now() - at)
			}
			return true
		}
	}
	return false
}

// noteParked notes how much later than its cause a parked wait has ended. Nested waits would be as late.
func (p *Poller) noteParked(after int64) {
	if p.nested == nil {
		p.lateness.noteParked(after)
	}
}

// arm sets the timer for a wait until deadline, which is worth parking (rule 4).
func (w *parking) arm(p *Poller, now, deadline int64) {
	if w.fired.Load() {
		w.fired.Store(false)
		w.armed = sched.Never
	}
	until := deadline - w.early
	if deadline == sched.Never || until >= w.armed {
		return
	}
	w.armed = until
	if w.timer == nil {
		w.timer = time.AfterFunc(time.Duration(until-now), p.fire)
	} else {
		w.timer.Reset(time.Duration(until - now))
	}
}

// fire is what the timer does, on a goroutine of its own (rule 3).
func (p *Poller) fire() {
	p.parking.fired.Store(true)
	if invariant.Enabled && p.parking.explored { // else it may come after its test
		invariant.Step("timer: fired")
	}
	p.endParked()
}

// countSource counts a source that has been registered (rule 2).
func (p *Poller) countSource() {
	p.registered.Add(1)
	if invariant.Enabled {
		invariant.Step("Open: counted")
	}
	p.endParked() // now the waiter waits in epoll
}

// endParked ends a wait that is parked, if there is one: it is not called, but looks again.
func (p *Poller) endParked() {
	if p.signal.Load() != parked {
		return
	}
	if invariant.Enabled {
		invariant.Step("endParked: before the CAS")
	}
	if !p.signal.CompareAndSwap(parked, idle) {
		return
	}
	if invariant.Enabled {
		invariant.Step("endParked: before the token")
	}
	p.parking.token <- struct{}{}
}
