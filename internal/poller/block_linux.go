package poller

import (
	"os"
	"runtime"
	"sync"
	"syscall"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// bell is the event descriptor that ends a wait that blocks. Epoll reports it as
// long as it has been rung and not been silenced, and to everybody: reported once
// only, a Look of another worker could take the report from the waiter it is for.
// The waiter silences it when it was reported.
//
// Whoever rings may be held up until after the wait that it meant, and so until after
// Close: then the number may be another descriptor's.
type bell struct {
	fd   int
	mu   sync.Mutex // guards gone, and the descriptor while it is rung
	gone bool       // closed
}

// bellFD is what events of the bell say in place of a descriptor.
const bellFD = -1

func (b *bell) init(epfd int) error {
	r, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		syscall.Close(epfd)
		return os.NewSyscallError("eventfd2", errno)
	}
	b.fd = int(r)
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: bellFD}
	if err := syscall.EpollCtl(epfd, syscall.EPOLL_CTL_ADD, b.fd, &event); err != nil {
		b.close(epfd)
		return os.NewSyscallError("epoll_ctl", err)
	}
	return nil
}

func (b *bell) close(epfd int) error {
	b.mu.Lock()
	b.gone = true
	syscall.Close(b.fd)
	b.mu.Unlock()
	return os.NewSyscallError("close", syscall.Close(epfd))
}

// ring is never refused: the count would have to come near 1<<64.
func (b *bell) ring() {
	one := [8]byte{0: 1, 7: 1} // not 0, in either order of bytes
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.gone {
		syscall.Write(b.fd, one[:])
	}
}

func (b *bell) silence() {
	var count [8]byte
	syscall.Read(b.fd, count[:])
}

// waitBlocking waits in epoll_wait, and before that looks once or, for a moment,
// again and again, when the pace says so.
func (p *Poller) waitBlocking(cx *sched.Context, deadline int64) {
	w := &p.waiting
	for {
		for looks := w.pace.looks(); looks > 0 && w.signal.Load() == quiet; looks-- {
			n := pollNow(p.epfd, w.events[:])
			if n > 0 && p.report(w.events[:n], cx) {
				w.pace.found(n)
				return
			}
		}
		// Goroutines that wait for this processor would wait until Go's monitor takes
		// it away from the call that blocks: some milliseconds.
		runtime.Gosched()
		began := p.now()
		if !p.announce(cx) {
			return
		}
		n := pollUntil(p.epfd, &w.events, deadline, began)
		if invariant.Enabled {
			invariant.Step("Wait: read")
		}
		wasCalled := w.signal.Swap(quiet) == called
		woke := p.report(w.events[:n], cx)
		now := p.now()
		w.pace.waited(n, now-began)
		for i := range w.events[:n] {
			if w.events[i].Fd == bellFD {
				w.bell.silence()
			}
		}
		if woke || wasCalled || deadline <= now {
			return
		}
	}
}
