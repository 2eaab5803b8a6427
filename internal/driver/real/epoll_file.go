//go:build linux && !portable

package real

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
)

// A duplicate shares the kernel's object with its original, and epoll reports the object until
// the last duplicate is closed. So a source that is closed may get events for as long as
// another program has a duplicate of it: the poller drops them by their generation.

// takeOver returns a duplicate of the socket in f, which does not block, and its network.
// listens says what it must be.
func takeOver(f *os.File, listens bool) (fd int, network uint8, err error) {
	fd, err = takeOverAs(f, func(fd int) error {
		network, err = networkOf(fd, listens)
		return err
	})
	return fd, network, err
}

// takeOverAs returns a duplicate of the socket in f, which does not block, unless check says that it is
// of another kind.
func takeOverAs(f *os.File, check func(fd int) error) (fd int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	if failed := raw.Control(func(old uintptr) { fd, err = duplicate(old) }); failed != nil {
		return -1, failed
	}
	if err != nil {
		return -1, err
	}
	if err = check(fd); err == nil {
		err = os.NewSyscallError("setnonblock", syscall.SetNonblock(fd, true))
	}
	if err != nil {
		syscall.Close(fd)
		return -1, fmt.Errorf("file %s: %w", f.Name(), err)
	}
	return fd, nil
}

var errOtherFile = driver.Unsupported("it is no socket of this kind")

// networkOf returns the network of a socket that listens, or is connected.
func networkOf(fd int, listens bool) (network uint8, err error) {
	accepts, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
	if err != nil {
		return 0, os.NewSyscallError("getsockopt", err)
	}
	kind, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE)
	if err != nil {
		return 0, os.NewSyscallError("getsockopt", err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	_, isUnix := at.(*syscall.SockaddrUnix)
	switch {
	case (accepts != 0) != listens:
	case isUnix && kind == syscall.SOCK_STREAM:
		return firstUnix, nil
	case isUnix && kind == syscall.SOCK_SEQPACKET:
		return unixPacket, nil
	case kind == syscall.SOCK_STREAM:
		return 0, nil
	}
	return 0, errOtherFile
}

func fileError(err error) error { return &net.OpError{Op: "file", Net: "file", Err: err} }

func (d *epollDriver) ConnFromFile(f *os.File) (driver.Conn, error) {
	fd, network, err := takeOver(f, false)
	if err != nil {
		return nil, fileError(err)
	}
	c := &conn{remote: endpoint{network: network}}
	peer, err := syscall.Getpeername(fd)
	if err != nil {
		err = os.NewSyscallError("getpeername", err)
	} else if err = adopt(fd, network); err == nil {
		c.remote = endpointOf(peer, network)
		err = d.Open(&c.source, fd, poller.Connections, true)
	}
	if err != nil {
		syscall.Close(fd)
		return nil, fileError(err)
	}
	return c, nil
}

func (d *epollDriver) ListenerFromFile(f *os.File) (driver.Listener, error) {
	fd, network, err := takeOver(f, true)
	if err != nil {
		return nil, fileError(err)
	}
	l := &listener{poller: d.Poller, network: network, addr: localAddr(fd, network), adopts: true}
	l.isShared.Store(true)
	// It may have connections already, which no edge announces.
	if err := d.Open(&l.source, fd, poller.Listeners, true); err != nil {
		syscall.Close(fd)
		return nil, fileError(err)
	}
	return l, nil
}

// adopt gives a connection the options of all others. Who has made it, or its listener, may have
// left them to the program that uses it, as systemd and package net do.
func adopt(fd int, network uint8) error {
	if network >= firstUnix {
		return nil
	}
	return setDefaults(fd)
}

// fileOf returns a file with a duplicate of the descriptor of s.
func fileOf(s *poller.Source, name string) (*os.File, error) {
	if err := s.Hold(); err != nil {
		return nil, err
	}
	defer s.Release()
	fd, err := duplicate(uintptr(s.FD()))
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

func (c *conn) File() (*os.File, error) {
	return fileOf(&c.source, fmt.Sprintf("%s:%v->%v", c.Network(), c.LocalAddr(), c.RemoteAddr()))
}

func (l *listener) File() (*os.File, error) {
	l.isShared.Store(true)
	return fileOf(&l.source, fmt.Sprintf("%s:%v", l.Network(), l.addr))
}

func (c *conn) Credentials() (driver.Credentials, error) {
	if err := c.source.Hold(); err != nil {
		return driver.Credentials{}, err
	}
	defer c.source.Release()
	return credentials(c.source.FD())
}
