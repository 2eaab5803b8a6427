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

// network is the one host of the simulation. One lock guards it, with all its
// listeners and connections. Tasks are woken under the lock: so the order is this lock,
// the locks of the scheduler, and the driver's own lock last.
type network struct {
	window int

	mu        sync.Mutex // guards the following, and all fields of listeners and conns
	closed    bool
	listeners []*listener    // in the order in which they were made; few
	ports     map[uint16]int // how many listeners and dialed connections have a port, if any
	packets   []*packetConn  // the open sockets for datagrams, as they were made; few
	next      uint16         // where the search for a free port goes on
}

// Ports that a caller leaves open are given out upwards from firstPort, the first of
// the range that is reserved for that. After 65535 comes lowPort.
const (
	firstPort = 49152
	lowPort   = 1024
)

func (n *network) init(window int) {
	n.window = window
	n.ports = map[uint16]int{}
	n.next = firstPort
}

// releasePort gives a port back that a listener or a connection had.
func (n *network) releasePort(port uint16) {
	if n.ports[port]--; n.ports[port] == 0 {
		delete(n.ports, port)
	}
}

// freePort returns a port that is free, without taking it, or 0. A port that was given
// back is not given out again before all others have been.
func (n *network) freePort() uint16 {
	for range 1<<16 - lowPort {
		port := n.next
		n.next = max(n.next+1, lowPort)
		if n.ports[port] == 0 {
			return port
		}
	}
	return 0
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
	switch {
	case at.isUnix():
		at.path = n.freePath(at.path)
	case at.port == 0:
		at.port = n.freePort()
	}
	switch {
	case n.closed:
		err = net.ErrClosed
	case at.isUnix() && n.packetAt(at.path) != nil,
		at.port == 0 && !at.isUnix() || slices.ContainsFunc(n.listeners, func(l *listener) bool { return at.conflicts(l.at) }):
		err = os.NewSyscallError("bind", syscall.EADDRINUSE)
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: a.Net(), Err: err}
	}
	l := &listener{net: n, network: network, at: at, addr: at.addr(), settings: s}
	n.listeners = append(n.listeners, l)
	if !at.isUnix() {
		n.ports[at.port]++
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
	from, source := a.IP, s.local.Port()
	if s.local.IsValid() && !s.local.Addr().IsUnspecified() {
		from = s.local.Addr()
	}
	if source == 0 {
		source = n.freePort()
	} else if n.ports[source] != 0 {
		err = os.NewSyscallError("bind", syscall.EADDRINUSE)
	}
	switch {
	case n.closed:
		err = net.ErrClosed
	case source == 0:
		err = os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)
	case from.Is4() != a.IP.Is4():
		err = &net.AddrError{Err: "mismatched local address type", Addr: from.String()}
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: a.Net(), Err: err}
	}
	n.ports[source]++
	c := &conn{
		driver: d, waits: waits{net: n}, network: network, local: tcpAddr(from, source), remote: a.Net(),
		state: connecting, port: source, settings: s,
	}
	peer := &conn{
		driver: d, waits: waits{net: n}, network: network, local: a.Net(), remote: tcpAddr(from, source),
		state: open, peer: c,
	}
	connect(c, peer)
	l := n.listenerAt(a.IP, a.Port)
	if l == nil {
		c.fail(syscall.ECONNREFUSED)
		return c, nil
	}
	c.peer = peer
	peer.settings = l.settings
	l.arrive(peer)
	return c, nil
}

// connect gives the two ends of a connection its flows.
func connect(c, peer *conn) {
	packets := c.network == driver.UnixPacket
	c.out = &flow{window: c.net.window, isPackets: packets, writers: &c.waiters[driver.Writing], readers: &peer.waiters[driver.Reading]}
	c.in = &flow{window: c.net.window, isPackets: packets, writers: &peer.waiters[driver.Writing], readers: &c.waiters[driver.Reading]}
	peer.in, peer.out = c.out, c.in
}

// listenerAt returns the listener at ip and port, or nil. Two listeners that do not
// conflict never accept the same address.
func (n *network) listenerAt(ip netip.Addr, port uint16) *listener {
	for _, l := range n.listeners {
		if !l.at.isUnix() && l.at.port == port && l.at.accepts(ip) {
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
