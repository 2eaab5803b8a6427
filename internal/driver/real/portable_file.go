//go:build !linux || portable

package real

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

func (d *portableDriver) ConnFromFile(f *os.File) (driver.Conn, error) {
	inner, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	network := inner.LocalAddr().Network()
	if driver.CheckNetwork(network) != nil || inner.RemoteAddr() == nil {
		inner.Close()
		return nil, &net.OpError{Op: "file", Net: "file", Err: errOtherFile}
	}
	c := &portableConn{driver: d, network: network, inner: inner, remote: inner.RemoteAddr()}
	if !d.add(c) {
		inner.Close()
		return nil, &net.OpError{Op: "file", Net: "file", Err: net.ErrClosed}
	}
	return c, nil
}

func (d *portableDriver) ListenerFromFile(f *os.File) (driver.Listener, error) {
	inner, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	listens := false
	if raw, err := inner.(syscall.Conn).SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { listens = isListening(fd) })
	}
	if !listens {
		inner.Close()
		return nil, &net.OpError{Op: "file", Net: "file", Err: errOtherFile}
	}
	if unix, ok := inner.(*net.UnixListener); ok {
		unix.SetUnlinkOnClose(false)
	}
	l := &portableListener{driver: d, network: inner.Addr().Network(), inner: inner, done: make(chan struct{})}
	if !d.add(l) {
		inner.Close()
		return nil, &net.OpError{Op: "file", Net: "file", Err: net.ErrClosed}
	}
	return l, nil
}

var errOtherFile = driver.Unsupported("it is no socket of this kind")

// fileOf returns a file with a duplicate of a socket. That of package net would make the socket
// block, for all of its descriptors, when its Fd is asked for.
func fileOf(socket any, name string) (*os.File, error) {
	raw, err := socket.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	if failed := raw.Control(func(old uintptr) { fd, err = duplicate(old) }); failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

func (c *portableConn) File() (*os.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.inner == nil {
		return nil, net.ErrClosed
	}
	return fileOf(c.inner, fmt.Sprintf("%s:%v->%v", c.network, c.inner.LocalAddr(), c.remote))
}

func (l *portableListener) File() (*os.File, error) {
	if l.Closed() {
		return nil, net.ErrClosed
	}
	return fileOf(l.inner, fmt.Sprintf("%s:%v", l.network, l.Addr()))
}

func (c *portableConn) Credentials() (of driver.Credentials, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.inner == nil {
		return of, net.ErrClosed
	}
	raw, err := c.inner.(syscall.Conn).SyscallConn()
	if err != nil {
		return of, err
	}
	if failed := raw.Control(func(fd uintptr) { of, err = credentials(int(fd)) }); failed != nil {
		return of, failed
	}
	return of, err
}
