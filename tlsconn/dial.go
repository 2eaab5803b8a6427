package tlsconn

import (
	"crypto/tls"
	"net"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/discard"
	"github.com/edo-go/edo/socket"
)

// Dial connects to address, as [socket.Dial] does, and makes the handshake of the client's side. A
// config without a ServerName, which may be nil, checks for the host of address. There is no time limit
// but the system's: use a timeout.
//
//edo:step DialStep
func Dial(task *edo.Task, network, address string, config *tls.Config) (*Conn, error) {
	d := newDial(task, network, address, config)
	defer d.Drop() // if the task was cancelled
	return edo.Await(task, edo.Future[*Conn](d))
}

// DialStep is the step form of [Dial].
func DialStep(task *edo.Task, st *edo.Step, network, address string, config *tls.Config) (done bool, c *Conn, err error) {
	d := edo.StepState[dial](st)
	if d == nil {
		d = newDial(task, network, address, config)
	}
	st.Set(nil) // also when this panics
	if done, c, err = edo.AwaitStep(task, edo.Future[*Conn](d)); !done {
		st.Set(d)
		return false, nil, nil
	}
	d.Drop() // if the task was cancelled
	return true, c, err
}

// DialFuture is [Dial] as a future, on the network of the runtime that s belongs to.
//
//edo:nowait
func DialFuture(s edo.Spawner, network, address string, config *tls.Config) edo.Future[*Conn] {
	return newDial(s, network, address, config)
}

func newDial(s edo.Spawner, network, address string, config *tls.Config) *dial {
	if config == nil {
		config = &tls.Config{}
	}
	if config.ServerName == "" {
		config = config.Clone()
		if host, _, err := net.SplitHostPort(address); err == nil {
			config.ServerName = host
		}
	}
	return &dial{connects: socket.DialFuture(s, network, address), config: config}
}

// dial connects first, and then it is a handshake.
type dial struct {
	connects edo.Future[*socket.Conn] // nil: it has connected
	config   *tls.Config
	shake    *handshake
}

// Poll goes on with either.
func (d *dial) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	if d.connects != nil {
		conn, poll, err := d.connects.Poll(cx)
		if poll == edo.Pending || err != nil {
			return nil, poll, err
		}
		d.connects, d.shake = nil, connect(conn, d.config)
	}
	return d.shake.Poll(cx)
}

// Drop gives up.
func (d *dial) Drop() {
	discard.Drop(d.connects)
	if d.shake != nil {
		d.shake.Drop()
	}
}
