package poller

import (
	"errors"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// waiting is how one goroutine waits for the epoll descriptor, and how others end
// that wait. The descriptor is registered with Go's own poller, so that it is
// read like any file: the read function looks into epoll without waiting, and is
// called again when Go's poller has been told that epoll has something.
//
//	signal     means                              who changes it
//	quiet      nobody waits, no wake is kept      Wait → announced; Wake → called
//	announced  a goroutine is about to wait, or   Wait → quiet, when it returns; Wake → called,
//	           waits                              and then it sets a deadline that has passed
//	called     a wake is kept for the wait that   Wait → quiet
//	           goes on, or else for the next
//
// Rules:
//
//  1. Wait sets its deadline before it announces itself. So a Wake that finds it
//     announced sets the passed deadline afterwards, and no deadline of that wait's
//     can undo it.
//  2. Wait reads only when it went from quiet to announced: a Wake that came first
//     ends it without a read.
//  3. A Wake that finds "called" does nothing: the wake that is on its way ends a
//     wait, and the waiter looks for work only after it has gone back to quiet.
//  4. A waker may be held up between its swap and its deadline, while the wait it
//     meant ends by itself. The late deadline hits a later wait, or the time between
//     two waits. So after a wait that was called, and after every read that
//     ends by its deadline, armed is unknown: the deadline is set anew, and when
//     neither the time has come nor a wake, Wait goes on.
//  5. armed is the waiter's alone, and no later than the deadline that holds. An
//     earlier one than is asked for is left as it is: setting it costs more than
//     the one read that ends too early, and many waits end before it.
//
// The alternative is a blocking epoll_wait and an event descriptor to end it. It
// blocks a thread, and Go's scheduler then has to notice that and to find the
// waiter a processor again when it returns.
type waiting struct {
	file   *os.File
	raw    syscall.RawConn
	read   func(fd uintptr) bool
	signal atomic.Uint32

	// the waiter's own
	armed  int64
	n      int
	events events
}

const (
	quiet uint32 = iota
	announced
	called
)

const unknown int64 = -1 // in armed: set it again

// past is a deadline that has passed.
var past = time.Unix(1, 0)

// init takes epfd over, and closes it when it fails.
func (w *waiting) init(epfd int) error {
	if err := syscall.SetNonblock(epfd, true); err != nil {
		syscall.Close(epfd)
		return os.NewSyscallError("fcntl", err)
	}
	w.file = os.NewFile(uintptr(epfd), "epoll")
	w.armed = sched.Never
	w.read = func(fd uintptr) bool {
		w.n = pollNow(int(fd), &w.events)
		return w.n > 0
	}
	err := w.file.SetReadDeadline(time.Time{})
	if err == nil {
		w.raw, err = w.file.SyscallConn()
	}
	if err != nil {
		w.file.Close()
	}
	return err
}

func (w *waiting) close() error { return w.file.Close() }

// Wait is Look, and waits until a task was woken, the deadline has passed or Wake
// was called. One goroutine at a time may call it.
func (p *Poller) Wait(cx *sched.Context, deadline int64) {
	w := &p.waiting
	for {
		if w.armed == unknown || deadline < w.armed {
			if deadline != sched.Never && deadline <= int64(time.Since(p.base)) {
				p.Look(cx)
				w.signal.Store(quiet) // a wake that has come has ended this wait
				return
			}
			p.arm(deadline)
		}
		if invariant.Enabled {
			invariant.Step("Wait: before it is announced")
		}
		if !w.signal.CompareAndSwap(quiet, announced) {
			p.Look(cx)
			w.signal.Store(quiet)
			return
		}
		w.n = 0
		err := w.raw.Read(w.read)
		if invariant.Enabled {
			invariant.Step("Wait: read")
		}
		wasCalled := w.signal.Swap(quiet) == called
		if wasCalled || err != nil {
			w.armed = unknown
		}
		woke := p.report(w.events[:w.n], cx)
		if woke || wasCalled || err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

// arm sets the deadline of the reads to come.
func (p *Poller) arm(deadline int64) {
	var at time.Time
	if deadline != sched.Never {
		at = p.base.Add(time.Duration(deadline))
	}
	p.file.SetReadDeadline(at)
	p.armed = deadline
}

// Wake ends the Wait that goes on, or else the next one. It may be called from any
// goroutine, and costs some 300 ns when somebody waits, a few otherwise.
func (p *Poller) Wake() {
	if p.signal.Load() == called {
		return
	}
	if p.signal.Swap(called) == announced {
		if invariant.Enabled {
			invariant.Step("Wake: called")
		}
		p.file.SetReadDeadline(past)
	}
}
