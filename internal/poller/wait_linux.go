package poller

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// waiting is how one goroutine, the waiter, waits for the sources, and how others end that
// wait. There are three ways:
//
//	           waits in                 is woken by                 when
//	parked     Go's scheduler           a token                     there is no source, unless that
//	                                                                was late (parking_linux.go)
//	blocking   the system call itself   an event descriptor         GOMAXPROCS was more than 1
//	nested     Go's own poller          a deadline that has passed  it was 1
//
// The choice between the last two is made with the poller. All use the same signal:
//
//	signal     means                              changed by
//	idle       no goroutine waits, and no wake    Wait → announced or parked; Wake → called
//	           is kept
//	announced  a goroutine is about to wait for   Wait → idle, when it returns; Wake → called,
//	           epoll, or waits                    and then it ends the wait
//	parked     the same, in Go's scheduler        Wake → called, others → idle, and then they
//	                                              end the wait (parking_linux.go)
//	called     a wake is kept for the wait under  Wait → idle
//	           way, or else for the next one
//
// Rules:
//
//  1. Wait waits only when it has changed idle to announced or parked: a Wake that came
//     first ends it without a wait.
//  2. A Wake that finds called does nothing: the earlier wake ends a wait, and the
//     waiter looks for work only after it has gone back to idle.
//  3. A waker may be delayed between its swap and the call that ends the wait, while
//     that wait ends by itself. Then the call hits a later wait, or the time between
//     two waits. So a wait goes on when it ends although its time has not come, no task
//     was woken, and no wake was kept.
type waiting struct {
	signal  atomic.Uint32
	parking parking
	nested  *nested // nil: the wait blocks
	event   eventFD

	lateness lateness

	// The following belong to the waiter.
	pace   pace
	events events
}

const (
	idle uint32 = iota
	announced
	parked
	called
)

// init takes epfd over, and closes it when it fails.
func (w *waiting) init(epfd int, nests bool) error {
	w.parking.init(nests)
	if nests {
		w.nested = new(nested)
		return w.nested.init(epfd)
	}
	return w.event.init(epfd)
}

func (w *waiting) close(epfd int) error {
	w.parking.close()
	if w.nested != nil {
		return w.nested.file.Close()
	}
	return w.event.close(epfd)
}

// announce announces that the caller is about to wait (rule 1). False says that a wake
// has come already, and that the caller has looked instead.
func (p *Poller) announce(cx *sched.Context) bool {
	if invariant.Enabled {
		invariant.Step("Wait: before it is announced")
	}
	p.lateness.begin()
	if p.signal.CompareAndSwap(idle, announced) {
		return true
	}
	p.Look(cx)
	p.signal.Store(idle)
	return false
}

// Wait is Look, and waits until a task was woken, the deadline has passed or Wake
// was called. One goroutine at a time may call it.
func (p *Poller) Wait(cx *sched.Context, deadline int64) {
	switch {
	case p.waitParked(deadline):
	case p.nested != nil:
		p.waitNested(cx, deadline)
	default:
		p.waitBlocking(cx, deadline)
	}
}

// Wake ends the Wait under way, or else the next one. It may be called from any
// goroutine, and costs some 300 ns when a goroutine waits in epoll, less when it is parked, and
// a few otherwise.
func (p *Poller) Wake() {
	switch p.signal.Load() {
	case called: // rule 2
		return
	case announced, parked:
		if p.nested == nil && !p.Registered() {
			p.lateness.calledAt.Store(p.now())
		}
	}
	before := p.signal.Swap(called)
	if before == idle || before == called {
		return
	}
	if invariant.Enabled {
		invariant.Step("Wake: called")
	}
	switch {
	case before == parked:
		p.parking.token <- struct{}{}
	case p.nested != nil:
		p.nested.file.SetReadDeadline(past)
	default:
		p.event.notify()
	}
}
