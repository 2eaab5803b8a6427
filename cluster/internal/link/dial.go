package link

import (
	"net"
	"sync"

	"github.com/nats-io/nats.go"
)

// A dialer dials for one client, which has one connection at a time. The client leaves a connection open on which the
// server refuses it while it connects again, until the collector of garbage finds that: so the dialer closes the one
// before.
type dialer struct {
	net.Dialer
	mu   sync.Mutex // guards last
	last net.Conn
}

// Dial makes a connection, after it has closed the last one.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last != nil {
		_ = d.last.Close() // most often the client has closed it
		d.last = nil
	}
	conn, err := d.Dialer.Dial(network, address)
	if err == nil {
		d.last = conn
	}
	return conn, err
}

// dialsByItself has a client dial with a dialer of its own.
func dialsByItself() nats.Option {
	return nats.SetCustomDialer(&dialer{Dialer: net.Dialer{Timeout: nats.DefaultTimeout}})
}
