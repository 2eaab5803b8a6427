package socket

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// Dial connects to address, which is HOST:PORT, on network, which is tcp, tcp4 or
// tcp6; or to a path on unix or unixpacket. A HOST that is a name is looked up on a blocking task, with
// [net.DefaultResolver]. Its addresses are tried in turn, those of IPv6 and of IPv4
// alternately: the next attempt begins when one has failed, or after 250 ms, and the first
// to succeed ends the others (RFC 8305). If all fail, the error is that of the first
// that did. There is no time limit but the system's: cancel the task, or use a timeout.
//
//edo:step DialStep
func Dial(task *edo.Task, network, address string) (*Conn, error) {
	return finish(task, newDial(task, nil, network, address, caller()))
}

// DialFuture is [Dial] as a future, on the network of the runtime that s belongs
// to. It starts when it is first polled; dropped before it is ready, it gives up.
//
//edo:nowait
func DialFuture(s edo.Spawner, network, address string) edo.Future[*Conn] {
	return newDial(s, nil, network, address, caller())
}

// A Dialer connects in its own way. The zero Dialer is [Dial]. Any number of tasks may
// use it at the same time, while its fields stay.
type Dialer struct {
	// AttemptDelay is how long after an attempt to connect the next one begins, if a name
	// has several addresses and none has answered. 0 stands for 250 ms. When it is
	// negative, an attempt begins only when the one before has failed.
	AttemptDelay time.Duration

	// Options are those of the sockets.
	Options []Option
}

// Dial is the function [Dial] with the options of d.
//
//edo:step DialStep
func (d *Dialer) Dial(task *edo.Task, network, address string) (*Conn, error) {
	return finish(task, newDial(task, d, network, address, caller()))
}

// DialFuture is [Dialer.Dial] as a future, as the function [DialFuture] is.
//
//edo:nowait
func (d *Dialer) DialFuture(s edo.Spawner, network, address string) edo.Future[*Conn] {
	return newDial(s, d, network, address, caller())
}

// finish awaits f.
//
//edo:step finishStep
func finish(task *edo.Task, f *dial) (*Conn, error) {
	conn, err := edo.Await(task, edo.Future[*Conn](f))
	f.Drop()
	return conn, err
}

func newDial(s edo.Spawner, with *Dialer, network, address string, pc uintptr) *dial {
	f := &dial{network: network, address: address, pc: pc, delay: attemptDelay}
	d, err := inside.Driver(s)
	if err == nil && with != nil {
		f.options, err = driverOptions(with.Options)
		if slices.ContainsFunc(with.Options, func(o Option) bool { return o.most+o.perAddress > 0 }) {
			err = errNotForDial
		}
		f.delay = cmp.Or(with.AttemptDelay, attemptDelay)
	}
	if err != nil {
		f.keepError(nil, err)
	}
	f.driver = d
	return f
}

var errNotForDial = errors.New("a limit is an option of Listen")

// attemptDelay is the Connection Attempt Delay that RFC 8305 recommends.
const attemptDelay = 250 * time.Millisecond

// dial is the future of Dial.
//
//	state       set                  next
//	fresh                            looking up, or trying
//	looking up  lookup               trying, or failed
//	trying      attempts, addresses  ready, or failed
//	failed      err                  ready with err
//
// While it tries, the attempts under way are polled together. The next address joins them
// when there is none, and at the instant due: after the delay, or when one has failed.
type dial struct {
	network, address string
	pc               uintptr // the place where the connection counts as made
	driver           driver.Driver
	options          []driver.Option
	delay            time.Duration // negative: none
	started          bool
	lookup           *edo.JoinHandle[found]
	addresses        []string      // still to be tried
	attempts         []*Conn       // under way; the collector reports them when the dial is forgotten
	due              int64         // when the next attempt begins
	pause            time.Duration // before the attempt is repeated; otherwise 0
	timer            sched.Timer
	err              error // the first one
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
			f.keepError(nil, err)
		}
	}
	in := (*sched.Context)(cx)
	for {
		if conn := f.pollAttempts(in); conn != nil {
			f.Drop() // the other attempts
			return conn, edo.Ready, nil
		}
		switch {
		case (len(f.attempts) > 0 || f.pause > 0) && (len(f.addresses) == 0 || !f.isDue(in)):
			return nil, edo.Pending, nil
		case len(f.addresses) == 0:
			f.timer.Stop()
			return nil, edo.Ready, f.err
		}
		f.connectNext(in)
	}
}

// isDue reports whether the next attempt begins, and otherwise arms the timer for it.
func (f *dial) isDue(in *sched.Context) bool {
	if f.due == sched.Never || f.due == atOnce {
		return f.due == atOnce
	}
	if in.Now() < f.due {
		in.Arm(&f.timer, f.due)
		return false
	}
	return true
}

// atOnce is before every instant.
const atOnce = -1

