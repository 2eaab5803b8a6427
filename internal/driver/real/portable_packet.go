//go:build !linux || portable

package real

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// portablePacketConn is a socket for datagrams of package net. A read is a system call that does
// not wait, with the buffer of the task: so what is cut off is what that has no room for. When
// there is nothing a goroutine waits for a datagram. Where there is no such call, the goroutine
// receives it. A write is a system call that does not wait;
// when there is no room a goroutine waits for some, as portableWrites says. Where such a call
// cannot be made, a write waits as long as package net does.
//
// mu guards the fields after it.
type portablePacketConn struct {
	driver        *portableDriver
	network       string
	inner         packets
	local, remote net.Addr // remote is nil: not connected
	v6            bool
	file          *socketFile

	portableWaits          // its mu guards the following
	arrived       *arrived // received by the goroutine, and not yet returned; or nil
	reading       bool     // a goroutine receives
	waiting       bool     // a goroutine waits for room
	closed        bool
}

// arrived is what a goroutine has received: an error alone where it only waits.
type arrived struct {
	data []byte
	from driver.Peer
	err  error
}

// packets is a *net.UDPConn or a *net.UnixConn.
type packets interface {
	net.Conn
	syscall.Conn
	SetReadBuffer(bytes int) error
	SetWriteBuffer(bytes int) error
}

var _ driver.PacketConn = (*portablePacketConn)(nil)

func (d *portableDriver) ListenPacket(network, text string, opts ...driver.Option) (driver.PacketConn, error) {
	a, err := driver.ParsePacketAddress(network, text)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	before, after := split(opts)
	config := net.ListenConfig{Control: before.control}
	inner, err := config.ListenPacket(context.Background(), network, text)
	if err != nil {
		return nil, err
	}
	c := &portablePacketConn{driver: d, network: network, inner: inner.(packets), local: inner.LocalAddr()}
	c.file = d.files.add(c.local)
	return c.open("listen", a.Net(), after)
}

func (d *portableDriver) DialPacket(network, text string, opts ...driver.Option) (driver.PacketConn, error) {
	a, err := driver.ParsePacketAddress(network, text)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	a = a.ToLocal()
	before, after := split(opts)
	dialer := &net.Dialer{Control: before.control}
	switch {
	case !before.local.IsValid():
	case driver.IsUnix(network):
		return nil, &net.OpError{Op: "dial", Net: network, Addr: a.Net(), Err: errOnlyUDP}
	default:
		dialer.LocalAddr = net.UDPAddrFromAddrPort(before.local)
	}
	inner, err := dialer.Dial(network, a.Net().String())
	if err != nil {
		return nil, err
	}
	c := &portablePacketConn{driver: d, network: network, inner: inner.(packets), local: inner.LocalAddr(), remote: a.Net()}
	return c.open("dial", a.Net(), after)
}

// open gives a new socket its options, and makes it one of the driver's.
func (c *portablePacketConn) open(op string, addr net.Addr, opts []driver.Option) (driver.PacketConn, error) {
	if u, ok := c.local.(*net.UDPAddr); ok {
		c.v6 = u.IP.To4() == nil
	}
	var err error
	for _, o := range opts {
		if err == nil {
			err = c.set(o)
		}
	}
	if err == nil && !c.driver.add(c) {
		err = net.ErrClosed
	}
	if err != nil {
		c.inner.Close()
		c.file.remove()
		return nil, &net.OpError{Op: op, Net: c.network, Addr: addr, Err: err}
	}
	return c, nil
}

func (c *portablePacketConn) ReadFrom(cx *sched.Context, p []byte) (int, driver.Peer, driver.Poll, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := driver.Message{Buffer: p}
	poll, err := c.receive(cx, &m)
	return m.N, m.Peer(), poll, err
}

// receive receives a datagram, or has the task of cx wait for one. c is locked.
func (c *portablePacketConn) receive(cx *sched.Context, m *driver.Message) (driver.Poll, error) {
	if c.closed {
		return driver.Ready, net.ErrClosed
	}
	if a := c.arrived; a != nil {
		c.arrived = nil
		if a.err == nil {
			copy(m.Buffer, a.data)
			m.Receive(len(a.data), a.from)
		}
		return driver.Ready, a.err
	}
	if !receivesBlock {
		if err := c.receiveNow(m); err != syscall.EAGAIN {
			return driver.Ready, c.readError(err)
		}
	}
	if !c.reading {
		// What a datagram has no room for is lost, and it may go to another ReadFrom.
		size := max(len(m.Buffer), maxBuffer)
		if !c.driver.start(func() { c.readOnce(size) }) {
			return driver.Ready, net.ErrClosed
		}
		c.reading = true
	}
	c.waiters[driver.Reading].Add(cx.Task())
	return driver.Pending, nil
}

// sender returns who has sent a datagram: a connected Unix socket is not told.
func (c *portablePacketConn) sender(from driver.Peer, err error) driver.Peer {
	if u, ok := c.remote.(*net.UnixAddr); ok && err == nil {
		from.Path = u.Name
	}
	return from
}

// readError returns an error of the system as package net does.
func (c *portablePacketConn) readError(err error) error {
	errno, isErrno := err.(syscall.Errno)
	if !isErrno {
		return err
	}
	return &net.OpError{Op: "read", Net: c.network, Source: c.local, Addr: c.remote, Err: os.NewSyscallError("read", errno)}
}

