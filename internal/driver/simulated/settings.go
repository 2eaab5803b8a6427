package simulated

import (
	"net"
	"net/netip"
	"time"

	"github.com/edo-go/edo/internal/driver"
)

// settings are the options of a socket that matter in a network which has no buffers but its
// windows. The others are accepted and do nothing.
type settings struct {
	drops bool           // Close drops what the other end has not read
	local netip.AddrPort // where a connection starts; invalid: anywhere

	// Of a connection between two hosts of a World:
	probes      net.KeepAliveConfig
	userTimeout time.Duration // how long bytes may be under way; 0: as the system says
}

func (s *settings) setAll(network string, opts []driver.Option) error {
	s.probes = usualProbes
	for _, o := range opts {
		if driver.IsUnix(network) && isOnlyTCP(o) {
			return errOnlyTCP
		}
		var err error
		switch o := o.(type) {
		case driver.ReusePort:
			err = driver.Unsupported("listeners cannot share a port in a simulation")
		case driver.Control:
			err = driver.Unsupported("a simulated socket has no descriptor for a Control hook")
		case driver.LocalAddr:
			a := netip.AddrPort(o)
			s.local = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
		default:
			err = s.set(o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errOnlyTCP = driver.Unsupported("this option is for TCP")

// isOnlyTCP reports whether a Unix socket has not the option o.
func isOnlyTCP(o driver.Option) bool {
	switch o.(type) {
	case driver.NoDelay, driver.Linger, driver.KeepAlive, driver.UserTimeout, driver.LocalAddr:
		return true
	}
	return false
}

func (s *settings) set(o driver.Option) error {
	switch o := o.(type) {
	case driver.Linger:
		s.drops = o >= 0
	case driver.KeepAlive:
		s.setProbes(net.KeepAliveConfig(o))
	case driver.UserTimeout:
		s.userTimeout = time.Duration(o)
	case driver.ReusePort, driver.Control, driver.LocalAddr:
		return driver.Unsupported("this option is for a socket that is being made")
	}
	return nil
}
