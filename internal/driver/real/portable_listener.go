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
// accepts, and wakes the task that has waited longest for each result.
//
// Rules: mu guards what follows it. A task is in waiting until it is woken, so that
// each result wakes one task; the goroutine goes on while waiting is not empty.
type portableListener struct {
	driver  *portableDriver
	network string
	inner   net.Listener
	done    chan struct{} // closed with the listener

	mu        sync.Mutex
	accepting bool
	results   []result // that nobody has taken yet
	waiting   []*sched.Task
	closed    bool
}

type result struct {
	conn net.Conn
	err  error
}

func (l *portableListener) Accept(cx *sched.Context) (driver.Conn, error) {
	r, err := l.take(cx.Task())
	if err != nil {
		return nil, err
	}
	if r.err != nil {
		return nil, r.err
	}
	c := &portableConn{driver: l.driver, network: l.network, inner: r.conn, remote: r.conn.RemoteAddr()}
	if !l.driver.add(c) {
		r.conn.Close()
		return nil, net.ErrClosed
	}
	return c, nil
}

// take returns a result, or keeps t and sees to it that somebody accepts.
func (l *portableListener) take(t *sched.Task) (result, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return result{}, net.ErrClosed
	}
	if len(l.results) > 0 {
		r := l.results[0]
		l.results = slices.Delete(l.results, 0, 1)
		l.dropWaiter(t)
		return r, nil
	}
	if !slices.Contains(l.waiting, t) {
		l.waiting = append(l.waiting, t)
	}
	if !l.accepting {
		if !l.driver.start(l.accept) {
			return result{}, net.ErrClosed
		}
		l.accepting = true
	}
	return result{}, driver.ErrPending
}

func (l *portableListener) accept() {
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
		t := l.next()
		more = len(l.waiting) > 0
		l.accepting = more
		l.mu.Unlock()
		if t != nil {
			l.driver.completed([]*sched.Task{t})
		}
	}
}

// next takes the
// next takes the task out that has waited longest, or returns nil. mu is held.
func (l *portableListener) next() *sched.Task {
	if len(l.waiting) == 0 {
		return nil
	}
	t := l.waiting[0]
	l.waiting = slices.Delete(l.waiting, 0, 1)
	return t
}

// isInVain says that err, which came without a connection, may be forgotten: the system
// has looked for a descriptor first, and has none. Package net has no way to wait for a
// connection then; it is asked again until there is one, or a descriptor.
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

// dropWaiter takes t out, if it waits. mu is held.
func (l *portableListener) dropWaiter(t *sched.Task) bool {
	i := slices.Index(l.waiting, t)
	if i < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	return true
}

func (l *portableListener) Forget(t *sched.Task) {
	l.mu.Lock()
	var heir *sched.Task
	if !l.dropWaiter(t) && len(l.results) > 0 {
		heir = l.next() // t had been woken for a result
	}
	l.mu.Unlock()
	if heir != nil {
		heir.Wake()
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
	waiting, results := l.waiting, l.results
	l.waiting, l.results = nil, nil
	l.mu.Unlock()
	close(l.done)
	l.driver.remove(l)
	err := l.inner.Close()
	for _, r := range results {
		if r.err == nil {
			r.conn.Close()
		}
	}
	for _, t := range waiting {
		t.Wake()
	}
	return err
}
