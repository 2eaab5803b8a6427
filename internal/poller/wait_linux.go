package poller

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// waiting is how one goroutine, the waiter, waits for the epoll descriptor, and how
// others end that wait. There are two ways, chosen when the poller is made:
//
//	           waits in                 is woken by                 while GOMAXPROCS is
//	blocking   the system call itself   an event descriptor         more than 1
//	nested     Go's own poller          a deadline that has passed  1
//
// Both use the same signal:
//
//	signal     means                              changed by
//	idle       no goroutine waits, and no wake    Wait → announced; Wake → called
//	           is kept
//	announced  a goroutine is about to wait, or   Wait → idle, when it returns; Wake → called,
//	           waits                              and then it ends the wait
//	called     a wake is kept for the wait under  Wait → idle
//	           way, or else for the next one
//
// Rules:
//
//  1. Wait waits only when it has changed idle to announced: a Wake that came first
//     ends it without a wait.
//  2. A Wake that finds called does nothing: the earlier wake ends a wait, and the
//     waiter looks for work only after it has gone back to idle.
//  3. A waker may be delayed between its swap and the call that ends the wait, while
//     that wait ends by itself. Then the call hits a later wait, or the time between
//     two waits. So a wait goes on when it ends although its time has not come, no task
//     was woken, and no wake was kept.
type waiting struct {
	signal atomic.Uint32
	nested *nested // nil: the wait blocks
	event  eventFD

	// The following belong to the waiter.
	pace   pace
	events events
}

const (
	idle uint32 = iota
	announced
	called
)

// init takes epfd over, and closes it when it fails.
func (w *waiting) init(epfd int, nests bool) error {
	if nests {
		w.nested = new(nested)
		return w.nested.init(epfd)
	}
	return w.event.init(epfd)
}

func (w *waiting) close(epfd int) error {
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
	if p.nested != nil {
		p.waitNested(cx, deadline)
	} else {
		p.waitBlocking(cx, deadline)
	}
}

// Wake ends the Wait under way, or else the next one. It may be called from any
// goroutine, and costs some 300 ns when a goroutine waits, and a few otherwise.
func (p *Poller) Wake() {
	if p.signal.Load() == called { // rule 2
		return
	}
	if p.signal.Swap(called) != announced {
		return
	}
	if invariant.Enabled {
		invariant.Step("Wake: called")
	}
	if p.nested != nil {
		p.nested.file.SetReadDeadline(past)
	} else {
		p.event.notify()
	}
}
