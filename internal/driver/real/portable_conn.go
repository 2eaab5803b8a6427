//go:build !linux || portable

package real

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// maxBuffer bounds what a goroutine reads or writes at once.
const maxBuffer = 64 << 10

// portableConn is a connection of package net. A read that finds nothing starts a
// goroutine that reads into a buffer, which the next read empties and lets go of.
//
//	       idle            busy                        done
//	read   no goroutine    a goroutine reads           data or readErr is there
//	write  see portable_write.go
//
// What Write says to be written the system has: so it arrives, however late the other
// side reads and whatever becomes of the connection and the process here.
//
// mu guards what follows it. failure is the error that has ended the connection: the
// system tells it once, to a read or a write. Reads tell it instead of the end, and
// writes instead of EPIPE.
type portableConn struct {
	driver  *portableDriver
	network string
	remote  net.Addr
	cancel  context.CancelFunc // ends the connecting; nil for an accepted connection

	mu      sync.Mutex
	inner   net.Conn // nil: not connected
	dialErr error
	data    []byte // read, and not yet asked for
	readErr error
	failure error
	readers driver.Waiters
	writers driver.Waiters // wait to write, or for the connection
	reading bool
	half    bool // CloseWrite was called
	closed  bool
	out     portableWrites
}

var _ driver.Conn = (*portableConn)(nil)

// connect is the operation that Dial starts.
func (c *portableConn) connect(ctx context.Context, network string) {
	inner, err := new(net.Dialer).DialContext(ctx, network, c.remote.String())
	c.cancel()
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
	readers, writers := c.readers.Take(), c.writers.Take()
	c.mu.Unlock()
	c.driver.completed(readers)
	c.driver.completed(writers)
}

func (c *portableConn) Connect(cx *sched.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return net.ErrClosed
	case c.dialErr != nil:
		return c.dialErr
	case c.inner == nil:
		c.writers.Add(cx.Task())
		return driver.ErrPending
	}
	return nil
}

func (c *portableConn) Read(cx *sched.Context, p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case len(p) == 0:
		return 0, nil
	case len(c.data) > 0:
		n := copy(p, c.data)
		if c.data = c.data[n:]; len(c.data) == 0 {
			c.data = nil
		}
		return n, nil
	case c.readErr != nil:
		err := c.readErr
		c.readErr = nil // asking again gives an answer again
		if err == io.EOF && c.failure != nil {
			err = c.tell("read", c.failure)
		}
		return 0, err
	}
	c.readers.Add(cx.Task())
	if c.inner != nil && !c.reading {
		size := min(len(p), maxBuffer)
		if !c.driver.start(func() { c.read(size) }) {
			return 0, net.ErrClosed
		}
		c.reading = true
	}
	return 0, driver.ErrPending
}

func (c *portableConn) read(size int) {
	p := make([]byte, size)
	n, err := c.inner.Read(p)
	c.mu.Lock()
	c.reading = false
	if !c.closed {
		c.data, c.readErr = p[:n], err
		c.keep(err)
	}
	readers := c.readers.Take()
	var writers driver.Waiters
	if c.out.follows { // they wait for what this read is told
		c.out.follows = false
		writers = c.writers.Take()
	}
	c.mu.Unlock()
	c.driver.completed(readers)
	c.driver.completed(writers)
}

// keep keeps an error that ends the connection. mu is held.
func (c *portableConn) keep(err error) {
	var errno syscall.Errno
	if c.failure == nil && errors.As(err, &errno) && lasts(errno) {
		c.failure = err
	}
}

// tell returns failure, which another operation may have been told, as op says it.
func (c *portableConn) tell(op string, failure error) error {
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
	if c.out.writing { // what a goroutine writes goes first
		return nil
	}
	err := shutWrite(c.inner)
	if isErrno(err, syscall.ENOTCONN) { // after an error, which may not have been told yet
		c.keep(c.untold())
		if c.failure != nil {
			err = c.tell("close", c.failure)
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

// waiters returns who waits in direction d. mu is held.
func (c *portableConn) waiters(d driver.Direction) *driver.Waiters {
	if d == driver.Reading {
		return &c.readers
	}
	return &c.writers
}

func (c *portableConn) Forget(d driver.Direction, t *sched.Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiters(d).Remove(t)
}

func (c *portableConn) Waits(d driver.Direction, t *sched.Task) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiters(d).Has(t)
}

func (c *portableConn) Wake(d driver.Direction) {
	c.mu.Lock()
	woken := c.waiters(d).Take()
	c.mu.Unlock()
	woken.Wake()
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
		return &net.TCPAddr{}
	}
	return c.inner.LocalAddr()
}

func (c *portableConn) RemoteAddr() net.Addr { return c.remote }

func (c *portableConn) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	c.data = nil
	readers, writers := c.readers.Take(), c.writers.Take()
	inner := c.inner
	c.mu.Unlock()
	c.driver.remove(c)
	if c.cancel != nil {
		c.cancel()
	}
	var err error
	if inner != nil {
		err = inner.Close()
	}
	readers.Wake()
	writers.Wake()
	return err
}
