package simulated

import (
	"net"
	"slices"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// backlog is how many connections are established before they are accepted. Those that
// come then wait in Connect.
const backlog = 128

// A listener gives each connection to one task.
//
//	queue     the accepting ends of the connections that have arrived, oldest first; the
//	          first backlog of them are established
//	waiters   tasks that wait to accept, longest first
//	woken     tasks that were woken for a connection and have not polled since
//
// Rule: after every change there are as many tasks in woken as established connections
// in the queue, or no task waits. So one connection wakes one task, the wake of a task
// that forgets the listener goes to the next one, and a task whose connection was taken
// by a faster one waits again.
type listener struct {
	net     *network
	host    *Host // nil without a World
	network string
	at      endpoint
	addr    net.Addr
	settings
	closed  bool
	queue   []*conn
	waiters driver.Waiters
	woken   driver.Waiters
}

// arrive puts c at the end of the queue.
func (l *listener) arrive(c *conn) {
	c.listener = l
	c.track()
	l.queue = append(l.queue, c)
	l.establishLast()
	l.chooseWoken().Wake()
}

// establishLast establishes the last connection that the backlog has room for.
func (l *listener) establishLast() {
	if n := len(l.queue); n > 0 {
		l.queue[min(n, backlog)-1].peer.establish()
	}
}

// chooseWoken moves tasks from waiters to woken, as many as the rule wants, and returns
// them: the caller wakes them.
func (l *listener) chooseWoken() (chosen driver.Waiters) {
	before := len(l.woken)
	for len(l.waiters) > 0 && len(l.woken) < min(len(l.queue), backlog) {
		l.woken = append(l.woken, l.waiters.RemoveFirst())
	}
	return l.woken[before:]
}

// remove removes t from the tasks that wait or have been woken.
func (l *listener) remove(t *sched.Task) {
	l.waiters.Remove(t)
	l.woken.Remove(t)
}

// Accept returns the oldest connection. A task that polls again keeps its position among
// the waiters.
func (l *listener) Accept(cx *sched.Context) (driver.Conn, driver.Poll, error) {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	t := cx.Task()
	if l.closed || l.net.closed {
		return nil, driver.Ready, net.ErrClosed
	}
	if len(l.queue) > 0 {
		l.remove(t)
		c := l.queue[0]
		l.queue = slices.Delete(l.queue, 0, 1)
		c.listener = nil
		l.establishLast()
		for _, t := range l.chooseWoken() {
			t.WakeBy(cx)
		}
		return c, driver.Ready, nil
	}
	l.woken.Remove(t)
	l.waiters.Add(t)
	return nil, driver.Pending, nil
}

// Forget removes t. If t had been woken, the next task is woken in its place.
func (l *listener) Forget(t *sched.Task) {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.remove(t)
	l.chooseWoken().Wake()
}

// Network returns what Listen was given.
func (l *listener) Network() string { return l.network }

// Closed reports whether the listener, or the whole network, was closed.
func (l *listener) Closed() bool {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	return l.closed || l.net.closed
}

// Addr returns where the listener listens.
func (l *listener) Addr() net.Addr { return l.addr }

// Close wakes all waiters, resets the connections that are established, and refuses the
// others.
func (l *listener) Close() error {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.close()
	return nil
}

// close is Close with the lock held.
func (l *listener) close() {
	if l.closed {
		return
	}
	n := l.net
	l.closed = true
	if !l.at.isUnix() {
		n.portsOf(l.host).release(l.at.port)
	}
	n.listeners = slices.DeleteFunc(n.listeners, func(o *listener) bool { return o == l })
	for i, c := range l.queue {
		hasGone := c.hasGone
		c.state = closed
		if hasGone { // with its host: that has done what was to be done
			continue
		}
		if i < backlog || c.isFar() {
			c.cutOff()
		} else {
			c.peer.fail(syscall.ECONNREFUSED)
		}
	}
	l.waiters.RemoveAll().Wake()
	l.queue, l.woken = nil, nil
}
