package simulated

import (
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// Unix sockets have names of their own, which are no files: the listener has its name until it
// is closed. A path and an abstract name differ in nothing else.

// freePath returns path, or a name that is free if it is empty.
func (n *network) freePath(h *Host, path string) string {
	for i := 1; path == ""; i++ {
		name := fmt.Sprintf("@%05x", i)
		if n.listenerOf(h, name) == nil && n.packetAt(h, name) == nil {
			path = name
		}
	}
	return path
}

// listenerOf returns the listener of a host at a path, or nil.
func (n *network) listenerOf(h *Host, path string) *listener {
	i := slices.IndexFunc(n.listeners, func(l *listener) bool { return l.host == h && l.at.isUnix() && l.at.path == path })
	if i < 0 {
		return nil
	}
	return n.listeners[i]
}

// dialUnix connects to a path. Connect waits while the queue of the listener is full.
func (d *Driver) dialUnix(a driver.Address) (driver.Conn, error) {
	n := &d.net
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.here()
	unnamed := &net.UnixAddr{Net: a.Network}
	c := &conn{driver: d, waits: waits{net: n}, host: h, network: a.Network, local: unnamed, remote: a.Net(), state: connecting}
	peer := &conn{driver: d, waits: waits{net: n}, host: h, network: a.Network, local: a.Net(), remote: unnamed, state: open, peer: c}
	var err error
	l := n.listenerOf(h, a.Path)
	switch {
	case n.closed:
		err = net.ErrClosed
	case n.packetAt(h, a.Path) != nil:
		err = os.NewSyscallError("connect", syscall.EPROTOTYPE)
	case l == nil && len(a.Path) > 0 && a.Path[0] == '@':
		err = os.NewSyscallError("connect", syscall.ECONNREFUSED)
	case l == nil:
		err = os.NewSyscallError("connect", syscall.ENOENT)
	case l.at.network != a.Network:
		err = os.NewSyscallError("connect", syscall.EPROTOTYPE)
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: a.Network, Addr: a.Net(), Err: err}
	}
	connect(c, peer)
	c.peer = peer
	h.keep(c)
	h.keep(peer)
	l.arrive(peer)
	return c, nil
}
