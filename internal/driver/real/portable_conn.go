//go:build !linux || portable

package real

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// maxBuffer bounds what a goroutine reads or writes at once.
const maxBuffer = 64 << 10

// portableConn is a connection of package net. A read that finds nothing starts a
// goroutine that reads into a buffer. The next read empties and releases the buffer.
//
//	       idle            busy                        done
//	read   no goroutine    a goroutine reads           data or readErr is there
//	write  see portable_write.go
//
// The bytes that Write reports as written are the system's: so they arrive, however late
// the other side reads, and whatever becomes of the connection and the process here.
//
// mu guards the fields after it. failure is the error that has ended the connection: the
// system reports it once, to a read or a write. Later reads return it instead of the end,
// and later writes instead of EPIPE.
type portableConn struct {
	driver  *portableDriver
	network string
	remote  net.Addr
	cancel  context.CancelFunc // ends the connecting; nil for an accepted connection

	portableWaits          // its mu guards the following
	inner         net.Conn // nil: not connected
	dialErr       error
	data          []byte // read by the goroutine, and not yet returned
	readErr       error
	empty         bool   // the goroutine has read an empty packet
	most          int    // how large the buffer is with which a task waits for a packet
	passed        passed // with the first byte of data, or with the empty packet
	failure       error
	notes         driver.Notes
	reading       bool // a goroutine reads
	half          bool // CloseWrite was called
	closed        bool
	out           portableWrites
}

var _ driver.Conn = (*portableConn)(nil)

func (c *portableConn) Notes() *driver.Notes { return &c.notes }

// HoldHandle keeps nothing: a cleanup of its own is less than what such a connection has.
func (c *portableConn) HoldHandle(*driver.Handle, func(driver.Conn)) bool { return false }

// connect is the operation that Dial starts.
func (c *portableConn) connect(ctx context.Context, dialer *net.Dialer, opts []driver.Option) {
	inner, err := dialer.DialContext(ctx, c.network, c.remote.String())
	c.cancel()
	if err == nil {
		if err = setAll(inner, opts); err != nil {
			inner.Close()
			err = &net.OpError{Op: "dial", Net: c.network, Addr: c.remote, Err: err}
		}
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		if err == nil {
			inner.Close()
		}
		return
	}
	if err == nil {
		c.inner = inner
	}
	c.dialErr = err
	c.wakeAndUnlock(driver.Reading, driver.Writing)
}

// wakeAndUnlock unlocks mu and wakes the waiters of some directions, at the next look of
// the driver.
func (c *portableConn) wakeAndUnlock(directions ...driver.Direction) {
	var woken [2]driver.Waiters
	for _, d := range directions {
		woken[d] = c.waiters[d].RemoveAll()
	}
	c.mu.Unlock()
	for _, tasks := range woken {
		c.driver.wakeAtLook(tasks)
	}
}

// pending makes the task of cx a waiter in direction d. mu is held.
func (c *portableConn) pending(cx *sched.Context, d driver.Direction) driver.Poll {
	c.waiters[d].Add(cx.Task())
	return driver.Pending
}

func (c *portableConn) Connect(cx *sched.Context) (driver.Poll, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return driver.Ready, net.ErrClosed
	case c.dialErr != nil:
		return driver.Ready, c.dialErr
	case c.inner == nil:
		return c.pending(cx, driver.Writing), nil
	}
	return driver.Ready, nil
}

func (c *portableConn) Read(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	n, of, poll, err := c.read(cx, p)
	closeAll(of.files) // as the system does with those that a plain read meets
	return n, poll, err
}

func (c *portableConn) read(cx *sched.Context, p []byte) (n int, of passed, poll driver.Poll, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed && len(p) > 0 {
		of, c.passed = c.passed, passed{}
	}
	n, poll, err = c.readArrived(cx, p)
	return n, of, poll, err
}

// readArrived reads what the goroutine has read, or starts it. mu is held.
func (c *portableConn) readArrived(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	switch {
	case c.closed:
		return 0, driver.Ready, net.ErrClosed
	case len(p) == 0:
		return 0, driver.Ready, nil
	case len(c.data) > 0:
		n := copy(p, c.data)
		if c.data = c.data[n:]; len(c.data) == 0 || c.network == driver.UnixPacket {
			c.data = nil
		}
		return n, driver.Ready, nil
	case c.empty:
		c.empty = false
		return 0, driver.Ready, nil
	case c.readErr != nil:
		err := c.readErr
		c.readErr = nil // the next read asks again, and gets an answer again
		if err == io.EOF && c.failure != nil {
			err = c.failureOf("read", c.failure)
		}
		return 0, driver.Ready, err
	}
	if c.network == driver.UnixPacket {
		// The rest of a packet is lost, and it may go to another Read than this one.
		c.most = max(c.most, len(p), maxBuffer)
	}
	if c.inner != nil && !c.reading {
		size := min(len(p), maxBuffer)
		if !c.driver.start(func() { c.readOnce(size) }) {
			return 0, driver.Ready, net.ErrClosed
		}
		c.reading = true
	}
	return 0, c.pending(cx, driver.Reading), nil
}

