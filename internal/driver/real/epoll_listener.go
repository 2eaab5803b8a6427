//go:build linux && !portable

package real

import (
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

// listener takes connections, for any number of tasks. A source knows one waiting
// task; the listener has the queue of all of them and arms the source with the
// first, who passes the readiness on.
//
// Rules:
//
//  1. A task is in the queue from the Accept that found nothing until one of its
//     own that finds something, Forget or Close.
//  2. The head of the queue is armed, or has been woken, or is inside Accept. The
//     others are neither: whoever is at the head arms the next when it leaves.
//     Arming fails when there is readiness that nobody has used up. The kernel is then
//     asked for a connection, and the head is woken only when there is one: an
//     acceptor is polled twice for each connection that it waits for, not more.
//  3. A wake that was spent on a task that gives up is found in that way too: the
//     readiness it was woken for is still there, and goes to the next.
type listener struct {
	source  poller.Source
	poller  *poller.Poller
	addr    *net.TCPAddr
	network uint8

	// more says that an edge was used for a connection already: it may have announced
	// others, or none.
	more atomic.Bool

	mu      sync.Mutex
	waiting []*sched.Task // guarded by mu
}

func (l *listener) Accept(cx *sched.Context) (driver.Conn, error) {
	t := cx.Task()
	for {
		err := l.source.TryBegin(poller.Read)
		if err == poller.ErrWait {
			if l.wait(t) {
				return nil, driver.ErrPending
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if l.more.Load() && !hasConnection(l.source.FD()) { // a tenth of an accept in vain
			l.drained()
			continue
		}
		fd, sa, err := syscall.Accept4(l.source.FD(), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		switch err {
		case nil:
			l.more.Store(true)
			l.source.End(poller.Read, poller.More)
			l.leave(t)
			return l.accepted(fd, sa)
		case syscall.EAGAIN:
			l.drained()
			continue
		case syscall.EINTR, syscall.ECONNABORTED: // the next one may be well
			l.source.End(poller.Read, poller.More)
			continue
		case syscall.EMFILE, syscall.ENFILE:
			// The kernel takes a descriptor first, and looks for a connection with it.
			if !hasConnection(l.source.FD()) {
				l.drained()
				continue
			}
		}
		l.source.End(poller.Read, poller.More)
		l.leave(t)
		return nil, l.fail(os.NewSyscallError("accept4", err))
	}
}

// drained ends an operation that has found no connection. The next edge is new.
func (l *listener) drained() {
	l.more.Store(false)
	l.source.End(poller.Read, poller.Drained)
}

// accepted makes a connection of a descriptor. Its options are the listener's.
func (l *listener) accepted(fd int, sa syscall.Sockaddr) (driver.Conn, error) {
	c := &conn{remote: endpointOf(sa, l.network)}
	if err := l.poller.Open(&c.source, fd, poller.Connections, true); err != nil {
		syscall.Close(fd)
		if err == net.ErrClosed {
			return nil, err
		}
		return nil, l.fail(err)
	}
	return c, nil
}

func (l *listener) fail(err error) error {
	return &net.OpError{Op: "accept", Net: networks[l.network], Addr: l.addr, Err: err}
}

// wait puts t into the queue. False says that t has to try again.
func (l *listener) wait(t *sched.Task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.source.IsClosed() {
		return false
	}
	if !slices.Contains(l.waiting, t) {
		l.waiting = append(l.waiting, t)
	}
	return l.waiting[0] != t || l.source.Arm(poller.Read, t)
}

// leave takes t out of the queue. When t was the head, what readiness there is goes
// to the next one.
func (l *listener) leave(t *sched.Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, t)
	if i < 0 {
		return
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	if i > 0 {
		return
	}
	l.source.Forget(poller.Read, t)
	if len(l.waiting) == 0 {
		l.waiting = nil
		return
	}
	head := l.waiting[0]
	for !l.source.Arm(poller.Read, head) {
		switch l.source.TryBegin(poller.Read) {
		case nil:
			if hasConnection(l.source.FD()) {
				l.source.End(poller.Read, poller.More)
				head.Wake()
				return
			}
			l.source.End(poller.Read, poller.Drained)
		case net.ErrClosed:
			head.Wake()
			return
		}
	}
}

func (l *listener) Forget(t *sched.Task) {
	l.source.Forget(poller.Read, t)
	l.leave(t)
}

func (l *listener) Network() string { return networks[l.network] }

func (l *listener) Closed() bool { return l.source.IsClosed() }

func (l *listener) Addr() net.Addr { return l.addr }

func (l *listener) Close() error {
	err := l.source.Close()
	l.mu.Lock()
	waiting := l.waiting
	l.waiting = nil
	l.mu.Unlock()
	for i := 1; i < len(waiting); i++ { // the source has woken the first
		waiting[i].Wake()
	}
	return err
}
