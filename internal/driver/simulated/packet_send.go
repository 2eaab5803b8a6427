package simulated

import (
	"net"
	"net/netip"
	"slices"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// WriteTo sends a datagram.
func (c *packetConn) WriteTo(cx *sched.Context, p []byte, to driver.Peer) (driver.Poll, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	hasRoom, err := c.send(cx, p, to)
	if !hasRoom {
		c.waiters[driver.Writing].Add(cx.Task())
		return driver.Pending, nil
	}
	return driver.Ready, err
}

// send sends p, unless c must wait for room.
func (c *packetConn) send(cx *sched.Context, p []byte, to driver.Peer) (hasRoom bool, err error) {
	if c.isClosed() {
		return true, net.ErrClosed
	}
	err = driver.CheckReceiver(c.network, c.remote, to)
	switch {
	case err != nil:
	case c.at.isUnix():
		errno := c.sendUnix(cx, p, to)
		if errno == syscall.EAGAIN && c.remote != nil {
			return false, nil
		}
		if errno != 0 {
			err = errno
		}
	case c.remote != nil:
		err = c.sendUDP(cx, p, c.to.AddrPort)
	default:
		err = c.sendUDP(cx, p, netip.AddrPortFrom(to.AddrPort.Addr().Unmap(), to.AddrPort.Port()))
	}
	if err != nil {
		return true, c.opError("write", to, err)
	}
	return true, nil
}

// sendUnix sends p to a Unix socket. EAGAIN says that there is no room.
func (c *packetConn) sendUnix(cx *sched.Context, p []byte, to driver.Peer) syscall.Errno {
	receiver := c.peer
	switch {
	case c.remote == nil:
		var errno syscall.Errno
		if receiver, errno = c.net.receiverAt(c.host, to.Path); errno != 0 {
			return errno
		}
	case receiver == nil:
		return syscall.ENOTCONN
	case receiver.closed:
		c.peer = nil
		return syscall.ECONNREFUSED
	}
	switch {
	case receiver.remote != nil && receiver.peer != c:
		return syscall.EPERM
	case len(p) > c.net.window:
		return syscall.EMSGSIZE
	case len(receiver.queue) >= mostUnixDatagrams:
		return syscall.EAGAIN
	}
	receiver.arrive(cx, p, driver.Peer{Path: c.at.path})
	return 0
}

// sendUDP sends p to every socket at an address.
func (c *packetConn) sendUDP(cx *sched.Context, p []byte, to netip.AddrPort) error {
	if errno := c.told(); errno != 0 {
		return errno
	}
	ip := to.Addr()
	switch {
	case c.at.ip.Is4() && !ip.Is4():
		return &net.AddrError{Err: "non-IPv4 address", Addr: ip.String()}
	case !c.at.ip.Is4() && !c.at.both && ip.Is4():
		return syscall.ENETUNREACH
	case to.Port() == 0:
		return syscall.EINVAL
	case len(p) > longestUDP(ip):
		return syscall.EMSGSIZE
	case ip == broadcast && c.noBroadcast:
		return syscall.EACCES
	}
	from := c.at.ip
	if from.IsUnspecified() {
		from = ip
		if isAnyGroup(ip) || ip.IsUnspecified() {
			from = driver.Address{Network: "udp", IP: c.unspecified(ip)}.ToLocal().IP
		}
		if far, _ := c.net.hostAt(c.host, ip); far != c.host && from.Is4() == c.host.addr.Is4() {
			from = c.host.addr
		}
	}
	source := netip.AddrPortFrom(from, c.at.port)
	if ip.IsMulticast() && c.noLoop && c.net.world == nil { // all hosts are this one
		return nil
	}
	if isAnyGroup(ip) {
		if !(ip.IsMulticast() && c.noLoop) {
			c.deliver(cx, p, source, to, c.host)
		}
		for _, h := range c.net.others(c.host) {
			c.sendFar(p, source, to, h)
		}
		return nil
	}
	h, isThere := c.net.hostAt(c.host, ip)
	switch {
	case !isThere: // no host has the address
	case h != c.host:
		c.sendFar(p, source, to, h)
	case !c.deliver(cx, p, source, to, h) && c.remote != nil:
		c.refused()
	}
	return nil
}

// refused notes that no socket is where c is connected to.
func (c *packetConn) refused() {
	c.err = syscall.ECONNREFUSED
	c.waiters[driver.Reading].RemoveAll().Wake()
}

// others returns the hosts of a World but h.
func (n *network) others(h *Host) (all []*Host) {
	if n.world == nil {
		return nil
	}
	for _, o := range n.world.hosts {
		if o != h {
			all = append(all, o)
		}
	}
	return all
}

// sendFar sends p to a host of a World.
func (c *packetConn) sendFar(p []byte, source, to netip.AddrPort, h *Host) {
	w := c.net.world
	d := Datagram{From: c.host, To: h, Network: "udp", Source: source, Destination: to, Data: slices.Clone(p)}
	w.sendDatagram(d, func() {
		if c.deliver(nil, d.Data, source, to, h) || c.remote == nil || isAnyGroup(to.Addr()) {
			return
		}
		w.sendDatagram(Datagram{From: h, To: c.host, Network: "icmp", Source: to, Destination: source}, func() {
			if !c.closed {
				c.refused()
			}
		})
	})
}

// deliver brings p to the sockets of a host at an address, and reports whether there are any. One whose
// queue is full loses it.
func (c *packetConn) deliver(cx *sched.Context, p []byte, source, to netip.AddrPort, h *Host) (isThere bool) {
	receivers := c.net.receivers(h, source, to)
	for _, r := range receivers {
		if len(r.queue) < mostDatagrams && (len(r.queue) == 0 || r.bytes+len(p) <= c.net.window) {
			r.arrive(cx, p, driver.Peer{AddrPort: source})
		} else if w := c.net.world; w != nil {
			w.Happened(h, "%d bytes of udp are lost: the queue of the socket at %v is full", len(p), to)
		}
	}
	return len(receivers) != 0
}

// receivers returns the sockets of a host that get a UDP datagram: those of a group, or the one whose
// address says the most.
func (n *network) receivers(h *Host, from, to netip.AddrPort) (all []*packetConn) {
	ip := to.Addr()
	if ip.IsUnspecified() {
		ip = driver.Address{Network: "udp", IP: ip}.ToLocal().IP
	}
	best := 0
	for _, r := range n.packets {
		if r.host != h || r.at.isUnix() || r.at.port != to.Port() || r.remote != nil && r.to.AddrPort != from {
			continue
		}
		switch {
		case ip.IsMulticast():
			if slices.Contains(r.groups, ip) {
				all = append(all, r)
			}
			continue
		case ip == broadcast:
			if r.at.ip.Is4() || r.at.both {
				all = append(all, r)
			}
			continue
		case !r.at.accepts(ip):
			continue
		}
		score := 1
		if r.remote != nil {
			score += 4
		}
		if r.at.ip == ip {
			score += 2
		}
		if score > best {
			best, all = score, []*packetConn{r}
		}
	}
	return all
}

// arrive puts a copy of p into the queue.
func (c *packetConn) arrive(cx *sched.Context, p []byte, from driver.Peer) {
	c.queue = append(c.queue, datagram{slices.Clone(p), from})
	c.bytes += len(p)
	wakeBy(cx, &c.waiters[driver.Reading])
}
