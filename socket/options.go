package socket

import (
	"errors"
	"net"
	"slices"

	"github.com/edo-go/edo/internal/driver"
)

// A ListenOption changes the listener that one call of [Listen] makes. The zero
// ListenOption changes nothing.
type ListenOption struct{ reusePort bool }

// ReusePort lets several listeners share one address, also those of several
// processes: the system gives each connection to one of them. All of them must ask
// for it (SO_REUSEPORT), and belong to the same user. It works on Linux, and on the BSDs
// and darwin, where one listener may get all connections; elsewhere, and in the
// simulator, the error matches [errors.ErrUnsupported].
//
// Linux chooses by the addresses of both sides and the client's port, and not by the
// server's: clients that use only a few ports load the listeners unevenly, and in the same
// way on every port. When one of the listeners is closed, the connections that it has not
// accepted are reset; with net.ipv4.tcp_migrate_req=1 they go to the others.
func ReusePort() ListenOption { return ListenOption{reusePort: true} }

func listen(d driver.Driver, network, address string, opts []ListenOption) (driver.Listener, error) {
	if !slices.ContainsFunc(opts, func(o ListenOption) bool { return o.reusePort }) {
		return d.Listen(network, address)
	}
	if s, ok := d.(driver.Sharer); ok {
		return s.ListenShared(network, address)
	}
	return nil, &net.OpError{Op: "listen", Net: network, Err: errNoReusePort}
}

var errNoReusePort = errors.Join(errors.New("listeners cannot share a port here"), errors.ErrUnsupported)
