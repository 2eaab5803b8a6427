package poller

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// waiting is how one goroutine waits for the epoll descriptor, and how others end
// that wait. There are two ways, chosen when the poller is made:
//
//	           waits in                 is woken by                 while GOMAXPROCS is
//	blocking   the system call itself   an event descriptor         more than 1
//	nested     Go's own poller          a deadline that has passed  1
//
// What they have in common:
//
//	signal     means                              who changes it
//	quiet      nobody waits, no wake is kept      Wait → announced; Wake → called
//	announced  a goroutine is about to wait, or   Wait → quiet, when it returns; Wake → called,
//	           waits                              and then it ends the wait
//	called     a wake is kept for the wait that   Wait → quiet
//	           goes on, or else for the next
//
// Rules:
//
//  1. Wait waits only when it went from quiet to announced: a Wake that came first
//     ends it without a wait.
//  2. A Wake that finds "called" does nothing: the wake that is on its way ends a
//     wait, and the waiter looks for work only after it has gone back to quiet.
//  3. A waker may be held up between its swap and what ends the wait, while the wait
//     it meant ends by itself. Then it hits a later wait, or the time between
//     two waits. So a wait that ends although neither its time has come, nor
//     a task was woken, nor a wake was kept, goes on.
type waiting struct {
	signal atomic.Uint32
	nested *nested // nil: the wait blocks
	bell   bell

	// the waiter's own
	pace   pace
	events events
}

const (
	quiet uint32 = iota
	announced
	called
)

// init takes epfd over, and closes it when it fails.
func (w *waiting) init(epfd int, nests bool) error {
	if nests {
		w.nested = new(nested)
		return w.nested.init(epfd)
	}
	return w.bell.init(epfd)
}

func (w *waiting) close(epfd int) error {
	if w.nested != nil {
		return w.nested.file.Close()
	}
	return w.bell.close(epfd)
}

// announce says that the caller is about to wait. No: a wake has come already, and
// the caller has looked instead.
func (p *Poller) announce(cx *sched.Context) bool {
	if invariant.Enabled {
		invariant.Step("Wait: before it is announced")
	}
	if p.signal.CompareAndSwap(quiet, announced) {
		return true
	}
	p.Look(cx)
	p.signal.Store(quiet)
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

// Wake ends the Wait that goes on, or else the next one. It may be called from any
// goroutine, and costs some 300 ns when somebody waits, a few otherwise.
func (p *Poller) Wake() {
	if p.signal.Load() == called {
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
		p.bell.ring()
	}
}
