package simulated

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// network is the network of the simulation: one host, or those of a [World]. One lock guards it, with all its
// listeners and connections. Tasks are woken under the lock: so the order is this lock,
// the locks of the scheduler, and the driver's own lock last.
type network struct {
	window int

	mu        sync.Mutex // guards the following, and all fields of listeners and conns
	closed    bool
	tracked   map[*conn]struct{} // see TrackConns; nil: they are not
	listeners []*listener        // in the order in which they were made; few
	ports     ports              // without a World
	packets   []*packetConn      // the open sockets for datagrams, as they were made; few
	world     *World             // nil: there is one host, which has every address
}

// Ports that a caller leaves open are given out upwards from firstPort, the first of
// the range that is reserved for that. After 65535 comes lowPort.
const (
	firstPort = 49152
	lowPort   = 1024
)

func (n *network) init(window int) {
	n.window = window
	n.ports.init()
}

// Listen starts to listen on an address of the simulation. Every numeric address
// is one. The errors are those of package net.
func (d *Driver) Listen(network, address string, opts ...driver.Option) (driver.Listener, error) {
	a, err := driver.ParseAddress(network, address)
	var s settings
	if err == nil {
		err = s.setAll(network, opts)
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	n := &d.net
	at := local(a)
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.here()
	switch {
	case at.isUnix():
		at.path = n.freePath(h, at.path)
	case at.port == 0:
		at.port = n.portsOf(h).free()
	}
	switch {
	case n.closed:
		err = net.ErrClosed
	case !at.isUnix() && h.owns(at.ip) != nil:
		err = os.NewSyscallError("bind", h.owns(at.ip))
	case at.isUnix() && n.packetAt(h, at.path) != nil,
		at.port == 0 && !at.isUnix() || slices.ContainsFunc(n.listeners, func(l *listener) bool { return l.host == h && at.conflicts(l.at) }):
		err = os.NewSyscallError("bind", syscall.EADDRINUSE)
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: a.Net(), Err: err}
	}
	l := &listener{net: n, host: h, network: network, at: at, addr: at.addr(), settings: s}
	n.listeners = append(n.listeners, l)
	if !at.isUnix() {
		n.portsOf(h).take(at.port)
	}
	return l, nil
}

// Dial starts to connect. Without a listener at the address Connect returns the error.
func (d *Driver) Dial(network, address string, opts ...driver.Option) (driver.Conn, error) {
	a, err := driver.ParseAddress(network, address)
	var s settings
	if err == nil {
		err = s.setAll(network, opts)
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	a = a.ToLocal()
	if driver.IsUnix(network) {
		return d.dialUnix(a)
	}
	n := &d.net
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.here()
	far, isThere := n.hostAt(h, a.IP)
	from, source := a.IP, s.local.Port()
	if far != h && isThere {
		from = h.addr
	}
	if s.local.IsValid() && !s.local.Addr().IsUnspecified() {
		from = s.local.Addr()
	}
	if source == 0 {
		source = n.portsOf(h).free()
	} else if n.portsOf(h).used[source] != 0 {
		err = os.NewSyscallError("bind", syscall.EADDRINUSE)
	}
	switch {
	case n.closed:
		err = net.ErrClosed
	case source == 0:
		err = os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)
	case from.Is4() != a.IP.Is4():
		err = &net.AddrError{Err: "mismatched local address type", Addr: from.String()}
	case !isThere:
		err = os.NewSyscallError("connect", syscall.EHOSTUNREACH)
	case h.owns(from) != nil:
		err = os.NewSyscallError("bind", h.owns(from))
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: a.Net(), Err: err}
	}
	n.portsOf(h).take(source)
	c := &conn{
		driver: d, waits: waits{net: n}, host: h, network: network, local: tcpAddr(from, source), remote: a.Net(),
		state: connecting, port: source, settings: s,
	}
	peer := &conn{
		driver: d, waits: waits{net: n}, host: far, network: network, local: a.Net(), remote: tcpAddr(from, source),
		state: open, peer: c,
	}
	connect(c, peer)
	h.keep(c)
	if far != h {
		c.dialFar(peer)
		return c, nil
	}
	l := n.listenerAt(h, a.IP, a.Port)
	if l == nil {
		c.fail(syscall.ECONNREFUSED)
		return c, nil
	}
	c.peer = peer
	peer.settings = l.settings
	h.keep(peer)
	l.arrive(peer)
	return c, nil
}

// connect gives the two ends of a connection its flows.
func connect(c, peer *conn) {
	packets := c.network == driver.UnixPacket
	window := c.net.window
	if w := c.net.world; w != nil {
		window = w.config.Window
	}
	c.out = &flow{window: window, isPackets: packets, from: c, writers: &c.waiters[driver.Writing], readers: &peer.waiters[driver.Reading]}
	c.in = &flow{window: window, isPackets: packets, from: peer, writers: &peer.waiters[driver.Writing], readers: &c.waiters[driver.Reading]}
	peer.in, peer.out = c.out, c.in
	c.track()
}

// listenerAt returns the listener of a host at ip and port, or nil. Two listeners that do not
// conflict never accept the same address.
func (n *network) listenerAt(h *Host, ip netip.Addr, port uint16) *listener {
	for _, l := range n.listeners {
		if l.host == h && !l.at.isUnix() && l.at.port == port && l.at.accepts(ip) {
			return l
		}
	}
	return nil
}

func (n *network) close() {
	n.mu.Lock()
	n.closed = true
	n.listeners, n.packets = nil, nil
	n.mu.Unlock()
}
