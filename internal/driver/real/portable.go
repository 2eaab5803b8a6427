//go:build !linux || portable

package real

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// portableDriver is the driver without a poller: package net, and a goroutine for each
// operation that waits. When the operation has completed, the goroutine leaves the result
// with the connection, puts the waiters onto a list and ends. Look and Wait wake the tasks
// on that list.
//
// Rules: mu guards the fields after it. A goroutine other than the waiter that changes
// waiting from true to false puts a token into wakeup: so there is at most one token, and
// it belongs to the wait under way.
type portableDriver struct {
	clock
	wakeup      chan struct{}
	running     sync.WaitGroup // goroutines of operations
	writesBlock bool           // see portableWrites
	files       socketFiles

	mu      sync.Mutex
	ready   driver.Waiters // to be woken at the next look
	called  bool           // a wake is kept for the next wait
	waiting bool           // a goroutine waits
	closed  bool
	open    map[resource]struct{}
}

// resource is a connection or a listener, which Close closes.
type resource interface{ Close() error }

// New returns a driver, whose clock starts now.
func New() (driver.Driver, error) {
	return &portableDriver{
		clock:  newClock(),
		wakeup: make(chan struct{}, 1),
		open:   map[resource]struct{}{},

		writesBlock: writesBlock,
	}, nil
}

func (d *portableDriver) Registered() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.open) > 0 || len(d.ready) > 0
}

// Sources returns how many connections and listeners are open.
func (d *portableDriver) Sources() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.open)
}

func (d *portableDriver) Look(cx *sched.Context) bool {
	d.mu.Lock()
	ready := d.ready.RemoveAll()
	d.mu.Unlock()
	for _, t := range ready {
		t.WakeBack(cx)
	}
	return len(ready) > 0
}

// Wait never reports a stall: a goroutine that is no task may call Wake.
func (d *portableDriver) Wait(cx *sched.Context, deadline int64) bool {
	d.mu.Lock()
	d.waiting = !d.called && len(d.ready) == 0
	d.called = false
	waiting := d.waiting
	d.mu.Unlock()
	if waiting && !d.sleep(deadline) {
		d.mu.Lock()
		waiting = d.waiting
		d.waiting = false
		d.called = false
		d.mu.Unlock()
		if !waiting {
			<-d.wakeup // the token came just after the deadline
		}
	}
	d.Look(cx)
	return false
}

// sleep waits for a token, and reports whether it came before the deadline.
func (d *portableDriver) sleep(deadline int64) bool {
	if deadline == sched.Never {
		<-d.wakeup
		return true
	}
	timer := time.NewTimer(time.Duration(deadline - d.Now()))
	defer timer.Stop()
	select {
	case <-d.wakeup:
		return true
	case <-timer.C:
		return false
	}
}

func (d *portableDriver) Wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.waiting {
		d.called = true
	}
	d.endWait()
}

// endWait ends the wait under way. mu is held.
func (d *portableDriver) endWait() {
	if d.waiting {
		d.waiting = false
		d.wakeup <- struct{}{}
	}
}

// wakeAtLook has the next look wake tasks.
func (d *portableDriver) wakeAtLook(tasks driver.Waiters) {
	if len(tasks) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ready = append(d.ready, tasks...)
	d.endWait()
}

// start runs an operation on a goroutine of its own, unless the driver is closed.
func (d *portableDriver) start(operation func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	d.running.Go(operation)
	return true
}

// add adds r to the resources that Close closes, unless the driver is closed already.
func (d *portableDriver) add(r resource) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	d.open[r] = struct{}{}
	return true
}

func (d *portableDriver) remove(r resource) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, r)
}

func (d *portableDriver) Listen(network, text string, opts ...driver.Option) (driver.Listener, error) {
	if _, err := driver.ParseAddress(network, text); err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	before, after := split(opts)
	config := net.ListenConfig{Control: before.control}
	if driver.IsUnix(network) && slices.ContainsFunc(after, isOnlyTCP) {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: &net.UnixAddr{Name: text, Net: network}, Err: errOnlyTCP}
	}
	inner, err := config.Listen(context.Background(), network, text)
	if err != nil {
		return nil, err
	}
	if unix, ok := inner.(*net.UnixListener); ok {
		unix.SetUnlinkOnClose(false) // it would remove a later socket of the same path
	}
	l := &portableListener{driver: d, network: network, inner: inner, done: make(chan struct{}), options: after}
	l.file = d.files.add(inner.Addr())
	if !d.add(l) {
		l.file.remove()
		inner.Close()
		return nil, &net.OpError{Op: "listen", Net: network, Addr: inner.Addr(), Err: net.ErrClosed}
	}
	return l, nil
}

func (d *portableDriver) Dial(network, text string, opts ...driver.Option) (driver.Conn, error) {
	a, err := driver.ParseAddress(network, text)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	a = a.ToLocal()
	before, after := split(opts)
	dialer := &net.Dialer{Control: before.controlDial}
	if before.local.IsValid() && driver.IsUnix(network) {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: a.Net(), Err: errOnlyTCP}
	}
	if before.local.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(before.local)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &portableConn{driver: d, network: network, remote: a.Net(), cancel: cancel}
	if !d.add(c) || !d.start(func() { c.connect(ctx, dialer, after) }) {
		cancel()
		return nil, &net.OpError{Op: "dial", Net: network, Addr: c.remote, Err: net.ErrClosed}
	}
	return c, nil
}

// Close closes all resources, and returns when the goroutines of all operations have
// ended, which they do at once.
func (d *portableDriver) Close() error {
	d.mu.Lock()
	d.closed = true
	var open []resource
	for r := range d.open {
		open = append(open, r)
	}
	d.mu.Unlock()
	for _, r := range open {
		r.Close()
	}
	d.running.Wait()
	d.mu.Lock()
	d.ready = nil
	d.mu.Unlock()
	return nil
}
