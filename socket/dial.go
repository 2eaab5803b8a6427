package socket

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// Dial connects to address, which is HOST:PORT, on network, which is tcp, tcp4 or
// tcp6. A HOST that is a name is looked up on a blocking task, with
// [net.DefaultResolver]; its addresses are tried one after the other, and if none
// answers the error is that of the first. There is no time limit but the system's:
// cancel the task, or use a timeout.
//
//edo:step DialStep
func Dial(task *edo.Task, network, address string) (*Conn, error) {
	f := newDial(task, network, address, caller())
	conn, err := edo.Await(task, edo.Future[*Conn](f))
	f.Drop()
	return conn, err
}

// DialFuture is [Dial] as a future, on the network of the runtime that s belongs
// to. It starts when it is first polled; dropped before it is ready, it gives up.
//
//edo:nowait
func DialFuture(s edo.Spawner, network, address string) edo.Future[*Conn] {
	return newDial(s, network, address, caller())
}

func newDial(s edo.Spawner, network, address string, pc uintptr) *dial {
	f := &dial{network: network, address: address, pc: pc}
	d, err := inside.Driver(s)
	if err != nil {
		f.keepError(err)
	}
	f.driver = d
	return f
}

// dial is the future of Dial.
//
//	state       set           next
//	fresh                     looking up, or trying
//	looking up  lookup        trying, or failed
//	trying      addresses     the next address after a failure; ready, or failed
//	failed      err           ready with err
type dial struct {
	network, address string
	pc               uintptr // the place where the connection counts as made
	driver           driver.Driver
	started          bool
	lookup           *edo.JoinHandle[found]
	addresses        []string // still to be tried
	conn             *Conn    // which the collector reports when the dial is forgotten
	err              error    // the first one
}

func (f *dial) Poll(cx *edo.Context) (*Conn, edo.Poll, error) {
	if !cx.Proceed(f) {
		return nil, edo.Pending, nil
	}
	if !f.started && f.err == nil {
		f.started = true
		f.start(cx)
	}
	if f.lookup != nil {
		found, poll, err := f.lookup.Poll(cx)
		if poll == edo.Pending {
			return nil, edo.Pending, nil
		}
		f.lookup = nil
		f.addresses = found.addresses
		if err := cmp.Or(err, found.err); err != nil {
			f.keepError(err)
		}
	}
	for {
		if f.conn == nil && !f.connectNext() {
			return nil, edo.Ready, f.err
		}
		poll, err := f.conn.inner.Connect((*sched.Context)(cx))
		if poll == driver.Pending {
			return nil, edo.Poll(poll), nil
		}
		conn := f.conn
		if err == nil {
			f.conn = nil
			return conn, edo.Poll(poll), nil
		}
		f.keepError(err)
		f.conn = nil
		conn.Close()
	}
}

// Waits returns the reason to wait.
func (f *dial) Waits(*edo.Context) edo.Wait {
	switch {
	case f.lookup != nil:
		return edo.Wait{On: "socket: look up " + f.address, Outside: true}
	case f.conn != nil:
		return edo.Wait{On: fmt.Sprintf("socket: connect to %v", f.conn.RemoteAddr()), Outside: true}
	}
	return edo.Wait{On: "socket: dial " + f.address, Outside: true}
}

// start finds the addresses to try, or begins to look them up.
func (f *dial) start(cx *edo.Context) {
	var host, port string
	err := driver.CheckNetwork(f.network)
	if err == nil {
		host, port, err = split(f.network, f.address)
	}
	if err != nil {
		f.keepError(err)
		return
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		f.addresses = []string{net.JoinHostPort(host, port)}
		return
	}
	network := f.network
	if host == "localhost" {
		f.addresses = join(loopback(network), port)
		return
	}
	f.lookup = edo.Blocking(cx, func(task *edo.Task) (found, error) {
		return lookUp(task.Context(), network, host, port), nil
	}, edo.Name("socket: looking up "+host))
}

// found is the result of a look-up. Its error is a value, not that of the task: when no
// task waits for the result any more, no report of the error is needed.
type found struct {
	addresses []string // in the order in which to try them
	err       error
}

func lookUp(ctx context.Context, network, host, port string) found {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip"+network[len("tcp"):], host)
	if err != nil {
		return found{err: err}
	}
	hosts := make([]string, len(ips))
	for i, ip := range ips {
		hosts[i] = ip.Unmap().String()
	}
	return found{addresses: join(hosts, port)}
}

// join appends the port to each host.
func join(hosts []string, port string) []string {
	addresses := make([]string, len(hosts))
	for i, host := range hosts {
		addresses[i] = net.JoinHostPort(host, port)
	}
	return addresses
}

// connectNext begins to connect to the next address, and reports whether there is one.
func (f *dial) connectNext() bool {
	for len(f.addresses) > 0 {
		address := f.addresses[0]
		f.addresses = f.addresses[1:]
		conn, err := f.driver.Dial(f.network, address)
		if err == nil {
			f.conn = newConn(conn, f.pc)
			return true
		}
		f.keepError(err)
	}
	return false
}

// keepError keeps the first error.
func (f *dial) keepError(err error) {
	if f.err != nil {
		return
	}
	var addr net.Addr
	if f.conn != nil {
		addr = f.conn.RemoteAddr()
	}
	f.err = opError("dial", f.network, nil, addr, err)
}

// Drop ends the dial, and closes its connection.
func (f *dial) Drop() {
	f.addresses = nil
	f.keepError(errClosed)
	if f.lookup != nil {
		f.lookup.Abort()
		f.lookup.Drop()
		f.lookup = nil
	}
	if f.conn != nil {
		f.conn.Close()
		f.conn = nil
	}
}
