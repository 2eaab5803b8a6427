//go:build linux && !portable

package real

import (
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

// packetConn is a socket for datagrams. Its source keeps the waiters.
type packetConn struct {
	source  poller.Source
	network string
	v6      bool
	local   net.Addr
	remote  net.Addr // nil: not connected
	file    *socketFile
}

var _ driver.PacketConn = (*packetConn)(nil)

func (d *epollDriver) ListenPacket(network, text string, opts ...driver.Option) (driver.PacketConn, error) {
	a, err := driver.ParsePacketAddress(network, text)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	fd, v6, err := listenPacket(a, opts)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: a.Net(), Err: err}
	}
	c := &packetConn{network: network, v6: v6, local: packetAddr(fd, network)}
	c.file = d.files.add(c.local)
	if err := d.Open(&c.source, fd, poller.Connections, true); err != nil {
		syscall.Close(fd)
		c.file.remove()
		return nil, &net.OpError{Op: "listen", Net: network, Addr: a.Net(), Err: err}
	}
	return c, nil
}

// listenPacket opens a socket that is bound to a. A wildcard of the network udp is IPv6 that
// takes IPv4 as well, where the machine has IPv6. A socket at the address of a group is one of
// several that share the port.
func listenPacket(a driver.Address, opts []driver.Option) (fd int, v6 bool, err error) {
	bound := a
	shares := a.IP.IsMulticast()
	if shares {
		bound.IP = netip.IPv6Unspecified()
		if a.IP.Is4() {
			bound.IP = netip.IPv4Unspecified()
		}
	}
	bind := func(v6, onlyV6 bool) (int, bool, error) {
		fd, err := openPacket(a, v6, opts)
		if err != nil {
			return -1, v6, err
		}
		if v6 {
			err = setInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, intOf(onlyV6))
		}
		if err == nil && shares {
			err = setInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
		}
		if err == nil {
			var at syscall.Sockaddr = &syscall.SockaddrUnix{Name: a.Path}
			if !driver.IsUnix(a.Network) {
				at = sockaddr(bound.IP, bound.Port, v6)
			}
			err = os.NewSyscallError("bind", syscall.Bind(fd, at))
		}
		if err != nil {
			syscall.Close(fd)
		}
		return fd, v6, err
	}
	switch {
	case driver.IsUnix(a.Network), a.Network == "udp4", a.IP.Is4() && (shares || !a.IsWildcard()):
		return bind(false, false)
	case a.Network == "udp6":
		return bind(true, true)
	case shares || !a.IsWildcard():
		return bind(true, false)
	}
	fd, v6, err = bind(true, false)
	if err != nil && !a.IP.Is6() && hasNoIPv6(err) {
		return bind(false, false)
	}
	return fd, v6, err
}

func (d *epollDriver) DialPacket(network, text string, opts ...driver.Option) (driver.PacketConn, error) {
	a, err := driver.ParsePacketAddress(network, text)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	a = a.ToLocal()
	fail := func(err error) (driver.PacketConn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: a.Net(), Err: err}
	}
	v6 := a.IP.Is6()
	fd, err := openPacket(a, v6, opts)
	if err != nil {
		return fail(err)
	}
	var to syscall.Sockaddr = &syscall.SockaddrUnix{Name: a.Path}
	if !driver.IsUnix(network) {
		to = sockaddr(a.IP, a.Port, v6)
	}
	c := &packetConn{network: network, v6: v6, remote: a.Net()}
	if err = os.NewSyscallError("connect", syscall.Connect(fd, to)); err == nil {
		c.local = packetAddr(fd, network)
		err = d.Open(&c.source, fd, poller.Connections, true)
	}
	if err != nil {
		syscall.Close(fd)
		return fail(err)
	}
	return c, nil
}

