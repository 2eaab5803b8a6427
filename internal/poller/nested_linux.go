package poller

import (
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// nested is a wait in Go's own poller, with which the epoll descriptor is registered:
// it is read like any file. The read function looks into epoll without waiting, and
// Go's poller calls it again when epoll has an event. No thread blocks, and with a
// single processor none may: a waiter in a system call that blocks would keep the
// processor from the other goroutines until Go's monitor takes it away, some 100 µs
// each time.
//
// Rules, besides those of waiting:
//
//  1. Wait sets its deadline before it announces itself. So a Wake that finds it
//     announced sets the passed deadline afterwards, and no deadline of that wait
//     can undo it.
//  2. After a wait that was called, and after every read that ends by its deadline,
//     armed is unknown: the next wait sets the deadline anew.
//  3. armed belongs to the waiter, and is no later than the deadline that the file has.
//     When it is earlier than the deadline asked for, it stays: to set it costs more
//     than the one read that ends too early, and many waits end before it.
type nested struct {
	file *os.File
	raw  syscall.RawConn
	read func(fd uintptr) bool

	// The following belong to the waiter.
	armed  int64
	n      int
	events events
}

const unknown int64 = -1 // in armed: set it again

// past is a deadline that has passed.
var past = time.Unix(1, 0)

func (w *nested) init(epfd int) error {
	if err := syscall.SetNonblock(epfd, true); err != nil {
		syscall.Close(epfd)
		return os.NewSyscallError("fcntl", err)
	}
	w.file = os.NewFile(uintptr(epfd), "epoll")
	w.armed = sched.Never
	w.read = func(fd uintptr) bool {
		w.n = pollNow(int(fd), w.events[:])
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

func (p *Poller) waitNested(cx *sched.Context, deadline int64) {
	w := p.nested
	for {
		if w.armed == unknown || deadline < w.armed { // rule 3
			if deadline != sched.Never && deadline <= p.now() {
				p.Look(cx)
				p.signal.Store(idle) // a wake that has come has ended this wait
				return
			}
			w.arm(p.base, deadline)
		}
		if !p.announce(cx) { // rule 1, and rule 1 of waiting
			return
		}
		w.n = 0
		err := w.raw.Read(w.read)
		if invariant.Enabled {
			invariant.Step("Wait: read")
		}
		wasCalled := p.signal.Swap(idle) == called
		if wasCalled || err != nil { // rule 2
			w.armed = unknown
		}
		woke := p.deliver(w.events[:w.n], cx)
		if woke || wasCalled || err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

// arm sets the deadline of the reads to come.
func (w *nested) arm(base time.Time, deadline int64) {
	var t time.Time
	if deadline != sched.Never {
		t = base.Add(time.Duration(deadline))
	}
	w.file.SetReadDeadline(t)
	w.armed = deadline
}
