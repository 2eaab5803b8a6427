//go:build linux && !portable

package real

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

// listener accepts connections, for any number of tasks. All waiters are in its queue.
// The source is armed with the first of them alone, so that one connection wakes one task.
//
// Rules:
//
//  1. A task is in the queue from the Accept that found nothing until its next Accept
//     that finds something, Forget or Close.
//  2. The head of the queue is armed, or has been woken, or is inside Accept. The others
//     are neither: a head that leaves arms the next one. Arming fails when there is
//     readiness that no operation has used up. The kernel is then asked for a connection,
//     and the head is woken only when there is one: a task is polled at most twice for
//     each connection that it waits for.
//  3. When a woken task gives up, its readiness is found in the same way: it is still
//     there, and goes to the next task.
type listener struct {
	source  poller.Source
	poller  *poller.Poller
	addr    net.Addr
	file    *socketFile // of a Unix socket
	network uint8
	adopts  bool // its connections have not the options of all others

	isShared atomic.Bool // other descriptors stand for the socket

	// mayHaveMore says that a connection was accepted since the last edge: the edge may
	// have announced others, or none.
	mayHaveMore atomic.Bool

	mu    sync.Mutex
	queue driver.Waiters // guarded by mu
}

func (l *listener) Accept(cx *sched.Context) (driver.Conn, driver.Poll, error) {
	t := cx.Task()
	for {
		switch poll, err := l.source.Begin(driver.Reading, nil); {
		case err != nil:
			return nil, poll, err
		case poll == driver.Pending:
			if l.wait(t) {
				return nil, poll, nil
			}
			continue
		}
		if l.mayHaveMore.Load() && !hasConnection(l.source.FD()) { // a tenth of the cost of accept
			l.endDrained()
			continue
		}
		fd, remote, errno := l.accept()
		switch errno {
		case 0:
			l.mayHaveMore.Store(true)
			l.source.End(driver.Reading, poller.More)
			l.leave(t)
			return l.newConn(fd, remote)
		case syscall.EAGAIN:
			l.endDrained()
			continue
		case syscall.EINTR, syscall.ECONNABORTED: // the next connection may be good
			l.source.End(driver.Reading, poller.More)
			continue
		case syscall.EMFILE, syscall.ENFILE:
			// The kernel allocates a descriptor first, and then looks for a connection.
			if !hasConnection(l.source.FD()) {
				l.endDrained()
				continue
			}
			if driver.ReleasesFor(errno) {
				l.source.End(driver.Reading, poller.More)
				continue
			}
		}
		l.source.End(driver.Reading, poller.More)
		l.leave(t)
		return nil, driver.Ready, l.opError(os.NewSyscallError("accept4", errno))
	}
}

// accept accepts a connection.
func (l *listener) accept() (int, endpoint, syscall.Errno) {
	if l.isShared.Load() {
		return acceptShared(l.source.FD(), l.network)
	}
	fd, remote, errno := accept(l.source.FD(), l.network)
	if invariant.Enabled && errno == syscall.EAGAIN {
		invariant.Step("listener.Accept: accept4 found nothing")
	}
	return fd, remote, errno
}

// acceptShared is accept for a socket that other processes may have, and may switch back to
// blocking. accept4 has no flag not to wait. So the file is asked before. Should it be switched
// between the two, and another process take the connection that was there, the call waits, and
// Go's scheduler knows of it.
func acceptShared(fd int, network uint8) (int, endpoint, syscall.Errno) {
	if !hasConnection(fd) {
		return -1, endpoint{}, syscall.EAGAIN
	}
	keepNonblocking(fd)
	n, sa, err := syscall.Accept4(fd, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
	if err != nil {
		return -1, endpoint{}, errnoOf(err)
	}
	return n, endpointOf(sa, network), 0
}

// endDrained ends an operation that has found no connection. The next edge is new.
func (l *listener) endDrained() {
	l.mayHaveMore.Store(false)
	l.source.End(driver.Reading, poller.Drained)
}

// newConn makes a connection of a descriptor. Its options are the listener's.
func (l *listener) newConn(fd int, remote endpoint) (driver.Conn, driver.Poll, error) {
	c := &conn{remote: remote}
	if l.adopts {
		adopt(fd, l.network) // fails after a reset, which the first read reports
	}
	if err := l.poller.Open(&c.source, fd, poller.Connections, true); err != nil {
		syscall.Close(fd)
		if err != net.ErrClosed {
			err = l.opError(err)
		}
		return nil, driver.Ready, err
	}
	return c, driver.Ready, nil
}

func (l *listener) opError(err error) error {
	return &net.OpError{Op: "accept", Net: networks[l.network], Addr: l.addr, Err: err}
}

// wait puts t into the queue. False says that t has to try again.
func (l *listener) wait(t *sched.Task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.source.IsClosed() {
		return false
	}
	l.queue.Add(t)
	return l.queue[0] != t || l.source.Arm(driver.Reading, t) // rule 2
}

// leave removes t from the queue. When t was the head, the readiness that there is goes
// to the next one.
func (l *listener) leave(t *sched.Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	wasHead := len(l.queue) > 0 && l.queue[0] == t
	l.queue.Remove(t)
	if !wasHead {
		return
	}
	l.source.Forget(driver.Reading, t)
	if len(l.queue) == 0 {
		return
	}
	head := l.queue[0]
	for !l.source.Arm(driver.Reading, head) { // rule 2
		switch poll, err := l.source.Begin(driver.Reading, nil); {
		case err != nil: // closed
			head.Wake()
			return
		case poll == driver.Ready:
			if hasConnection(l.source.FD()) {
				l.source.End(driver.Reading, poller.More)
				head.Wake()
				return
			}
			l.source.End(driver.Reading, poller.Drained)
		}
	}
}

func (l *listener) Forget(t *sched.Task) {
	l.source.Forget(driver.Reading, t)
	l.leave(t)
}

func (l *listener) Network() string { return networks[l.network] }

func (l *listener) Closed() bool { return l.source.IsClosed() }

func (l *listener) Addr() net.Addr { return l.addr }

func (l *listener) Close() error {
	l.file.remove() // before another socket can have the path
	err := l.source.Close()
	l.mu.Lock()
	queue := l.queue.RemoveAll()
	l.mu.Unlock()
	if len(queue) > 0 {
		queue[1:].Wake() // the source has woken the first
	}
	return err
}
