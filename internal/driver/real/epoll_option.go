//go:build linux && !portable

package real

import (
	"errors"
	"math"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/driver"
)

// prepare gives the socket fd its options, before it is bound to the address a, or
// connected to it.
func prepare(fd int, a driver.Address, v6 bool, opts []driver.Option) error {
	for _, o := range opts {
		var err error
		switch o := o.(type) {
		case driver.ReusePort:
			err = setInt(fd, syscall.SOL_SOCKET, reusePort, 1)
		case driver.Control:
			network := a.Network
			switch {
			case driver.IsUnix(network):
			case v6:
				network = "tcp6"
			default:
				network = "tcp4"
			}
			err = o(network, a.Net().String(), rawConn(fd))
		case driver.LocalAddr:
			if driver.IsUnix(a.Network) {
				return errOnlyTCP
			}
			err = bindLocal(fd, netip.AddrPort(o), v6)
		default:
			err = setOption(fd, indexOf(a.Network), o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bindLocal has a connection start at an address of this machine. The port, if it is left
// open, is chosen when the connection begins: until then one that is in use by a
// connection to another address is good as well.
func bindLocal(fd int, local netip.AddrPort, v6 bool) error {
	ip := local.Addr().Unmap()
	if ip.Is6() != v6 {
		return &net.AddrError{Err: "mismatched local address type", Addr: ip.String()}
	}
	if local.Port() == 0 {
		const noPort = 24 // IP_BIND_ADDRESS_NO_PORT
		if err := setInt(fd, syscall.IPPROTO_IP, noPort, 1); err != nil {
			return err
		}
	}
	return os.NewSyscallError("bind", syscall.Bind(fd, sockaddr(ip, local.Port(), v6)))
}

// setOption changes an option of a connection, or one that the connections of a listener
// get from it.
func setOption(fd int, network uint8, o driver.Option) error {
	if network >= firstUnix && isOnlyTCP(o) {
		return errOnlyTCP
	}
	switch o := o.(type) {
	case driver.NoDelay:
		return setInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, intOf(bool(o)))
	case driver.Linger:
		linger := syscall.Linger{Onoff: int32(intOf(o >= 0))}
		return os.NewSyscallError("setsockopt", syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &linger))
	case driver.KeepAlive:
		return setKeepAlive(fd, net.KeepAliveConfig(o))
	case driver.ReadBuffer:
		return setInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, int(o))
	case driver.WriteBuffer:
		return setInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, int(o))
	case driver.UserTimeout:
		return setUserTimeout(fd, time.Duration(o))
	}
	return driver.Unsupported("this option is for a socket that is being made")
}

func setKeepAlive(fd int, c net.KeepAliveConfig) error {
	errs := []error{setInt(fd, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, intOf(c.Enable))}
	if c.Idle >= 0 {
		errs = append(errs, setInt(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, seconds(c.Idle)))
	}
	if c.Interval >= 0 {
		errs = append(errs, setInt(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, seconds(c.Interval)))
	}
	if c.Count == 0 {
		c.Count = driver.KeepAliveCount
	}
	if c.Count > 0 {
		errs = append(errs, setInt(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, c.Count))
	}
	return errors.Join(errs...)
}

// seconds returns d in whole seconds, rounded up, and the default for 0.
func seconds(d time.Duration) int {
	if d == 0 {
		d = driver.KeepAlivePeriod
	}
	return int(min((d+time.Second-1)/time.Second, math.MaxInt16))
}

func setInt(fd, level, name, value int) error {
	return os.NewSyscallError("setsockopt", syscall.SetsockoptInt(fd, level, name, value))
}

func intOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rawConn is a descriptor that is not registered yet, for a Control.
type rawConn int

var errNotYet = driver.Unsupported("the socket is not connected yet")

func (c rawConn) Control(f func(fd uintptr)) error  { f(uintptr(c)); return nil }
func (c rawConn) Read(func(fd uintptr) bool) error  { return errNotYet }
func (c rawConn) Write(func(fd uintptr) bool) error { return errNotYet }
