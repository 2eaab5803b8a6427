//go:build !linux || portable

package real

import (
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// portableListener is a listener of package net. While tasks wait, one goroutine
// accepts. For each result it wakes the task that has waited longest.
//
// Rules: mu guards the fields after it. A task is in the queue until it is woken, so
// each result wakes one task. The goroutine goes on while the queue is not empty.
type portableListener struct {
	driver  *portableDriver
	network string
	inner   net.Listener
	done    chan struct{} // closed with the listener
	options []driver.Option
	file    *socketFile // of a Unix socket

	mu        sync.Mutex
	accepting bool     // the goroutine runs
	results   []result // that no Accept has returned yet
	queue     driver.Waiters
	closed    bool
}

type result struct {
	conn net.Conn
	err  error
}

func (l *portableListener) Accept(cx *sched.Context) (driver.Conn, driver.Poll, error) {
	r, poll := l.takeResult(cx.Task())
	if poll == driver.Pending || r.err != nil {
		return nil, poll, r.err
	}
	if err := setAll(r.conn, l.options); err != nil {
		r.conn.Close()
		return nil, driver.Ready, &net.OpError{Op: "accept", Net: l.network, Addr: l.Addr(), Err: err}
	}
	c := &portableConn{driver: l.driver, network: l.network, inner: r.conn, remote: r.conn.RemoteAddr()}
	if !l.driver.add(c) {
		r.conn.Close()
		return nil, driver.Ready, net.ErrClosed
	}
	return c, driver.Ready, nil
}

// takeResult returns the oldest result. Without one it puts t into the queue, and starts
// the goroutine unless it runs.
func (l *portableListener) takeResult(t *sched.Task) (result, driver.Poll) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return result{err: net.ErrClosed}, driver.Ready
	}
	if len(l.results) > 0 {
		r := l.results[0]
		l.results = slices.Delete(l.results, 0, 1)
		l.queue.Remove(t)
		return r, driver.Ready
	}
	if !l.accepting {
		if !l.driver.start(l.acceptAll) {
			return result{err: net.ErrClosed}, driver.Ready
		}
		l.accepting = true
	}
	l.queue.Add(t)
	return result{}, driver.Pending
}

// acceptAll is the goroutine that accepts.
func (l *portableListener) acceptAll() {
	for more := true; more; {
		c, err := l.inner.Accept()
		for pause := firstPause; l.isInVain(err); pause = min(2*pause, longestPause) {
			select {
			case <-time.After(pause):
			case <-l.done:
			}
			c, err = l.inner.Accept()
		}
		l.mu.Lock()
		if l.closed {
			l.mu.Unlock()
			if err == nil {
				c.Close()
			}
			return
		}
		l.results = append(l.results, result{c, err})
		t := l.queue.RemoveFirst()
		more = len(l.queue) > 0
		l.accepting = more
		l.mu.Unlock()
		if t != nil {
			l.driver.wakeAtLook(driver.Waiters{t})
		}
	}
}

// isInVain reports whether err came without a connection and may be ignored: the system
// has looked for a descriptor first, and has none. Package net has no way to wait for a
// connection then: the goroutine asks again until there is one, or a descriptor.
func (l *portableListener) isInVain(err error) (vain bool) {
	if !isErrno(err, syscall.EMFILE) && !isErrno(err, syscall.ENFILE) {
		return false
	}
	if raw, err := l.inner.(syscall.Conn).SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { vain = !hasConnection(int(fd)) })
	}
	return vain
}

const (
	firstPause   = time.Millisecond
	longestPause = 50 * time.Millisecond
)

func (l *portableListener) Forget(t *sched.Task) {
	l.mu.Lock()
	var next *sched.Task
	if !l.queue.Remove(t) && len(l.results) > 0 {
		next = l.queue.RemoveFirst() // t had been woken for a result
	}
	l.mu.Unlock()
	if next != nil {
		next.Wake()
	}
}

func (l *portableListener) Network() string { return l.network }

func (l *portableListener) Closed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

func (l *portableListener) Addr() net.Addr { return l.inner.Addr() }

func (l *portableListener) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	queue, results := l.queue.RemoveAll(), l.results
	l.results = nil
	l.mu.Unlock()
	close(l.done)
	l.driver.remove(l)
	l.file.remove() // before another socket can have the path
	err := l.inner.Close()
	for _, r := range results {
		if r.err == nil {
			r.conn.Close()
		}
	}
	queue.Wake()
	return err
}