// readOnce is the goroutine that reads.
func (c *portableConn) readOnce(size int) {
	var n int
	var of passed
	var err error
	if inner, ok := c.inner.(syscall.Conn); ok && c.network == driver.UnixPacket {
		err = waitReadable(inner) // for a packet, which must have room for all that a task has
		c.mu.Lock()
		size, c.most = c.most, 0
		c.mu.Unlock()
		if errno, isErrno := err.(syscall.Errno); isErrno {
			err = c.failureOf("read", errno)
		}
	}
	p := make([]byte, size)
	if err == nil {
		n, of, err = readMessage(c.inner, p)
	}
	if c.network == driver.UnixPacket && c.defersError(err) {
		n, of, err = readMessage(c.inner, p)
	}
	empty := err == io.EOF && c.network == driver.UnixPacket && !c.hasEnded()
	if empty { // a packet, for which package net has the error of the end
		err = nil
	}
	c.mu.Lock()
	c.reading = false
	if !c.closed {
		c.data, c.readErr, c.empty, c.passed = p[:n], err, empty, of
		c.keepError(err)
	} else {
		closeAll(of.files)
	}
	if c.out.follows { // writes wait for the error that this read may have got
		c.out.follows = false
		c.wakeAndUnlock(driver.Reading, driver.Writing)
	} else {
		c.wakeAndUnlock(driver.Reading)
	}
}

// defersError reports whether err comes ahead of packets that were sent before it, and keeps it for
// their end.
func (c *portableConn) defersError(err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	had := c.failure
	c.keepError(err)
	return had == nil && c.failure != nil
}

// keepError keeps an error that ends the connection. mu is held.
func (c *portableConn) keepError(err error) {
	var errno syscall.Errno
	if c.failure == nil && errors.As(err, &errno) && lasts(errno) {
		c.failure = err
	}
}

// failureOf returns failure, which another operation may have got, as the error of op.
func (c *portableConn) failureOf(op string, failure error) error {
	var errno syscall.Errno
	errors.As(failure, &errno)
	return &net.OpError{
		Op: op, Net: c.network, Source: c.inner.LocalAddr(), Addr: c.remote,
		Err: os.NewSyscallError(op, errno),
	}
}

func (c *portableConn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.inner == nil {
		return net.ErrClosed
	}
	c.half = true
	if c.out.writing { // the bytes that a goroutine writes go first
		return nil
	}
	err := shutWrite(c.inner)
	if isErrno(err, syscall.ENOTCONN) { // after an error, which the system may not have reported yet
		c.keepError(c.pendingError())
		if c.failure != nil {
			err = c.failureOf("close", c.failure)
		}
	}
	return err
}

func shutWrite(c net.Conn) error {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Set changes an option. The connection has been established.
func (c *portableConn) Set(o driver.Option) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.inner == nil {
		return net.ErrClosed
	}
	return setOption(c.inner, o)
}

func (c *portableConn) Driver() driver.Driver { return c.driver }

func (c *portableConn) Network() string { return c.network }

func (c *portableConn) Closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *portableConn) LocalAddr() net.Addr {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		if driver.IsUnix(c.network) {
			return &net.UnixAddr{Net: c.network}
		}
		return &net.TCPAddr{}
	}
	return c.inner.LocalAddr()
}

func (c *portableConn) RemoteAddr() net.Addr { return c.remote }

// cutOff has the Close of c reset the connection. A system does so by itself when a socket
// has unread input, and cannot know of the input that a goroutine has read from it.
func cutOff(c net.Conn) {
	if l, ok := c.(interface{ SetLinger(seconds int) error }); ok {
		l.SetLinger(0)
	}
}

func (c *portableConn) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	unread := len(c.data) > 0
	files := c.passed.files
	c.data, c.passed = nil, passed{}
	readers, writers := c.waiters[driver.Reading].RemoveAll(), c.waiters[driver.Writing].RemoveAll()
	inner := c.inner
	c.mu.Unlock()
	closeAll(files)
	c.driver.remove(c)
	if c.cancel != nil {
		c.cancel()
	}
	var err error
	if inner != nil {
		if unread {
			cutOff(inner)
		}
		err = inner.Close()
	}
	readers.Wake()
	writers.Wake()
	return err
}
