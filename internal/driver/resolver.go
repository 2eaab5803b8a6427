package driver

import "net/netip"

// A Resolver is a [Driver] that has names of its own, as a simulation of several hosts has.
type Resolver interface {
	// LookUp returns the addresses of a name, without a wait: none, if there is no such name. ok
	// is false when names are those of the machine.
	LookUp(name string) (addrs []netip.Addr, ok bool)
}
