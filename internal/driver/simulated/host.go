package simulated

import (
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
	"time"
)

// A Host is a machine of a World: it has an address, ports, and a clock.
type Host struct {
	name string
	addr netip.Addr

	// Guarded by the lock of the network:
	isUp  bool
	ports ports
	conns []*conn // that start or end here; some may be closed

	clock atomic.Pointer[clock] // nil: it is right
}

// clock is a wall clock that is not right.
type clock struct {
	offset time.Duration
	drift  float64
	since  int64 // the instant from which on the drift counts
}

func newHost(name string, addr netip.Addr) *Host {
	h := &Host{name: name, addr: addr}
	h.ports.init()
	return h
}

// AddHost makes a host, which has no power yet.
func (w *World) AddHost(name string, addr netip.Addr) *Host {
	defer w.lock()()
	h := newHost(name, addr)
	w.hosts = append(w.hosts, h)
	w.names[name] = []netip.Addr{addr}
	return h
}

// Outside is the host of the tasks that belong to none.
func (w *World) Outside() *Host { return w.outside }

// Name returns the name of the host.
func (h *Host) Name() string { return h.name }

// Addr returns the address of the host.
func (h *Host) Addr() netip.Addr { return h.addr }

// Start gives the host power.
func (w *World) Start(h *Host) {
	defer w.lock()()
	h.isUp = true
}

// Crash takes the power from a host. Nothing that it has sent is sent again, and it answers
// nothing. With isTold the other ends of its connections are reset.
func (w *World) Crash(h *Host, isTold bool) {
	defer w.lock()()
	h.isUp = false
	for _, c := range h.conns {
		c.vanish(isTold)
	}
	h.conns = nil
	w.removeSockets(h)
	h.ports.clear()
}

// Kill ends the program of a host: the host closes what that had open.
func (w *World) Kill(h *Host) {
	defer w.lock()()
	for _, c := range h.conns {
		c.close()
	}
	w.removeSockets(h)
	h.ports.clear()
}

// removeSockets closes the listeners of a host and its sockets for datagrams.
func (w *World) removeSockets(h *Host) {
	n := w.net
	for _, l := range slices.Clone(n.listeners) {
		if l.host == h {
			l.close()
		}
	}
	for _, c := range slices.Clone(n.packets) {
		if c.host == h {
			c.close()
		}
	}
}

// keep notes that a connection starts or ends at h, which may be nil.
func (h *Host) keep(c *conn) {
	if h == nil {
		return
	}
	if len(h.conns) == cap(h.conns) {
		h.conns = slices.DeleteFunc(h.conns, func(c *conn) bool { return c.state == closed && len(c.out.flight) == 0 })
	}
	h.conns = append(h.conns, c)
}

// SetClock sets the clock of a host: it is ahead by offset now, and gains drift seconds in each
// second.
func (w *World) SetClock(h *Host, offset time.Duration, drift float64) {
	h.clock.Store(&clock{offset, drift, w.driver.Now()})
}

// clock returns what the clock of the calling task's host shows at an instant.
func (w *World) clock(at int64) int64 {
	h := w.config.Here()
	if h == nil {
		return at
	}
	c := h.clock.Load()
	if c == nil {
		return at
	}
	return at + int64(c.offset) + int64(c.drift*float64(at-c.since))
}

// ports are those of one host.
type ports struct {
	used map[uint16]int // how many listeners and dialed connections have a port, if any; nil: none has one
	next uint16         // where the search for a free port goes on
}

func (p *ports) init() {
	p.clear()
	p.next = firstPort
}

// clear gives all ports back. The search goes on where it was: an old connection may be known
// elsewhere, and its port belongs to it.
func (p *ports) clear() { p.used = nil }

// take notes that one more listener or connection has a port.
func (p *ports) take(port uint16) {
	if p.used == nil {
		p.used = map[uint16]int{}
	}
	p.used[port]++
}

// release gives a port back that a listener or a connection had.
func (p *ports) release(port uint16) {
	if p.used[port] > 1 {
		p.used[port]--
	} else {
		delete(p.used, port)
	}
}

// free returns a port that is free, without taking it, or 0. A port that was given back is not
// given out again before all others have been.
func (p *ports) free() uint16 {
	for range 1<<16 - lowPort {
		port := p.next
		p.next = max(p.next+1, lowPort)
		if p.used[port] == 0 {
			return port
		}
	}
	return 0
}

// portsOf returns the ports of a host; those of the network without a World.
func (n *network) portsOf(h *Host) *ports {
	if h == nil {
		return &n.ports
	}
	return &h.ports
}

// owns returns an error unless a socket of h may have an address.
func (h *Host) owns(ip netip.Addr) error {
	if h == nil || ip.IsUnspecified() || ip.IsLoopback() || ip == h.addr || isAnyGroup(ip) {
		return nil
	}
	return syscall.EADDRNOTAVAIL
}
