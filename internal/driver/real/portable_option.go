//go:build !linux || portable

package real

import (
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/driver"
)

// preparation has the options for a socket that is not bound or connected yet.
type preparation struct {
	shared  bool
	hooks   []driver.Control
	local   netip.AddrPort
	timeout driver.UserTimeout // of the connecting too; 0: none
}

// split splits options into those that are set before, and those for a connection that is
// established.
func split(opts []driver.Option) (before preparation, after []driver.Option) {
	for _, o := range opts {
		switch o := o.(type) {
		case driver.ReusePort:
			before.shared = true
		case driver.Control:
			before.hooks = append(before.hooks, o)
		case driver.LocalAddr:
			a := netip.AddrPort(o)
			before.local = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
		case driver.UserTimeout:
			before.timeout = o
			after = append(after, o)
		default:
			after = append(after, o)
		}
	}
	return before, after
}

// control is the Control of package net.
func (p preparation) control(network, address string, c syscall.RawConn) error {
	if p.shared {
		if err := share(c); err != nil {
			return err
		}
	}
	for _, hook := range p.hooks {
		if err := hook(network, address, c); err != nil {
			return err
		}
	}
	return nil
}

// controlDial is control for a socket that connects.
func (p preparation) controlDial(network, address string, c syscall.RawConn) error {
	if p.timeout != 0 && !driver.IsUnix(network) {
		if err := setRawUserTimeout(c, p.timeout); err != nil {
			return err
		}
	}
	return p.control(network, address, c)
}

func setAll(c net.Conn, opts []driver.Option) error {
	for _, o := range opts {
		if err := setOption(c, o); err != nil {
			return err
		}
	}
	return nil
}

func setOption(c net.Conn, o driver.Option) error {
	if unix, ok := c.(*net.UnixConn); ok {
		switch o := o.(type) {
		case driver.ReadBuffer:
			return unix.SetReadBuffer(int(o))
		case driver.WriteBuffer:
			return unix.SetWriteBuffer(int(o))
		}
		return errOnlyTCP
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return errOnlyTCP
	}
	switch o := o.(type) {
	case driver.NoDelay:
		return tcp.SetNoDelay(bool(o))
	case driver.Linger:
		return tcp.SetLinger(int(o))
	case driver.KeepAlive:
		return tcp.SetKeepAliveConfig(net.KeepAliveConfig(o))
	case driver.ReadBuffer:
		return tcp.SetReadBuffer(int(o))
	case driver.WriteBuffer:
		return tcp.SetWriteBuffer(int(o))
	case driver.UserTimeout:
		raw, err := tcp.SyscallConn()
		if err != nil {
			return err
		}
		return setRawUserTimeout(raw, o)
	}
	return driver.Unsupported("this option is for a socket that is being made")
}

func setRawUserTimeout(c syscall.RawConn, o driver.UserTimeout) (err error) {
	failed := c.Control(func(fd uintptr) { err = setUserTimeout(int(fd), time.Duration(o)) })
	if failed != nil {
		return failed
	}
	return err
}

// hasEnded reports whether the other side has ended what this one reads.
func (c *portableConn) hasEnded() (ended bool) {
	raw, err := c.inner.(syscall.Conn).SyscallConn()
	if err != nil || raw.Control(func(fd uintptr) { ended = hasEnded(int(fd)) }) != nil {
		return true
	}
	return ended
}
