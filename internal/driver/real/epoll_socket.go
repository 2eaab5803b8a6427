//go:build linux && !portable

package real

import (
	"net"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// networks are the names that a socket remembers by their index.
var networks = [...]string{"tcp", "tcp4", "tcp6", "unix", driver.UnixPacket}

// Indices in networks: those from firstUnix on are Unix sockets.
const (
	firstUnix  = 3
	unixPacket = 4
)

// An endpoint is one end of a connection, in 16 bytes. Of a Unix socket it has the network
// alone: the kernel knows its path.
type endpoint struct {
	v6      *addr6  // of an IPv6 socket, unless the address is a mapped one of IPv4
	v4      [4]byte // otherwise
	port    uint16
	mapped  bool  // v4 is that of an IPv6 socket
	network uint8 // index in networks
}

type addr6 struct {
	ip   [16]byte
	zone uint32
}

// prefix4 is what a mapped address begins with.
var prefix4 = [12]byte{10: 0xff, 11: 0xff}

// endpointOf returns the endpoint for an address of the kernel.
func endpointOf(sa syscall.Sockaddr, network uint8) endpoint {
	e := endpoint{network: network}
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		e.v4, e.port = sa.Addr, uint16(sa.Port)
	case *syscall.SockaddrInet6:
		e.set6(sa.Addr, sa.ZoneId)
		e.port = uint16(sa.Port)
	}
	return e
}

// set6 sets the address of an IPv6 socket.
func (e *endpoint) set6(ip [16]byte, zone uint32) {
	if [12]byte(ip[:12]) == prefix4 && zone == 0 {
		e.v4, e.mapped = [4]byte(ip[12:]), true
		return
	}
	e.v6 = &addr6{ip, zone}
}

// is reports whether e and o are the same.
func (e endpoint) is(o endpoint) bool {
	if e.v6 != nil && o.v6 != nil && *e.v6 == *o.v6 {
		e.v6 = o.v6
	}
	return e == o
}

// addr returns e as an address of package net.
func (e *endpoint) addr() *net.TCPAddr {
	a := &net.TCPAddr{Port: int(e.port)}
	switch {
	case e.v6 != nil:
		a.IP, a.Zone = append(a.IP, e.v6.ip[:]...), zoneName(e.v6.zone)
	case e.mapped:
		a.IP = append(append(a.IP, prefix4[:]...), e.v4[:]...)
	default:
		a.IP = append(a.IP, e.v4[:]...)
	}
	return a
}

// open makes a socket that does not block and is not inherited by other programs,
// with the options that package net sets: accepted connections have them from
// their listener. proto is TCP or [multipath].
func open(v6 bool, proto int) (fd int, err error) {
	family := syscall.AF_INET
	if v6 {
		family = syscall.AF_INET6
	}
	if fd, err = openSocket(family, syscall.SOCK_STREAM, proto); err != nil {
		return -1, err
	}
	if err := setDefaults(fd); err != nil {
		syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

// setDefaults gives a TCP socket the options that package net sets.
func setDefaults(fd int) error {
	for _, o := range [...]struct{ level, name, value int }{
		{syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1},
		{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, 15}, // seconds
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, 15},
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, 9},
	} {
		if err := setInt(fd, o.level, o.name, o.value); err != nil {
			return err
		}
	}
	return nil
}

// multipath is IPPROTO_MPTCP, which package syscall does not know.
const multipath = 262

// listen opens a socket that listens at a, for multipath TCP where the kernel has it, as
// package net does: a client that asks for it gets it, all others get TCP. After any error
// it tries TCP alone: there are more ways to forbid multipath TCP than error numbers.
func listen(a driver.Address, opts []driver.Option) (int, error) {
	if driver.IsUnix(a.Network) {
		return listenUnix(a, opts)
	}
	if useMultipath() {
		if fd, err := listenBy(multipath, a, opts); err == nil {
			return fd, nil
		}
	}
	return listenBy(syscall.IPPROTO_TCP, a, opts)
}

// useMultipath reports whether GODEBUG allows multipath TCP for listeners, as it does
// unless multipathtcp is 0 or 3 in it.
var useMultipath = sync.OnceValue(func() bool {
	use := true
	for setting := range strings.SplitSeq(os.Getenv("GODEBUG"), ",") {
		if v, ok := strings.CutPrefix(setting, "multipathtcp="); ok {
			use = v != "0" && v != "3"
		}
	}
	return use
})

// listenBy is listen for one protocol. As in package net, a wildcard of the network tcp
// is IPv6 that takes IPv4 as well, where the machine has IPv6.
func listenBy(proto int, a driver.Address, opts []driver.Option) (int, error) {
	bind := func(v6, onlyV6 bool) (int, error) { return bind(proto, a, v6, onlyV6, opts) }
	switch {
	case a.Network == "tcp4" || !a.IsWildcard() && a.IP.Is4():
		return bind(false, false)
	case a.Network == "tcp6":
		return bind(true, true)
	case !a.IsWildcard():
		return bind(true, false)
	}
	fd, err := bind(true, false)
	if err != nil && !a.IP.Is6() && hasNoIPv6(err) {
		return bind(false, false)
	}
	return fd, err
}

// bind opens a socket that listens at a: for IPv6 alone when onlyV6 is set.
func bind(proto int, a driver.Address, v6, onlyV6 bool, opts []driver.Option) (fd int, err error) {
	if fd, err = open(v6, proto); err != nil {
		return -1, err
	}
	defer func() {
		if err != nil {
			syscall.Close(fd)
			fd = -1
		}
	}()
	if v6 {
		v := 0
		if onlyV6 {
			v = 1
		}
		if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, v); err != nil {
			return fd, os.NewSyscallError("setsockopt", err)
		}
	}
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return fd, os.NewSyscallError("setsockopt", err)
	}
	if err := prepare(fd, a, v6, opts); err != nil {
		return fd, err
	}
	if err := syscall.Bind(fd, sockaddr(a.IP, a.Port, v6)); err != nil {
		return fd, os.NewSyscallError("bind", err)
	}
	const backlog = 1<<16 - 1 // the kernel limits it to net.core.somaxconn
	if err := syscall.Listen(fd, backlog); err != nil {
		return fd, os.NewSyscallError("listen", err)
	}
	return fd, nil
}

// hasNoIPv6 reports whether err is an error of a machine without IPv6.
func hasNoIPv6(err error) bool {
	se, ok := err.(*os.SyscallError)
	if !ok {
		return false
	}
	switch se.Err {
	case syscall.EAFNOSUPPORT, syscall.EADDRNOTAVAIL, syscall.EPROTONOSUPPORT:
		return true
	}
	return false
}