// openPacket makes a socket for datagrams that does not block and is not inherited by other
// programs, with its options.
func openPacket(a driver.Address, v6 bool, opts []driver.Option) (fd int, err error) {
	family := syscall.AF_INET
	switch {
	case driver.IsUnix(a.Network):
		family = syscall.AF_UNIX
	case v6:
		family = syscall.AF_INET6
	}
	if fd, err = openSocket(family, syscall.SOCK_DGRAM, 0); err != nil {
		return -1, err
	}
	if !driver.IsUnix(a.Network) { // as package net
		err = setInt(fd, syscall.SOL_SOCKET, syscall.SO_BROADCAST, 1)
	}
	for _, o := range opts {
		if err != nil {
			break
		}
		err = preparePacket(fd, a, v6, o)
	}
	if err != nil {
		syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

func preparePacket(fd int, a driver.Address, v6 bool, o driver.Option) error {
	switch o := o.(type) {
	case driver.ReusePort:
		return setInt(fd, syscall.SOL_SOCKET, reusePort, 1)
	case driver.Control:
		network := a.Network
		switch {
		case driver.IsUnix(network):
		case v6:
			network = "udp6"
		default:
			network = "udp4"
		}
		return o(network, a.Net().String(), rawConn(fd))
	case driver.LocalAddr:
		if driver.IsUnix(a.Network) {
			return errOnlyUDP
		}
		local := netip.AddrPort(o)
		ip := local.Addr().Unmap()
		if ip.Is6() != v6 {
			return &net.AddrError{Err: "mismatched local address type", Addr: ip.String()}
		}
		return os.NewSyscallError("bind", syscall.Bind(fd, sockaddr(ip, local.Port(), v6)))
	}
	return setPacketOption(fd, a.Network, v6, o)
}

// packetAddr returns the address that a socket is bound to.
func packetAddr(fd int, network string) net.Addr {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return driver.Peer{}.Net(network)
	}
	return peerOf(sa).Net(network)
}

func (c *packetConn) isUnix() bool { return driver.IsUnix(c.network) }

func (c *packetConn) ReadFrom(cx *sched.Context, p []byte) (n int, from driver.Peer, poll driver.Poll, err error) {
	for {
		if poll, err := c.source.Begin(driver.Reading, cx.Task()); poll == driver.Pending || err != nil {
			return 0, from, poll, err
		}
		var errno syscall.Errno
		switch {
		case c.remote != nil:
			n, errno = read(c.source.FD(), p)
		case c.isUnix():
			n, from, errno = receiveUnix(c.source.FD(), p)
		default:
			n, from, errno = receive(c.source.FD(), p)
		}
		switch errno {
		case 0: // there may be others
			c.source.End(driver.Reading, poller.More)
			if c.remote != nil {
				from = c.connectedTo()
			}
			return n, from, driver.Ready, nil
		case syscall.EAGAIN:
			c.source.End(driver.Reading, poller.Drained)
		case syscall.EINTR:
			c.source.End(driver.Reading, poller.More)
		default: // the kernel reports it once, and goes on
			c.source.End(driver.Reading, poller.More)
			return 0, from, driver.Ready, c.opError("read", nil, errno)
		}
	}
}

// connectedTo returns the remote address.
func (c *packetConn) connectedTo() driver.Peer {
	switch a := c.remote.(type) {
	case *net.UDPAddr:
		return driver.Peer{AddrPort: a.AddrPort()}
	case *net.UnixAddr:
		return driver.Peer{Path: a.Name}
	}
	return driver.Peer{}
}

// receiveUnix is receive by package syscall, for a Unix socket too.
func receiveUnix(fd int, p []byte) (int, driver.Peer, syscall.Errno) {
	n, sa, err := syscall.Recvfrom(fd, p, recvFlags)
	if err != nil {
		return 0, driver.Peer{}, errnoOf(err)
	}
	return n, peerOf(sa), 0
}

func (c *packetConn) WriteTo(cx *sched.Context, p []byte, to driver.Peer) (driver.Poll, error) {
	if err := c.checkReceiver(to); err != nil {
		return driver.Ready, err
	}
	for {
		if poll, err := c.source.Begin(driver.Writing, cx.Task()); poll == driver.Pending || err != nil {
			return poll, err
		}
		var errno syscall.Errno
		switch {
		case to == driver.Peer{}:
			_, errno = write(c.source.FD(), p)
		case c.isUnix():
			err := syscall.Sendto(c.source.FD(), p, sendFlags, &syscall.SockaddrUnix{Name: to.Path})
			if err != nil {
				errno = errnoOf(err)
			}
		default:
			errno = send(c.source.FD(), p, to.AddrPort, c.v6)
		}
		switch {
		case errno == 0:
			c.source.End(driver.Writing, poller.More)
			return driver.Ready, nil
		case errno == syscall.EAGAIN && (to.Path == "" || c.remote != nil):
			c.source.End(driver.Writing, poller.Drained)
		case errno == syscall.EINTR:
			c.source.End(driver.Writing, poller.More)
		default:
			c.source.End(driver.Writing, poller.More)
			return driver.Ready, c.opError("write", to.Net(c.network), errno)
		}
	}
}

// checkReceiver returns an error unless a datagram can go to a receiver.
func (c *packetConn) checkReceiver(to driver.Peer) error {
	err := driver.CheckReceiver(c.network, c.remote, to)
	if ip := to.AddrPort.Addr(); err == nil && !c.v6 && ip.IsValid() && !ip.Unmap().Is4() {
		err = &net.AddrError{Err: "non-IPv4 address", Addr: ip.String()}
	}
	switch {
	case err == nil:
		return nil
	case c.source.IsClosed():
		return net.ErrClosed
	}
	return c.opError("write", to.Net(c.network), err)
}

func (c *packetConn) Wait(d driver.Direction, t *sched.Task)       { c.source.Wait(d, t) }
func (c *packetConn) Waits(d driver.Direction, t *sched.Task) bool { return c.source.Waits(d, t) }
func (c *packetConn) Forget(d driver.Direction, t *sched.Task)     { c.source.Forget(d, t) }
func (c *packetConn) Wake(d driver.Direction)                      { c.source.Wake(d) }

func (c *packetConn) Driver() driver.Driver { return c.source.Owner().(driver.Driver) }
func (c *packetConn) Network() string       { return c.network }
func (c *packetConn) LocalAddr() net.Addr   { return c.local }
func (c *packetConn) RemoteAddr() net.Addr  { return c.remote }
func (c *packetConn) Closed() bool          { return c.source.IsClosed() }

func (c *packetConn) Set(o driver.Option) error {
	if err := c.source.Hold(); err != nil {
		return err
	}
	defer c.source.Release()
	return setPacketOption(c.source.FD(), c.network, c.v6, o)
}

func (c *packetConn) Close() error {
	err := c.source.Close()
	c.file.remove()
	return err
}

// opError returns an error as package net does. addr is the receiver; nil stands for the
// remote address.
func (c *packetConn) opError(op string, addr net.Addr, err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, errno)
	}
	if c.remote != nil {
		addr = c.remote
	}
	return &net.OpError{Op: op, Net: c.network, Source: c.local, Addr: addr, Err: err}
}
