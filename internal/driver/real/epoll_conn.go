//go:build linux && !portable

package real

import (
	"io"
	"net"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

// conn is a connection: 64 bytes, and no buffer.
type conn struct {
	source poller.Source
	remote endpoint
}

var _ driver.Conn = (*conn)(nil)

// maxIO bounds one read or write, as in package net: the kernel would cut a longer
// one, and a cut must not be taken for a drained socket.
const maxIO = 1 << 30

// begin asks for leave to do one system call, for the task of cx.
func begin(s *poller.Source, d poller.Direction, cx *sched.Context) error {
	err := s.Begin(d, cx.Task())
	if err == poller.ErrWait {
		return driver.ErrPending
	}
	return err
}

func (c *conn) Read(cx *sched.Context, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, c.open()
	}
	p = p[:min(len(p), maxIO)]
	for {
		if err := begin(&c.source, poller.Read, cx); err != nil {
			return 0, err
		}
		n, errno := read(c.source.FD(), p)
		switch {
		case errno == 0 && n == len(p):
			c.source.End(poller.Read, poller.More)
			return n, nil
		case errno == 0 && n > 0:
			c.source.End(poller.Read, poller.Short)
			return n, nil
		case errno == 0:
			return 0, c.end(cx)
		case errno == syscall.EAGAIN:
			c.source.End(poller.Read, poller.Drained)
		case errno == syscall.EINTR:
			c.source.End(poller.Read, poller.More)
		default:
			c.keep(errno)
			err := c.fail("read", errno)
			c.source.End(poller.Read, poller.More)
			return 0, err
		}
	}
}

// end returns what a read says that has found no more bytes. That is how the kernel
// answers at the end, and also after a reset that it has told a write: so a write that is
// under way is waited for, which takes no longer than its system call.
func (c *conn) end(cx *sched.Context) error {
	if c.source.Follow(poller.Read, cx.Task()) {
		return driver.ErrPending
	}
	err := io.EOF
	if errno := c.source.Failure(); errno != 0 {
		err = c.fail("read", errno)
	}
	c.source.End(poller.Read, poller.More)
	return err
}

// keep keeps an error that the kernel does not tell again.
func (c *conn) keep(errno syscall.Errno) {
	if lasts(errno) {
		c.source.Fail(errno)
	}
}

// broken returns what a write says that the kernel has answered EPIPE: that comes after
// this end's CloseWrite, and also after a reset that it has told a read.
func (c *conn) broken(cx *sched.Context) error {
	if c.source.Follow(poller.Write, cx.Task()) {
		return driver.ErrPending
	}
	errno := c.source.Failure()
	if errno == 0 {
		errno = syscall.EPIPE
	}
	err := c.fail("write", errno)
	c.source.End(poller.Write, poller.More)
	return err
}

func (c *conn) Write(cx *sched.Context, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, c.open()
	}
	p = p[:min(len(p), maxIO)]
	for {
		if err := begin(&c.source, poller.Write, cx); err != nil {
			return 0, err
		}
		n, errno := write(c.source.FD(), p)
		switch {
		case errno == 0 && n == len(p):
			c.source.End(poller.Write, poller.More)
			return n, nil
		case errno == 0 && n > 0:
			c.source.End(poller.Write, poller.Short)
			return n, nil
		case errno == syscall.EAGAIN || errno == 0:
			c.source.End(poller.Write, poller.Drained)
		case errno == syscall.EINTR:
			c.source.End(poller.Write, poller.More)
		case errno == syscall.EPIPE:
			return 0, c.broken(cx)
		default:
			c.keep(errno)
			err := c.fail("write", errno)
			c.source.End(poller.Write, poller.More)
			return 0, err
		}
	}
}

// open returns net.ErrClosed after Close.
func (c *conn) open() error {
	if c.source.IsClosed() {
		return net.ErrClosed
	}
	return nil
}