// readOnce is the goroutine that receives, or that waits for a datagram.
func (c *portablePacketConn) readOnce(size int) {
	if !receivesBlock {
		err := c.readError(waitReadable(c.inner))
		c.mu.Lock()
		c.reading = false
		if err != nil && !c.closed { // the system reports it once
			c.arrived = &arrived{err: err}
		}
		c.wakeAndUnlock(driver.Reading)
		return
	}
	p := make([]byte, size)
	var n int
	a := &arrived{}
	switch inner := c.inner.(type) {
	case *net.UDPConn:
		n, a.from.AddrPort, a.err = inner.ReadFromUDPAddrPort(p)
		a.from.AddrPort = unmapped(a.from.AddrPort)
	case *net.UnixConn:
		var from *net.UnixAddr
		if n, from, a.err = inner.ReadFromUnix(p); from != nil {
			a.from.Path = from.Name
		}
		a.from = c.sender(a.from, a.err)
	}
	a.data = append([]byte(nil), p[:max(n, 0)]...)
	c.mu.Lock()
	c.reading = false
	if !c.closed {
		c.arrived = a
	}
	c.wakeAndUnlock(driver.Reading)
}

// wakeAndUnlock unlocks mu and wakes the waiters of a direction, at the next look.
func (c *portablePacketConn) wakeAndUnlock(d driver.Direction) {
	woken := c.waiters[d].RemoveAll()
	c.mu.Unlock()
	c.driver.wakeAtLook(woken)
}

func (c *portablePacketConn) WriteTo(cx *sched.Context, p []byte, to driver.Peer) (driver.Poll, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	hasRoom, err := c.send(p, to)
	if hasRoom {
		return driver.Ready, err
	}
	return c.awaitRoom(cx)
}

// awaitRoom has the task of cx wait for room. c is locked.
func (c *portablePacketConn) awaitRoom(cx *sched.Context) (driver.Poll, error) {
	if !c.waiting {
		if !c.driver.start(c.waitForRoom) {
			return driver.Ready, net.ErrClosed
		}
		c.waiting = true
	}
	c.waiters[driver.Writing].Add(cx.Task())
	return driver.Pending, nil
}

// send sends p, unless it must wait for room. c is locked.
func (c *portablePacketConn) send(p []byte, to driver.Peer) (hasRoom bool, err error) {
	if c.closed {
		return true, net.ErrClosed
	}
	err = driver.CheckReceiver(c.network, c.remote, to)
	if ip := to.AddrPort.Addr(); err == nil && !c.v6 && ip.IsValid() && !ip.Unmap().Is4() {
		err = &net.AddrError{Err: "non-IPv4 address", Addr: ip.String()}
	}
	if err == nil {
		err = c.sendNow(p, to)
	}
	switch errno, isErrno := err.(syscall.Errno); {
	case err == nil:
		return true, nil
	case isErrno && errno == syscall.EAGAIN && (to.Path == "" || c.remote != nil):
		return false, nil
	case isErrno:
		err = os.NewSyscallError("write", errno)
	}
	if _, isOp := err.(*net.OpError); isOp {
		return true, err
	}
	addr := c.remote
	if addr == nil {
		addr = to.Net(c.network)
	}
	return true, &net.OpError{Op: "write", Net: c.network, Source: c.local, Addr: addr, Err: err}
}

// waitForRoom is the goroutine that waits: see portableConn.waitForRoom.
func (c *portablePacketConn) waitForRoom() {
	raw, err := c.inner.SyscallConn()
	if err == nil {
		begun := false
		raw.Write(func(uintptr) bool {
			if begun {
				return true
			}
			begun = true
			c.mu.Lock()
			c.wakeAndUnlock(driver.Writing)
			return false
		})
	}
	c.mu.Lock()
	c.waiting = false
	c.wakeAndUnlock(driver.Writing)
}

func (c *portablePacketConn) Set(o driver.Option) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	return c.set(o)
}

// set changes an option of the open socket.
func (c *portablePacketConn) set(o driver.Option) error {
	switch o := o.(type) {
	case driver.ReadBuffer:
		return c.inner.SetReadBuffer(int(o))
	case driver.WriteBuffer:
		return c.inner.SetWriteBuffer(int(o))
	}
	raw, err := c.inner.SyscallConn()
	if err != nil {
		return err
	}
	if failed := raw.Control(func(fd uintptr) { err = setPacketOption(int(fd), c.network, c.v6, o) }); failed != nil {
		return failed
	}
	return err
}

func (c *portablePacketConn) Driver() driver.Driver { return c.driver }
func (c *portablePacketConn) Network() string       { return c.network }
func (c *portablePacketConn) LocalAddr() net.Addr   { return c.local }
func (c *portablePacketConn) RemoteAddr() net.Addr  { return c.remote }

func (c *portablePacketConn) Closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *portablePacketConn) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed, c.arrived = true, nil
	readers, writers := c.waiters[driver.Reading].RemoveAll(), c.waiters[driver.Writing].RemoveAll()
	c.mu.Unlock()
	c.driver.remove(c)
	err := c.inner.Close()
	c.file.remove()
	readers.Wake()
	writers.Wake()
	return err
}

// unmapped returns an IPv4 address for one that is mapped into IPv6.
func unmapped(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
