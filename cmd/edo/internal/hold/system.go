package hold

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
)

// mostAddresses is how many loopback addresses are looked for: 127.0.0.1 to .254.
const mostAddresses = 254

// limitsOf asks the system what it lets a program have that listens at an address.
func limitsOf(listen netip.Addr) *limits {
	l := &limits{
		system:     runtime.GOOS,
		processors: runtime.GOMAXPROCS(0),
		firstPort:  49152, // RFC 6335
		lastPort:   65535,
	}
	l.readLimits()
	l.descriptors = DescriptorLimit()
	l.addresses = 1
	if listen.Is4() {
		l.addresses = countAddresses()
	}
	return l
}

// clientAddress returns the i-th address that connections start from, from 0 on.
func clientAddress(i int) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 1)}) }

// countAddresses returns how many of the loopback addresses this machine has, without a
// gap: on Linux and Windows all of 127.0.0.0/8, elsewhere those that are configured.
func countAddresses() int64 {
	if !isLocal(clientAddress(1)) {
		return 1
	}
	n := int64(2)
	for n < mostAddresses && isLocal(clientAddress(int(n))) {
		n++
	}
	return n
}

// isLocal reports whether a socket can be bound to an address.
func isLocal(a netip.Addr) bool {
	l, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// parseListen returns the address to listen at. It must be a loopback address: all traffic
// stays on the machine.
func parseListen(text string) (netip.AddrPort, error) {
	a, err := netip.ParseAddrPort(text)
	if err != nil || !a.Addr().IsLoopback() {
		return a, fmt.Errorf("--listen is %q: use a loopback address with a port, such as 127.0.0.1:0", text)
	}
	return a, nil
}
