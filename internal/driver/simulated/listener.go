package simulated

import (
	"net"
	"slices"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// backlog is how many connections stand before they are accepted. Those that come
// then wait in Connect.
const backlog = 128

// A listener hands each connection to one task.
//
//	queue     the accepting ends of what has arrived, oldest first; the first
//	          backlog of them stand
//	waiting   tasks that wait to accept, longest first
//	spent     tasks that were woken for a connection and have not been back
//
// Rule: after every change there are as many in spent as connections stand in the
// queue, or nobody waits. So one connection wakes one task, a wake that was spent
// on a task which forgets the listener goes to the next, and a task whose
// connection was taken by a faster one waits again.
type listener struct {
	net     *network
	network string
	at      endpoint
	addr    *net.TCPAddr
	closed  bool
	queue   []*conn
	waiting []*sched.Task
	spent   []*sched.Task
}

// arrive puts c at the end of the queue.
func (l *listener) arrive(c *conn) {
	c.listener = l
	l.queue = append(l.queue, c)
	l.stand()
	l.offer(nil)
}

// stand makes the last connection that the backlog has room for stand.
func (l *listener) stand() {
	if n := len(l.queue); n > 0 {
		l.queue[min(n, backlog)-1].peer.established()
	}
}

// offer wakes tasks for the connections that nobody has been woken for.
func (l *listener) offer(cx *sched.Context) {
	for len(l.waiting) > 0 && len(l.spent) < min(len(l.queue), backlog) {
		t := l.waiting[0]
		l.waiting = slices.Delete(l.waiting, 0, 1)
		l.spent = append(l.spent, t)
		wake(cx, &driver.Waiters{t})
	}
}

// remove takes t out of the tasks that wait or have been woken.
func (l *listener) remove(t *sched.Task) {
	is := func(o *sched.Task) bool { return o == t }
	l.waiting = slices.DeleteFunc(l.waiting, is)
	l.spent = slices.DeleteFunc(l.spent, is)
}

// Accept returns the oldest connection. A task that polls again keeps its place
// among those that wait.
func (l *listener) Accept(cx *sched.Context) (driver.Conn, error) {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	t := cx.Task()
	if l.closed || l.net.closed {
		return nil, net.ErrClosed
	}
	if len(l.queue) > 0 {
		l.remove(t)
		c := l.queue[0]
		l.queue = slices.Delete(l.queue, 0, 1)
		c.listener = nil
		l.stand()
		l.offer(cx)
		return c, nil
	}
	if !slices.Contains(l.waiting, t) {
		l.remove(t)
		l.waiting = append(l.waiting, t)
	}
	return nil, driver.ErrPending
}

// Forget lets go of t, and hands on a wake that was spent on it.
func (l *listener) Forget(t *sched.Task) {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.remove(t)
	l.offer(nil)
}

// Network returns what Listen was given.
func (l *listener) Network() string { return l.network }

// Closed says whether the listener, or the whole network, was closed.
func (l *listener) Closed() bool {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	return l.closed || l.net.closed
}

// Addr returns where the listener listens, a *net.TCPAddr.
func (l *listener) Addr() net.Addr { return l.addr }

// Close wakes who waits, resets the connections that stand, and refuses the
// others.
func (l *listener) Close() error {
	n := l.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	n.release(l.at.port)
	n.listeners = slices.DeleteFunc(n.listeners, func(o *listener) bool { return o == l })
	for i, c := range l.queue {
		c.state = closed
		if i < backlog {
			c.peer.reset()
		} else {
			c.peer.fail(syscall.ECONNREFUSED)
		}
	}
	for _, t := range l.waiting {
		t.Wake()
	}
	l.queue, l.waiting, l.spent = nil, nil, nil
	return nil
}
