package simulated

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// packetConn is a socket for datagrams. It behaves as on Linux:
//
//   - A UDP datagram for a queue that is full, or to where no socket is, is lost. A connected
//     socket is told of the second by ECONNREFUSED, once, at its next operation.
//   - A Unix datagram waits for room. From a socket that is not connected it fails with EAGAIN
//     instead.
//   - When the receiver of a connected Unix socket has been closed, the first write fails
//     with ECONNREFUSED, and later ones with ENOTCONN.
//
// The lock of the network guards its fields.
type packetConn struct {
	driver *Driver
	waits
	host    *Host // nil without a World
	network string
	at      endpoint
	local   net.Addr
	remote  net.Addr    // nil: not connected
	to      driver.Peer // the same
	peer    *packetConn // of a connected Unix socket, until it is found closed
	packetSettings

	queue  []datagram    // what has arrived
	bytes  int           // in queue
	err    syscall.Errno // to be told once; or 0
	closed bool
}

type datagram struct {
	data []byte
	from driver.Peer
}

// Most datagrams in the queue of a socket. That of a UDP socket is bounded by the window too.
const (
	mostDatagrams     = 1024
	mostUnixDatagrams = 11
)

// longestUDP is the longest datagram to ip: the length of an IPv4 packet counts its head, and that
// of an IPv6 packet does not.
func longestUDP(ip netip.Addr) int {
	if ip.Is4() {
		return 65_507
	}
	return 65_527
}

// ListenPacket makes a socket for datagrams. Every numeric address is one.
func (d *Driver) ListenPacket(network, address string, opts ...driver.Option) (driver.PacketConn, error) {
	a, err := driver.ParsePacketAddress(network, address)
	c := &packetConn{driver: d, waits: waits{net: &d.net}, network: network}
	if err == nil {
		err = c.setAll(opts)
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	c.at = local(a)
	if a.IP.IsMulticast() { // several sockets may have the address of a group
		c.shares = true
		c.at.ip = netip.IPv6Unspecified()
		if a.IP.Is4() {
			c.at.ip = netip.IPv4Unspecified()
		}
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	c.host = c.net.here()
	if err := c.bind(); err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: a.Net(), Err: err}
	}
	return c, nil
}

// DialPacket makes a socket for datagrams that is connected to an address. That of a Unix
// socket must exist.
func (d *Driver) DialPacket(network, address string, opts ...driver.Option) (driver.PacketConn, error) {
	a, err := driver.ParsePacketAddress(network, address)
	c := &packetConn{driver: d, waits: waits{net: &d.net}, network: network}
	if err == nil {
		err = c.setAll(opts)
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	a = a.ToLocal()
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	c.host = c.net.here()
	if err := c.connect(a); err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: a.Net(), Err: err}
	}
	return c, nil
}

// connect connects a new socket to a.
func (c *packetConn) connect(a driver.Address) error {
	c.remote = a.Net()
	if driver.IsUnix(c.network) {
		if c.net.closed {
			return net.ErrClosed
		}
		peer, errno := c.net.receiverAt(c.host, a.Path)
		if errno != 0 {
			return os.NewSyscallError("connect", errno)
		}
		c.peer, c.to = peer, driver.Peer{Path: a.Path}
		c.at = endpoint{network: c.network}
		c.local = &net.UnixAddr{Net: c.network}
		c.net.packets = append(c.net.packets, c)
		return nil
	}
	c.at = endpoint{ip: a.IP, port: c.from.Port()}
	if far, isThere := c.net.hostAt(c.host, a.IP); far != c.host && isThere {
		c.at.ip = c.host.addr
	}
	if ip := c.from.Addr(); ip.IsValid() && !ip.IsUnspecified() {
		c.at.ip = ip
	}
	if isAnyGroup(a.IP) && c.at.ip == a.IP {
		c.at.ip = driver.Address{Network: a.Network, IP: c.unspecified(a.IP)}.ToLocal().IP
	}
	if c.at.ip.Is4() != a.IP.Is4() {
		return &net.AddrError{Err: "mismatched local address type", Addr: c.at.ip.String()}
	}
	c.to.AddrPort = netip.AddrPortFrom(a.IP, a.Port)
	return c.bind()
}

// bind gives c its address, unless another socket has it.
func (c *packetConn) bind() error {
	n := c.net
	if c.at.isUnix() {
		c.at.path = n.freePath(c.host, c.at.path)
	} else if c.at.port == 0 {
		c.at.port = n.freePacketPort(c.host)
	}
	conflicts := func(o *packetConn) bool { return o.host == c.host && !(c.shares && o.shares) && c.at.conflicts(o.at) }
	switch {
	case n.closed:
		return net.ErrClosed
	case !c.at.isUnix() && c.host.owns(c.at.ip) != nil:
		return os.NewSyscallError("bind", c.host.owns(c.at.ip))
	case !c.at.isUnix() && c.at.port == 0, slices.ContainsFunc(n.packets, conflicts), c.at.isUnix() && n.listenerOf(c.host, c.at.path) != nil:
		return os.NewSyscallError("bind", syscall.EADDRINUSE)
	}
	c.local = c.at.peer().Net(c.network)
	n.packets = append(n.packets, c)
	return nil
}