func (c *conn) Connect(cx *sched.Context) error {
	for {
		if err := begin(&c.source, poller.Write, cx); err != nil {
			return err
		}
		errno := c.source.Failure()
		if errno == 0 {
			errno = c.connected()
		}
		switch errno {
		case 0:
			c.source.End(poller.Write, poller.More)
			return nil
		case syscall.EINPROGRESS, syscall.EALREADY, syscall.EINTR:
			c.source.End(poller.Write, poller.Drained)
		default:
			c.keep(errno)
			c.source.End(poller.Write, poller.More)
			return dialError(c.remote.network, c.remote.addr(), os.NewSyscallError("connect", errno))
		}
	}
}

// connected says how far the connection has come: 0 means that it stands, and
// EINPROGRESS that it does not yet.
func (c *conn) connected() syscall.Errno {
	fd := c.source.FD()
	n, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
	if err != nil {
		return errnoOf(err)
	}
	if n != 0 && syscall.Errno(n) != syscall.EISCONN {
		return syscall.Errno(n)
	}
	// No error may also mean a wake without cause: ask who the other side is.
	peer, err := syscall.Getpeername(fd)
	if err != nil {
		if err == syscall.ENOTCONN {
			return syscall.EINPROGRESS
		}
		return errnoOf(err)
	}
	// A connection to a free port of this machine may get just that port for its
	// own, and so reach itself.
	local, err := syscall.Getsockname(fd)
	if err == nil && endpointOf(local, 0) == endpointOf(peer, 0) {
		return syscall.ECONNREFUSED
	}
	return 0
}

func errnoOf(err error) syscall.Errno {
	if errno, ok := err.(syscall.Errno); ok {
		return errno
	}
	return syscall.EINVAL
}

func (c *conn) Forget(d driver.Direction, t *sched.Task) { c.source.Forget(poller.Direction(d), t) }

func (c *conn) Waits(d driver.Direction, t *sched.Task) bool {
	return c.source.Waits(poller.Direction(d), t)
}

func (c *conn) Wake(d driver.Direction) { c.source.Wake(poller.Direction(d)) }

func (c *conn) Driver() driver.Driver { return c.source.Owner().(driver.Driver) }

func (c *conn) Network() string { return networks[c.remote.network] }

func (c *conn) Closed() bool { return c.source.IsClosed() }

func (c *conn) CloseWrite() error {
	if err := c.source.Hold(); err != nil {
		return err
	}
	defer c.source.Release()
	err := syscall.Shutdown(c.source.FD(), syscall.SHUT_WR)
	if err == nil {
		return nil
	}
	if err == syscall.ENOTCONN { // after an error, which the kernel may not have told yet
		if n, _ := syscall.GetsockoptInt(c.source.FD(), syscall.SOL_SOCKET, syscall.SO_ERROR); n != 0 {
			c.keep(syscall.Errno(n))
		}
		if errno := c.source.Failure(); errno != 0 {
			err = errno
		}
	}
	return c.fail("close", os.NewSyscallError("shutdown", err))
}

// LocalAddr asks the kernel: keeping the address would cost each connection 24
// bytes. After Close it is the empty address.
func (c *conn) LocalAddr() net.Addr {
	if err := c.source.Hold(); err != nil {
		return &net.TCPAddr{}
	}
	defer c.source.Release()
	return localAddr(c.source.FD())
}

func localAddr(fd int) *net.TCPAddr {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return &net.TCPAddr{}
	}
	e := endpointOf(sa, 0)
	return e.addr()
}

func (c *conn) RemoteAddr() net.Addr { return c.remote.addr() }

func (c *conn) Close() error { return c.source.Close() }

// fail returns an error of an operation that is going on: the descriptor is open.
func (c *conn) fail(op string, err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, errno)
	}
	return &net.OpError{
		Op:     op,
		Net:    networks[c.remote.network],
		Source: localAddr(c.source.FD()),
		Addr:   c.remote.addr(),
		Err:    err,
	}
}

func dialError(network uint8, addr net.Addr, err error) error {
	return &net.OpError{Op: "dial", Net: networks[network], Addr: addr, Err: err}
}
