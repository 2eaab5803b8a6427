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
	p = p[:min(len(p), maxIO)]
	if len(p) == 0 {
		return 0, nil
	}
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
			c.source.End(poller.Read, poller.More)
			return 0, io.EOF
		case errno == syscall.EAGAIN:
			c.source.End(poller.Read, poller.Drained)
		case errno == syscall.EINTR:
			c.source.End(poller.Read, poller.More)
		default:
			err := c.fail("read", errno)
			c.source.End(poller.Read, poller.More)
			return 0, err
		}
	}
}

func (c *conn) Write(cx *sched.Context, p []byte) (int, error) {
	p = p[:min(len(p), maxIO)]
	if len(p) == 0 {
		return 0, nil
	}
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
		default:
			err := c.fail("write", errno)
			c.source.End(poller.Write, poller.More)
			return 0, err
		}
	}
}

func (c *conn) Connect(cx *sched.Context) error {
	for {
		if err := begin(&c.source, poller.Write, cx); err != nil {
			return err
		}
		errno := c.connected()
		switch errno {
		case 0:
			c.source.End(poller.Write, poller.More)
			return nil
		case syscall.EINPROGRESS, syscall.EALREADY, syscall.EINTR:
			c.source.End(poller.Write, poller.Drained)
		default:
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

func (c *conn) Forget(t *sched.Task) { c.source.Forget(t) }

func (c *conn) CloseWrite() error {
	if err := c.source.Hold(); err != nil {
		return err
	}
	defer c.source.Release()
	if err := syscall.Shutdown(c.source.FD(), syscall.SHUT_WR); err != nil {
		return c.fail("close", os.NewSyscallError("shutdown", err))
	}
	return nil
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
