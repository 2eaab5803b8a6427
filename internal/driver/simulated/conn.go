package simulated

import (
	"io"
	"net"
	"os"
	"slices"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// state is how far one end of a connection has come.
//
//	connecting   dialed; the listener's backlog has had no room yet → open, failed, closed
//	open         → failed, closed
//	failed       conn.err says why: nobody listens, or a reset came → closed
//	closed       by its own side
type state uint8

const (
	connecting state = iota
	open
	failed
	closed
)

// conn is one end of a connection, as TCP on Linux has them:
//
//   - What was written before a Close arrives, and then the end.
//   - Closing with unread input resets the connection instead: the other end can
//     still read what it was sent, and then fails with ECONNRESET.
//   - What is written to an end that has closed seems to succeed, is lost, and
//     resets the connection. From then on writing fails, with EPIPE.
//   - An end that has failed stays so: the error is that of every read, after what
//     arrived before it, of every write and of CloseWrite. When the end was told first,
//     reads go on to say so, and writes fail with EPIPE.
type conn struct {
	driver        *Driver
	net           *network
	network       string // as Dial was given it
	local, remote *net.TCPAddr
	in, out       *flow
	port          uint16 // the port to give back, at the end that dialed

	peer      *conn     // nil when nobody listened
	listener  *listener // whose queue it is in, at the end that is to be accepted
	state     state
	err       syscall.Errno  // when it failed
	connector driver.Waiters // in Connect; none unless connecting
}

// established makes an end that connects stand.
func (c *conn) established() {
	if c.state == connecting {
		c.state = open
		c.release()
	}
}

// reset is what an end gets that was cut off.
func (c *conn) reset() {
	if c.in.ended { // so reading ends well
		c.fail(syscall.EPIPE)
	} else {
		c.fail(syscall.ECONNRESET)
	}
}

// fail ends an end with err, unless it has ended. What arrived before can be
// read.
func (c *conn) fail(err syscall.Errno) {
	if c.state < failed {
		c.state, c.err = failed, err
		c.release()
	}
}

// release wakes who waits at this end.
func (c *conn) release() {
	wake(nil, &c.connector)
	wake(nil, &c.in.readers)
	wake(nil, &c.out.writers)
}

// isClosed says whether this end, or the whole network, was closed.
func (c *conn) isClosed() bool { return c.state == closed || c.net.closed }

// opError gives a system call's error the shape that package net gives it.
func (c *conn) opError(op, call string, err syscall.Errno) error {
	e := &net.OpError{Op: op, Net: c.network, Addr: c.remote, Err: os.NewSyscallError(call, err)}
	if op != "dial" {
		e.Source = c.local
	}
	return e
}

// Connect says when the connection stands.
func (c *conn) Connect(cx *sched.Context) error {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	switch {
	case c.isClosed():
		return net.ErrClosed
	case c.state == failed:
		return c.opError("dial", "connect", c.err)
	case c.state == connecting:
		c.connector.Add(cx.Task())
		return driver.ErrPending
	}
	return nil
}

// Read reads what has arrived.
func (c *conn) Read(cx *sched.Context, p []byte) (int, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	if c.isClosed() {
		return 0, net.ErrClosed
	}
	if len(p) == 0 {
		return 0, nil
	}
	if n := c.in.take(cx, p); n > 0 {
		return n, nil
	}
	switch {
	case c.in.ended:
		return 0, io.EOF
	case c.state == failed:
		return 0, c.opError("read", "read", c.err)
	}
	c.in.readers.Add(cx.Task())
	return 0, driver.ErrPending
}

// Write writes what the window has room for.
func (c *conn) Write(cx *sched.Context, p []byte) (int, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	switch {
	case c.isClosed():
		return 0, net.ErrClosed
	case len(p) == 0:
		return 0, nil
	case c.state == failed:
		return 0, c.opError("write", "write", c.err)
	case c.out.ended:
		return 0, c.opError("write", "write", syscall.EPIPE)
	case c.state == open && c.peer.state == closed:
		c.reset()
		return len(p), nil
	case c.state == open:
		if n := c.out.put(cx, p); n > 0 {
			return n, nil
		}
	}
	c.out.writers.Add(cx.Task())
	return 0, driver.ErrPending
}

// waiters returns the places of those that wait in direction d.
func (c *conn) waiters(d driver.Direction) [2]*driver.Waiters {
	if d == driver.Reading {
		return [2]*driver.Waiters{&c.in.readers, new(driver.Waiters)}
	}
	return [2]*driver.Waiters{&c.out.writers, &c.connector}
}

// Forget lets go of t in direction d.
func (c *conn) Forget(d driver.Direction, t *sched.Task) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	for _, w := range c.waiters(d) {
		w.Remove(t)
	}
}

// Waits says whether t waits in direction d.
func (c *conn) Waits(d driver.Direction, t *sched.Task) bool {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	w := c.waiters(d)
	return w[0].Has(t) || w[1].Has(t)
}

// Wake wakes all that wait in direction d.
func (c *conn) Wake(d driver.Direction) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	for _, w := range c.waiters(d) {
		wake(nil, w)
	}
}

// Driver returns the driver of the connection.
func (c *conn) Driver() driver.Driver { return c.driver }

// Network returns what Dial was given.
func (c *conn) Network() string { return c.network }

// Closed says whether this end, or the whole network, was closed.
func (c *conn) Closed() bool {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	return c.isClosed()
}

// CloseWrite ends what the other side reads, after what was written. It may be
// called twice.
func (c *conn) CloseWrite() error {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	switch {
	case c.isClosed():
		return net.ErrClosed
	case c.state == failed && c.err != syscall.EPIPE:
		return c.opError("close", "shutdown", c.err)
	case c.state != open:
		return c.opError("close", "shutdown", syscall.ENOTCONN)
	}
	c.out.end()
	return nil
}

// LocalAddr returns the address of this end, a *net.TCPAddr.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the other end, a *net.TCPAddr.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// Close ends this end, and with it what waits there.
func (c *conn) Close() error {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	if c.state == closed {
		return nil
	}
	before := c.state
	c.state = closed
	c.release()
	if c.port != 0 {
		c.net.release(c.port)
	}
	switch {
	case before == failed:
	case before == connecting: // it vanishes from the queue
		l := c.peer.listener
		l.queue = slices.DeleteFunc(l.queue, func(o *conn) bool { return o == c.peer })
	case c.in.buf.Len() > 0:
		c.peer.reset()
	default:
		c.out.end()
	}
	return nil
}
