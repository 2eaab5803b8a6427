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

// conn is a connection: 64 bytes, and no buffer. Its source keeps the waiters, the notes and the
// handle.
type conn struct {
	source poller.Source
	remote endpoint
}

var _ driver.Conn = (*conn)(nil)

func (c *conn) Notes() *driver.Notes { return &c.source.Notes }

func (c *conn) HoldHandle(h *driver.Handle, found func(driver.Conn)) bool {
	c.source.HoldHandle(h, found)
	return true
}

// maxIO bounds one read or write, as in package net: the kernel would cut a longer
// one, and a cut one must not count as a drained socket.
const maxIO = 1 << 30

func (c *conn) Read(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	if len(p) == 0 {
		return 0, driver.Ready, c.checkOpen()
	}
	p = p[:min(len(p), maxIO)]
	for {
		if poll, err := c.source.Begin(driver.Reading, cx.Task()); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		n, errno := read(c.source.FD(), p)
		switch {
		case errno == 0 && n == len(p):
			c.source.End(driver.Reading, poller.More)
			return n, driver.Ready, nil
		case errno == 0 && n > 0:
			c.source.End(driver.Reading, c.short())
			return n, driver.Ready, nil
		case errno == 0 && c.remote.network == unixPacket && !hasEnded(c.source.FD()):
			c.source.End(driver.Reading, poller.More)
			return 0, driver.Ready, nil // an empty packet
		case errno == 0:
			return c.endRead(cx)
		case errno == syscall.EAGAIN:
			c.source.End(driver.Reading, poller.Drained)
		case errno == syscall.EINTR:
			c.source.End(driver.Reading, poller.More)
		case c.defersError(errno): // and reads on
		default:
			return 0, driver.Ready, c.endFailed(driver.Reading, errno)
		}
	}
}

func (c *conn) Write(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	if len(p) == 0 {
		return 0, driver.Ready, c.checkOpen()
	}
	p = p[:min(len(p), maxIO)]
	for {
		if poll, err := c.source.Begin(driver.Writing, cx.Task()); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		n, errno := write(c.source.FD(), p)
		switch {
		case errno == 0 && n == len(p):
			c.source.End(driver.Writing, poller.More)
			return n, driver.Ready, nil
		case errno == 0 && n > 0:
			c.source.End(driver.Writing, poller.Short)
			return n, driver.Ready, nil
		case errno == syscall.EAGAIN || errno == 0:
			c.source.End(driver.Writing, poller.Drained)
		case errno == syscall.EINTR:
			c.source.End(driver.Writing, poller.More)
		case errno == syscall.EPIPE:
			return c.endBroken(cx)
		default:
			return 0, driver.Ready, c.endFailed(driver.Writing, errno)
		}
	}
}

// short is what a read has found that has not filled its buffer. That of a Unix socket has ended
// with a packet, or with a message that passes files: there may be others.
func (c *conn) short() poller.Outcome {
	if c.remote.network >= firstUnix {
		return poller.More
	}
	return poller.Short
}

// endRead ends a read that has found no more bytes. That is how the kernel answers at the
// end of the stream, and also after a reset that it has reported to a write. So the read
// waits for a write that is under way, which takes no longer than its system call.
func (c *conn) endRead(cx *sched.Context) (int, driver.Poll, error) {
	if c.source.Follow(driver.Reading, cx.Task()) {
		return 0, driver.Pending, nil
	}
	err := io.EOF
	if errno := c.source.Failure(); errno != 0 {
		err = c.opError("read", errno)
	}
	c.source.End(driver.Reading, poller.More)
	return 0, driver.Ready, err
}

// endBroken ends a write that the kernel has answered with EPIPE. It does so after this
// end's CloseWrite, and also after a reset that it has reported to a read.
func (c *conn) endBroken(cx *sched.Context) (int, driver.Poll, error) {
	if c.source.Follow(driver.Writing, cx.Task()) {
		return 0, driver.Pending, nil
	}
	errno := c.source.Failure()
	if errno == 0 {
		errno = syscall.EPIPE
	}
	err := c.opError("write", errno)
	c.source.End(driver.Writing, poller.More)
	return 0, driver.Ready, err
}

// endFailed ends a read or write that has failed with errno, and returns the error.
func (c *conn) endFailed(d driver.Direction, errno syscall.Errno) error {
	c.keepError(errno)
	op := "read"
	if d == driver.Writing {
		op = "write"
	}
	err := c.opError(op, errno)
	c.source.End(d, poller.More)
	return err
}

// defersError ends a read whose error comes ahead of what was sent before it, as that of a
// unixpacket socket does. The error is kept for the end.
func (c *conn) defersError(errno syscall.Errno) bool {
	if c.remote.network != unixPacket || !lasts(errno) || c.source.Failure() != 0 {
		return false
	}
	c.keepError(errno)
	c.source.End(driver.Reading, poller.More)
	return true
}

// keepError keeps an error that the kernel does not report again.
func (c *conn) keepError(errno syscall.Errno) {
	if lasts(errno) {
		c.source.Fail(errno)
	}
}

// checkOpen returns net.ErrClosed after Close.
func (c *conn) checkOpen() error {
	if c.source.IsClosed() {
		return net.ErrClosed
	}
	return nil
}

