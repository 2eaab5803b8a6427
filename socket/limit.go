package socket

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Limit bounds how many connections of a listener are open at a time. When there are n,
// Accept and [Listener.Incoming] wait until one of them is closed, dropped, or found by the
// collector. Clients that come meanwhile wait in the system's queue, and find themselves
// connected. It is an option of [Listen] alone.
func Limit(n int) Option { return limitOption(n, func(o *Option) { o.most = n }) }

// LimitPerAddress bounds how many connections of a listener from one address are open at a
// time. A further one is closed as soon as it is accepted, and Accept goes on to the next. A
// client that has seen the end of a connection that was closed has its place back. The
// addresses of one IPv6 network of 64 bits count as one, because a single client has so
// many. It is an option of [Listen] alone.
//
// Clients behind a translation of addresses, or a proxy, have one address together.
func LimitPerAddress(n int) Option { return limitOption(n, func(o *Option) { o.perAddress = n }) }

func limitOption(n int, set func(o *Option)) Option {
	if n <= 0 {
		return Option{err: fmt.Errorf("a limit of %d connections", n)}
	}
	var o Option
	set(&o)
	return o
}

// limited returns l with the limits of opts, if there are any.
func limited(l driver.Listener, opts []Option) driver.Listener {
	w := &limitedListener{Listener: l}
	for _, o := range opts {
		w.most, w.perAddress = max(w.most, o.most), max(w.perAddress, o.perAddress)
	}
	if w.most == 0 && w.perAddress == 0 {
		return l
	}
	return w
}

// limitedListener counts the connections that it has accepted and that are open.
//
//	open     these connections, and the Accepts under way: each has taken its place first
//	of       the connections by their address
//	waiters  the tasks that have found no place
//
// Rules: an Accept that finds no place makes its task a waiter under mu. A place that
// becomes free wakes all waiters. Those that were woken by the listener as well find their
// connection when there is a place: the listener keeps it for them until they accept again,
// or are forgotten.
type limitedListener struct {
	driver.Listener
	most, perAddress int // 0: no limit

	mu      sync.Mutex // guards the following
	open    int
	of      map[netip.Addr]int
	waiters driver.Waiters
}

// mostRefused is how many connections a poll refuses before other tasks run.
const mostRefused = 16

func (l *limitedListener) Accept(cx *sched.Context) (driver.Conn, driver.Poll, error) {
	for range mostRefused {
		if poll, err := l.enter(cx.Task()); poll == driver.Pending || err != nil {
			return nil, poll, err
		}
		inner, poll, err := l.Listener.Accept(cx)
		if poll == driver.Pending || err != nil {
			l.leave()
			return nil, poll, err
		}
		if c := l.admit(inner); c != nil {
			return c, driver.Ready, nil
		}
		inner.Close()
		l.leave()
	}
	cx.Task().Wake()
	return nil, driver.Pending, nil
}

// enter takes a place for t, or makes it a waiter.
func (l *limitedListener) enter(t *sched.Task) (driver.Poll, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.Closed(): // Close wakes the waiters afterwards
		return driver.Ready, net.ErrClosed
	case l.isFull():
		l.waiters.Add(t)
		return driver.Pending, nil
	}
	l.waiters.Remove(t)
	l.open++
	return driver.Ready, nil
}

// isFull reports whether there is no place. mu is held.
func (l *limitedListener) isFull() bool { return l.most > 0 && l.open >= l.most }

// admit counts a connection, or returns nil if its address has too many.
func (l *limitedListener) admit(inner driver.Conn) driver.Conn {
	var from netip.Addr
	if a, ok := inner.RemoteAddr().(*net.TCPAddr); ok && l.perAddress > 0 {
		from = networkOf(a.AddrPort().Addr())
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.of[from] >= l.perAddress {
			return nil
		}
		if l.of == nil {
			l.of = map[netip.Addr]int{}
		}
		l.of[from]++
	}
	return &limitedConn{Conn: inner, listener: l, from: from}
}

// networkOf returns what counts as the address of a client.
func networkOf(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		p, _ := ip.Prefix(64) // its only error is a length that the family has not
		return p.Addr()
	}
	return ip
}

// leaveAddress gives the place of an address back, if it is valid.
func (l *limitedListener) leaveAddress(from netip.Addr) {
	if !from.IsValid() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[from]--; l.of[from] == 0 {
		delete(l.of, from)
	}
}

// leave gives a place back.
func (l *limitedListener) leave() {
	l.mu.Lock()
	l.open--
	woken := l.waiters.RemoveAll()
	l.mu.Unlock()
	woken.Wake()
}

func (l *limitedListener) Forget(t *sched.Task) {
	l.mu.Lock()
	l.waiters.Remove(t)
	l.mu.Unlock()
	l.Listener.Forget(t)
}

func (l *limitedListener) Close() error {
	err := l.Listener.Close()
	l.mu.Lock()
	woken := l.waiters.RemoveAll()
	l.mu.Unlock()
	woken.Wake()
	return err
}

// limitedConn gives its places back when it is closed: that of its address before, because a client that has
// seen the close may come again at once, and would be refused; that of the listener after it, because the
// system may have no more.
type limitedConn struct {
	driver.Conn
	listener *limitedListener
	from     netip.Addr // invalid: not counted by its address
	isClosed atomic.Bool
}

func (c *limitedConn) Close() error {
	isFirst := !c.isClosed.Swap(true)
	if isFirst {
		c.listener.leaveAddress(c.from)
	}
	err := c.Conn.Close()
	if isFirst {
		c.listener.leave()
	}
	return err
}

// limitReached returns the limit of l if it has so many connections, and otherwise 0.
func limitReached(l driver.Listener) int {
	w, ok := l.(*limitedListener)
	if !ok {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isFull() {
		return w.most
	}
	return 0
}
