//go:build linux && !portable

package real

import (
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
)

// openUnix makes a Unix socket that does not block and is not inherited by other programs,
// with its options.
func openUnix(a driver.Address, opts []driver.Option) (fd int, err error) {
	kind := syscall.SOCK_STREAM
	if a.Network == driver.UnixPacket {
		kind = syscall.SOCK_SEQPACKET
	}
	if fd, err = openSocket(syscall.AF_UNIX, kind, 0); err != nil {
		return -1, err
	}
	if err := prepare(fd, a, false, opts); err != nil {
		syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

// listenUnix opens a socket that listens at the path of a. An empty path is one that the
// kernel chooses.
func listenUnix(a driver.Address, opts []driver.Option) (int, error) {
	fd, err := openUnix(a, opts)
	if err != nil {
		return -1, err
	}
	call := "bind"
	if err = syscall.Bind(fd, &syscall.SockaddrUnix{Name: a.Path}); err == nil {
		const backlog = 1<<16 - 1 // the kernel limits it to net.core.somaxconn
		call, err = "listen", syscall.Listen(fd, backlog)
	}
	if err != nil {
		syscall.Close(fd)
		return -1, os.NewSyscallError(call, err)
	}
	return fd, nil
}

// dialUnix connects to the path of a. That is done at once, or fails: with EAGAIN when the
// queue of the listener is full.
func (d *epollDriver) dialUnix(a driver.Address, opts []driver.Option) (driver.Conn, error) {
	network := indexOf(a.Network)
	fd, err := openUnix(a, opts)
	if err != nil {
		return nil, dialError(network, a.Net(), err)
	}
	for {
		err = syscall.Connect(fd, &syscall.SockaddrUnix{Name: a.Path})
		if err != syscall.EINTR {
			break
		}
	}
	c := &conn{remote: endpoint{network: network}}
	if err == nil {
		if err = d.Open(&c.source, fd, poller.Connections, true); err == nil {
			return c, nil
		}
	} else {
		err = os.NewSyscallError("connect", err)
	}
	syscall.Close(fd)
	return nil, dialError(network, a.Net(), err)
}