func (c *conn) Connect(cx *sched.Context) (driver.Poll, error) {
	for {
		if poll, err := c.source.Begin(driver.Writing, cx.Task()); poll == driver.Pending || err != nil {
			return poll, err
		}
		errno := c.source.Failure()
		if errno == 0 {
			errno = c.connected()
		}
		switch errno {
		case 0:
			c.source.End(driver.Writing, poller.More)
			return driver.Ready, nil
		case syscall.EINPROGRESS, syscall.EALREADY, syscall.EINTR:
			c.source.End(driver.Writing, poller.Drained)
		default:
			c.keepError(errno)
			c.source.End(driver.Writing, poller.More)
			return driver.Ready, dialError(c.remote.network, c.peerAddr(), os.NewSyscallError("connect", errno))
		}
	}
}

// connected returns how far the connection has come: 0 says that it is established, and
// EINPROGRESS that it is not yet.
func (c *conn) connected() syscall.Errno {
	fd := c.source.FD()
	n, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
	if err != nil {
		return errnoOf(err)
	}
	if n != 0 && syscall.Errno(n) != syscall.EISCONN {
		return syscall.Errno(n)
	}
	// No error may also mean a wake without cause. Only an established connection has
	// the address of the other side.
	peer, err := syscall.Getpeername(fd)
	if err != nil {
		if err == syscall.ENOTCONN {
			return syscall.EINPROGRESS
		}
		return errnoOf(err)
	}
	if c.remote.network >= firstUnix {
		return 0
	}
	// A connection to a free port of this machine may get just that port as its own, and
	// so reach itself.
	local, err := syscall.Getsockname(fd)
	if err == nil && endpointOf(local, 0).is(endpointOf(peer, 0)) {
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

func (c *conn) Wait(d driver.Direction, t *sched.Task)       { c.source.Wait(d, t) }
func (c *conn) Waits(d driver.Direction, t *sched.Task) bool { return c.source.Waits(d, t) }
func (c *conn) Forget(d driver.Direction, t *sched.Task)     { c.source.Forget(d, t) }
func (c *conn) Wake(d driver.Direction)                      { c.source.Wake(d) }

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
	if err == syscall.ENOTCONN { // after an error, which the kernel may not have reported yet
		if n, _ := syscall.GetsockoptInt(c.source.FD(), syscall.SOL_SOCKET, syscall.SO_ERROR); n != 0 {
			c.keepError(syscall.Errno(n))
		}
		if errno := c.source.Failure(); errno != 0 {
			err = errno
		}
	}
	return c.opError("close", os.NewSyscallError("shutdown", err))
}

// Set changes an option. The first write or read after it has its effect.
func (c *conn) Set(o driver.Option) error {
	if err := c.source.Hold(); err != nil {
		return err
	}
	defer c.source.Release()
	return setOption(c.source.FD(), c.remote.network, o)
}

// LocalAddr asks the kernel: to keep the address would cost each connection 24
// bytes. After Close it is the empty address.
func (c *conn) LocalAddr() net.Addr {
	if err := c.source.Hold(); err != nil {
		return emptyAddr(c.remote.network)
	}
	defer c.source.Release()
	return localAddr(c.source.FD(), c.remote.network)
}

func localAddr(fd int, network uint8) net.Addr {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return emptyAddr(network)
	}
	return addrOf(sa, network)
}

// addrOf returns an address of the kernel as one of package net.
func addrOf(sa syscall.Sockaddr, network uint8) net.Addr {
	if sa, ok := sa.(*syscall.SockaddrUnix); ok {
		return &net.UnixAddr{Name: sa.Name, Net: networks[network]}
	}
	e := endpointOf(sa, network)
	return e.addr()
}

func emptyAddr(network uint8) net.Addr {
	if network >= firstUnix {
		return &net.UnixAddr{Net: networks[network]}
	}
	return &net.TCPAddr{}
}

// RemoteAddr asks the kernel for the path of a Unix socket, as LocalAddr does.
func (c *conn) RemoteAddr() net.Addr {
	if c.remote.network < firstUnix {
		return c.remote.addr()
	}
	if err := c.source.Hold(); err != nil {
		return emptyAddr(c.remote.network)
	}
	defer c.source.Release()
	return c.peerAddr()
}

// peerAddr is RemoteAddr while the descriptor is open.
func (c *conn) peerAddr() net.Addr {
	if c.remote.network < firstUnix {
		return c.remote.addr()
	}
	sa, err := syscall.Getpeername(c.source.FD())
	if err != nil {
		return emptyAddr(c.remote.network)
	}
	return addrOf(sa, c.remote.network)
}

func (c *conn) Close() error { return c.source.Close() }

// opError returns the error of an operation under way: the descriptor is open.
func (c *conn) opError(op string, err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, errno)
	}
	return &net.OpError{
		Op:     op,
		Net:    networks[c.remote.network],
		Source: localAddr(c.source.FD(), c.remote.network),
		Addr:   c.peerAddr(),
		Err:    err,
	}
}

func dialError(network uint8, addr net.Addr, err error) error {
	return &net.OpError{Op: "dial", Net: networks[network], Addr: addr, Err: err}
}
