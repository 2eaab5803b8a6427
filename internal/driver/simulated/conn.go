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
//	connecting   dialed; the listener's backlog has had no room yet, or, between two hosts, what
//	             opens this end has not come yet → open, failed, closed
//	open         → failed, closed
//	failed       conn.err says why: no listener is there, or a reset came → closed
//	closed       by its own side
type state uint8

const (
	connecting state = iota
	open
	failed
	closed
)

// conn is one end of a connection. It behaves as TCP on Linux does:
//
//   - The bytes that were written before a Close arrive, and then the end.
//   - A Close with unread input resets the connection instead: the other end can
//     still read what it was sent, and then fails with ECONNRESET. With linger 0 every
//     Close does so, and the bytes that the other end has not read are lost.
//   - A write to an end that has closed fails with EPIPE if it is a Unix socket. Over TCP it seems to succeed, its bytes are lost, and it
//     resets the connection. From then on writes fail, with EPIPE.
//   - An end that has failed stays so: every read returns the error, after the bytes that
//     arrived before it, and so does every write and CloseWrite. When the other side's end
//     came first, reads go on to return io.EOF, and writes fail with EPIPE.
type conn struct {
	driver *Driver
	waits
	network       string // as Dial was given it
	local, remote net.Addr
	in, out       *flow
	port          uint16    // the port to release, at the end that dialed
	host          *Host     // nil without a World
	isBetween     bool      // the other end is on another host
	hasGone       bool      // its host has lost its power since
	isProbing     bool      // see suspect
	again         *event    // of an end that connects: it asks again
	asked         *listener // of one that was dialed, between two hosts: what has answered
	settings

	notes    driver.Notes
	peer     *conn     // nil when there was no listener
	listener *listener // in whose queue this end is, until it is accepted
	state    state
	err      syscall.Errno // when it failed
}

func (c *conn) Notes() *driver.Notes { return &c.notes }

// HoldHandle keeps nothing: a simulation looks for what was forgotten by cleanups.
func (c *conn) HoldHandle(*driver.Handle, func(driver.Conn)) bool { return false }

// establish opens an end that connects to its own host.
func (c *conn) establish() {
	if c.state == connecting {
		c.state = open
		c.wakeAll()
	}
}

// reset fails an end that the other side has cut off.
func (c *conn) reset() {
	if c.in.ended { // reads return io.EOF
		c.fail(syscall.EPIPE)
	} else {
		c.fail(syscall.ECONNRESET)
	}
}

// fail ends an end with err, unless it has ended. The bytes that arrived before can be
// read.
func (c *conn) fail(err syscall.Errno) {
	if c.state < failed {
		c.state, c.err = failed, err
		c.wakeAll()
	}
}

// wakeAll wakes all waiters at this end.
func (c *conn) wakeAll() {
	for d := range c.waiters {
		c.waiters[d].RemoveAll().Wake()
	}
}

// pending makes the task of cx a waiter in direction d.
func (c *conn) pending(cx *sched.Context, d driver.Direction) driver.Poll {
	c.waiters[d].Add(cx.Task())
	return driver.Pending
}

// isClosed reports whether this end, or the whole network, was closed.
func (c *conn) isClosed() bool { return c.state == closed || c.net.closed }

// opError gives a system call's error the shape that package net gives it.
func (c *conn) opError(op, call string, err syscall.Errno) error {
	e := &net.OpError{Op: op, Net: c.network, Addr: c.remote, Err: os.NewSyscallError(call, err)}
	if op != "dial" {
		e.Source = c.local
	}
	return e
}

// Connect reports when the connection is established.
func (c *conn) Connect(cx *sched.Context) (driver.Poll, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	switch {
	case c.isClosed():
		return driver.Ready, net.ErrClosed
	case c.state == failed:
		return driver.Ready, c.opError("dial", "connect", c.err)
	case c.state == connecting:
		return c.pending(cx, driver.Writing), nil
	}
	return driver.Ready, nil
}

// Read reads the bytes that have arrived.
func (c *conn) Read(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	if c.isClosed() {
		return 0, driver.Ready, net.ErrClosed
	}
	if len(p) == 0 {
		return 0, driver.Ready, nil
	}
	if n := c.in.read(cx, p); n > 0 {
		return n, driver.Ready, nil
	}
	switch {
	case c.in.ended:
		return 0, driver.Ready, io.EOF
	case c.state == failed:
		return 0, driver.Ready, c.opError("read", "read", c.err)
	}
	return 0, c.pending(cx, driver.Reading), nil
}

// Write writes as many bytes as the window has room for.
func (c *conn) Write(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	switch {
	case c.isClosed():
		return 0, driver.Ready, net.ErrClosed
	case len(p) == 0:
		return 0, driver.Ready, nil
	case c.state == failed:
		return 0, driver.Ready, c.opError("write", "write", c.err)
	case c.out.ended:
		return 0, driver.Ready, c.opError("write", "write", syscall.EPIPE)
	case c.out.hasEnd: // it was sent, and has not arrived
		return 0, driver.Ready, c.opError("write", "write", syscall.EPIPE)
	case c.state == open && c.peer.state == closed && driver.IsUnix(c.network):
		return 0, driver.Ready, c.opError("write", "write", syscall.EPIPE)
	case c.out.isTooLong(p):
		return 0, driver.Ready, c.opError("write", "write", syscall.EMSGSIZE)
	case c.state == open && c.peer.state == closed && !c.isFar():
		c.reset()
		return len(p), driver.Ready, nil
	case c.state == open:
		if n := c.out.write(cx, p); n > 0 {
			return n, driver.Ready, nil
		}
	}
	return 0, c.pending(cx, driver.Writing), nil
}

// Driver returns the driver of the connection.
func (c *conn) Driver() driver.Driver { return c.driver }

// Network returns what Dial was given.
func (c *conn) Network() string { return c.network }

// Closed reports whether this end, or the whole network, was closed.
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
	c.endOut()
	return nil
}

// Set changes an option.
func (c *conn) Set(o driver.Option) error {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	if c.isClosed() {
		return net.ErrClosed
	}
	if driver.IsUnix(c.network) && isOnlyTCP(o) {
		return errOnlyTCP
	}
	return c.settings.set(o)
}

// LocalAddr returns the address of this end.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the other end.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// Close ends this end, and wakes all its waiters.
func (c *conn) Close() error {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	c.close()
	return nil
}

// endOut ends what the other side reads.
func (c *conn) endOut() {
	switch {
	case !c.isFar():
		c.out.end()
	case !c.out.hasEnd:
		c.out.hasEnd = true
		c.send(&segment{kind: end})
	}
}

// close is Close with the lock held.
func (c *conn) close() {
	if c.state == closed {
		return
	}
	before := c.state
	c.state = closed
	delete(c.net.tracked, c)
	c.wakeAll()
	if c.port != 0 {
		c.net.portsOf(c.host).release(c.port)
	}
	switch {
	case before == failed:
	case before == connecting && c.isFar():
		c.again.cancel()
	case before == connecting: // the other end leaves the queue
		delete(c.net.tracked, c.peer)
		l := c.peer.listener
		l.queue = slices.DeleteFunc(l.queue, func(o *conn) bool { return o == c.peer })
	case c.drops:
		c.out.buf.Reset()
		c.out.drop()
		c.cutOff()
	case c.in.buf.Len() > 0:
		c.cutOff()
	default:
		c.endOut()
	}
}