// peer returns e as the address of a datagram.
func (e endpoint) peer() driver.Peer {
	if e.isUnix() {
		return driver.Peer{Path: e.path}
	}
	return driver.Peer{AddrPort: netip.AddrPortFrom(e.ip, e.port)}
}

// unspecified returns the wildcard of the family of ip.
func (*packetConn) unspecified(ip netip.Addr) netip.Addr {
	if ip.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// freePacketPort returns a port that no socket has, or 0.
func (n *network) freePacketPort(h *Host) uint16 {
	for range 1<<16 - lowPort {
		port := n.portsOf(h).free()
		if !slices.ContainsFunc(n.packets, func(c *packetConn) bool { return c.host == h && !c.at.isUnix() && c.at.port == port }) {
			return port
		}
	}
	return 0
}

// packetAt returns the socket for datagrams at a path, or nil.
func (n *network) packetAt(h *Host, path string) *packetConn {
	i := slices.IndexFunc(n.packets, func(c *packetConn) bool { return c.host == h && c.at.isUnix() && c.at.path == path && path != "" })
	if i < 0 {
		return nil
	}
	return n.packets[i]
}

// receiverAt is packetAt, with the error of a system call when there is none.
func (n *network) receiverAt(h *Host, path string) (*packetConn, syscall.Errno) {
	switch c := n.packetAt(h, path); {
	case c != nil:
		return c, 0
	case n.listenerOf(h, path) != nil:
		return nil, syscall.EPROTOTYPE
	case len(path) > 0 && path[0] == '@':
		return nil, syscall.ECONNREFUSED
	}
	return nil, syscall.ENOENT
}

// isClosed reports whether the socket, or the whole network, was closed.
func (c *packetConn) isClosed() bool { return c.closed || c.net.closed }

// told returns the error that is to be told once.
func (c *packetConn) told() syscall.Errno {
	err := c.err
	c.err = 0
	return err
}

func (c *packetConn) opError(op string, to driver.Peer, err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, errno)
	}
	e := &net.OpError{Op: op, Net: c.network, Source: c.local, Addr: c.remote, Err: err}
	if c.remote == nil {
		e.Addr = to.Net(c.network)
	}
	return e
}

// ReadFrom receives a datagram.
func (c *packetConn) ReadFrom(cx *sched.Context, p []byte) (int, driver.Peer, driver.Poll, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	if poll, err := c.beginRead(cx); poll == driver.Pending || err != nil {
		return 0, driver.Peer{}, poll, err
	}
	d := c.takeFirst()
	return copy(p, d.data), d.from, driver.Ready, nil
}

// beginRead is Ready without an error when a datagram is there.
func (c *packetConn) beginRead(cx *sched.Context) (driver.Poll, error) {
	if c.isClosed() {
		return driver.Ready, net.ErrClosed
	}
	if errno := c.told(); errno != 0 {
		return driver.Ready, c.opError("read", driver.Peer{}, errno)
	}
	if len(c.queue) == 0 {
		c.waiters[driver.Reading].Add(cx.Task())
		return driver.Pending, nil
	}
	return driver.Ready, nil
}

// takeFirst removes the first datagram from the queue, which is not empty.
func (c *packetConn) takeFirst() datagram {
	d := c.queue[0]
	c.queue = slices.Delete(c.queue, 0, 1)
	c.bytes -= len(d.data)
	c.wakeSenders()
	return d
}

// wakeSenders wakes those that wait for room in the queue of c.
func (c *packetConn) wakeSenders() {
	for _, o := range c.net.packets {
		if o.peer == c {
			o.waiters[driver.Writing].RemoveAll().Wake()
		}
	}
}

func (c *packetConn) Driver() driver.Driver { return c.driver }
func (c *packetConn) Network() string       { return c.network }
func (c *packetConn) LocalAddr() net.Addr   { return c.local }
func (c *packetConn) RemoteAddr() net.Addr  { return c.remote }

func (c *packetConn) Closed() bool {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	return c.isClosed()
}

// Close wakes all waiters, and those that wait for room in the queue.
func (c *packetConn) Close() error {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	c.close()
	return nil
}

// close is Close with the lock held.
func (c *packetConn) close() {
	if c.closed {
		return
	}
	c.closed, c.queue = true, nil
	c.net.packets = slices.DeleteFunc(c.net.packets, func(o *packetConn) bool { return o == c })
	for d := range c.waiters {
		c.waiters[d].RemoveAll().Wake()
	}
	c.wakeSenders()
}
