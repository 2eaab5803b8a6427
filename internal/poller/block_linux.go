package poller

import (
	"os"
	"sync"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// eventFD is the event descriptor that ends a wait that blocks. It is level-triggered:
// epoll reports it from notify until drain, and to every caller. If epoll reported it
// once only, a Look of another worker could take the report from the waiter. The waiter
// drains it when it was reported.
//
// A caller of notify may be delayed beyond Close, when the descriptor's number may have
// been reused.
type eventFD struct {
	fd     int
	mu     sync.Mutex // guards closed, and keeps fd open during notify
	closed bool
}

// eventOfWake is what epoll reports for the event descriptor, in place of a descriptor.
const eventOfWake = -1

func (e *eventFD) init(epfd int) error {
	err := driver.WithDescriptors(func() error {
		r, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
		if errno != 0 {
			return errno
		}
		e.fd = int(r)
		return nil
	})
	if err != nil {
		syscall.Close(epfd)
		return os.NewSyscallError("eventfd2", err)
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: eventOfWake}
	if err := syscall.EpollCtl(epfd, syscall.EPOLL_CTL_ADD, e.fd, &event); err != nil {
		e.close(epfd)
		return os.NewSyscallError("epoll_ctl", err)
	}
	return nil
}

func (e *eventFD) close(epfd int) error {
	e.mu.Lock()
	e.closed = true
	syscall.Close(e.fd)
	e.mu.Unlock()
	return os.NewSyscallError("close", syscall.Close(epfd))
}

// notify has epoll report the descriptor. The write does not fail: the count would have
// to come near 1<<64.
func (e *eventFD) notify() {
	one := [8]byte{0: 1, 7: 1} // not 0, in either order of bytes
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		syscall.Write(e.fd, one[:])
	}
}

// drain ends what notify began.
func (e *eventFD) drain() {
	var count [8]byte
	syscall.Read(e.fd, count[:])
}

// waitBlocking waits in epoll_wait. Before that it looks once, or several times for a
// moment, when the pace says so.
func (p *Poller) waitBlocking(cx *sched.Context, deadline int64) {
	w := &p.waiting
	for {
		for looks := w.pace.looks(); looks > 0 && w.signal.Load() == idle; looks-- {
			n := pollNow(p.epfd, w.events[:])
			if n > 0 && p.deliver(w.events[:n], cx) {
				w.pace.noteLook(n)
				return
			}
		}
		began := p.now()
		cx.LetOthersRun(began)
		if !p.announce(cx) { // rule 1
			return
		}
		n := pollUntil(p.epfd, &w.events, deadline, began)
		if invariant.Enabled {
			invariant.Step("Wait: read")
		}
		wasCalled := w.signal.Swap(idle) == called
		woke := p.deliver(w.events[:n], cx)
		now := p.now()
		w.pace.noteWait(n, now-began)
		if at := w.lateness.calledAt.Load(); wasCalled && at != 0 {
			w.lateness.noteInEpoll(now - at)
		}
		for i := range w.events[:n] {
			if w.events[i].Fd == eventOfWake {
				w.event.drain()
			}
		}
		if woke || wasCalled || deadline <= now { // otherwise it goes on: rule 3
			return
		}
	}
}