// pollAttempts returns the connection of an attempt that has succeeded, or nil.
func (f *dial) pollAttempts(in *sched.Context) *Conn {
	for i := 0; i < len(f.attempts); {
		conn := f.attempts[i]
		poll, err := conn.inner.Connect(in)
		if poll == driver.Pending {
			i++
			continue
		}
		f.attempts = slices.Delete(f.attempts, i, i+1)
		if err == nil {
			return conn
		}
		conn.Close()
		f.due = atOnce
		f.fail(in, f.address, conn.RemoteAddr(), err)
	}
	return nil
}

// Waits returns the reason to wait.
func (f *dial) Waits(*edo.Context) edo.Wait {
	switch {
	case f.lookup != nil:
		return edo.Wait{On: "socket: look up " + f.address, Outside: true}
	case len(f.attempts) > 0:
		w := edo.Wait{On: "socket: connect to " + f.attempts[0].RemoteAddr().String(), Outside: true}
		for _, conn := range f.attempts[1:] {
			w.On += ", " + conn.RemoteAddr().String()
		}
		return w
	}
	return edo.Wait{On: "socket: dial " + f.address, Outside: true}
}

// start finds the addresses to try, or begins to look them up.
func (f *dial) start(cx *edo.Context) {
	if driver.IsUnix(f.network) {
		f.addresses = []string{f.address}
		return
	}
	var host, port string
	err := driver.CheckNetwork(f.network)
	if err == nil {
		host, port, err = split(f.network, f.address)
	}
	if err != nil {
		f.keepError(nil, err)
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
	if r, ok := f.driver.(driver.Resolver); ok {
		if ips, ok := r.LookUp(host); ok {
			f.resolved(ips, host, port)
			return
		}
	}
	f.lookup = edo.Blocking(cx, func(task *edo.Task) (found, error) {
		return lookUp(task.Context(), network, host, port), nil
	}, edo.Name("socket: looking up "+host))
}

// resolved keeps the addresses that the resolver of the driver has for a host.
func (f *dial) resolved(ips []netip.Addr, host, port string) {
	ips = slices.DeleteFunc(slices.Clone(ips), func(ip netip.Addr) bool {
		return f.network == "tcp4" && !ip.Is4() || f.network == "tcp6" && ip.Is4()
	})
	if len(ips) == 0 {
		f.keepError(nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true})
		return
	}
	hosts := make([]string, len(ips))
	for i, ip := range interleave(ips) {
		hosts[i] = ip.String()
	}
	f.addresses = join(hosts, port)
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
	for i, ip := range interleave(ips) {
		hosts[i] = ip.String()
	}
	return found{addresses: join(hosts, port)}
}

// interleave returns the addresses of the two families alternately, each family in the order
// in which the system prefers its addresses, and the family of the first address first.
func interleave(ips []netip.Addr) (all []netip.Addr) {
	var families [2][]netip.Addr
	for _, ip := range ips {
		ip, i := ip.Unmap(), 0
		if ip.Is4() != ips[0].Unmap().Is4() {
			i = 1
		}
		families[i] = append(families[i], ip)
	}
	for i := range max(len(families[0]), len(families[1])) {
		for _, family := range families {
			if i < len(family) {
				all = append(all, family[i])
			}
		}
	}
	return all
}

// join appends the port to each host.
func join(hosts []string, port string) []string {
	addresses := make([]string, len(hosts))
	for i, host := range hosts {
		addresses[i] = net.JoinHostPort(host, port)
	}
	return addresses
}

// connectNext begins to connect to the next address.
func (f *dial) connectNext(in *sched.Context) {
	address := f.addresses[0]
	f.addresses = f.addresses[1:]
	conn, err := f.driver.Dial(f.network, address, f.options...)
	if err != nil {
		f.fail(in, address, nil, err)
		return
	}
	f.attempts = append(f.attempts, newConn(conn, f.pc))
	f.due = sched.Never
	if f.delay >= 0 && len(f.addresses) > 0 {
		f.due = sched.After(in.Now(), f.delay)
	}
}

// fail ends an attempt. When the queue of a Unix listener is full, the system has no way to
// wait for room, and the same attempt is made again after a pause.
func (f *dial) fail(in *sched.Context, address string, addr net.Addr, err error) {
	if !driver.IsUnix(f.network) || !errors.Is(err, syscall.EAGAIN) {
		f.pause = 0
		f.keepError(addr, err)
		return
	}
	f.pause = min(max(2*f.pause, time.Millisecond), 50*time.Millisecond)
	f.due = sched.After(in.Now(), f.pause)
	f.addresses = []string{address}
}

// keepError keeps the first error.
func (f *dial) keepError(addr net.Addr, err error) {
	if f.err == nil {
		f.err = opError("dial", f.network, nil, addr, err)
	}
}

// Drop ends the dial, and closes its connections.
func (f *dial) Drop() {
	f.timer.Stop()
	f.addresses = nil
	f.keepError(nil, errClosed)
	if f.lookup != nil {
		f.lookup.Abort()
		f.lookup.Drop()
		f.lookup = nil
	}
	for _, conn := range f.attempts {
		conn.Close()
	}
	f.attempts = nil
}
