//go:build linux && !portable

package real

import (
	"net"
	"os"
	"slices"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

// epollDriver is the driver on Linux: its sockets are registered with a poller.
type epollDriver struct {
	clock
	*poller.Poller
	files socketFiles
}

// New returns a driver, whose clock starts now. It has two descriptors, and one with
// GOMAXPROCS 1.
func New() (driver.Driver, error) {
	d := &epollDriver{clock: newClock()}
	var err error
	if d.Poller, err = poller.New(d.base); err != nil {
		return nil, err
	}
	d.Owner = d
	return d, nil
}

// Close closes the poller with all sockets.
func (d *epollDriver) Close() error {
	err := d.Poller.Close()
	d.files.removeAll()
	return err
}

// removeAll removes the files of the listeners that were not closed.
func (s *socketFiles) removeAll() {
	s.mu.Lock()
	var files []*socketFile
	for f := range s.open {
		files = append(files, f)
	}
	s.mu.Unlock()
	for _, f := range files {
		f.remove()
	}
}

// Wait waits in the poller. It never reports a stall: a goroutine that is no task may
// call Wake.
func (d *epollDriver) Wait(cx *sched.Context, deadline int64) bool {
	d.Poller.Wait(cx, deadline)
	return false
}

func (d *epollDriver) Listen(network, text string, opts ...driver.Option) (driver.Listener, error) {
	fail := func(a driver.Address, err error) (driver.Listener, error) {
		e := &net.OpError{Op: "listen", Net: network, Err: err}
		if a.IP.IsValid() || a.Port != 0 || a.Path != "" {
			e.Addr = a.Net()
		}
		return nil, e
	}
	a, err := driver.ParseAddress(network, text)
	if err != nil {
		return fail(driver.Address{}, err)
	}
	fd, err := listen(a, opts)
	if err != nil {
		return fail(a, err)
	}
	l := &listener{poller: d.Poller, network: indexOf(network), addr: localAddr(fd, indexOf(network))}
	l.file = d.files.add(l.addr)
	if err := d.Open(&l.source, fd, poller.Listeners, false); err != nil {
		syscall.Close(fd)
		l.file.remove()
		return fail(a, err)
	}
	return l, nil
}

func (d *epollDriver) Dial(network, text string, opts ...driver.Option) (driver.Conn, error) {
	a, err := driver.ParseAddress(network, text)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	a = a.ToLocal()
	if driver.IsUnix(network) {
		return d.dialUnix(a, opts)
	}
	v6 := a.IP.Is6()
	fd, err := open(v6, syscall.IPPROTO_TCP)
	if err != nil {
		return nil, dialError(indexOf(network), a.Net(), err)
	}
	if err := prepare(fd, a, v6, opts); err != nil {
		syscall.Close(fd)
		return nil, dialError(indexOf(network), a.Net(), err)
	}
	sa := sockaddr(a.IP, a.Port, v6)
	c := &conn{remote: endpointOf(sa, indexOf(network))}
	// The socket is registered after connect: epoll reports one that is not yet
	// connecting as hung up.
	switch err := syscall.Connect(fd, sa); err {
	case nil, syscall.EINPROGRESS, syscall.EALREADY, syscall.EINTR:
	default:
		syscall.Close(fd)
		return nil, dialError(indexOf(network), a.Net(), os.NewSyscallError("connect", err))
	}
	if err := d.Open(&c.source, fd, poller.Connections, false); err != nil {
		syscall.Close(fd)
		return nil, dialError(indexOf(network), a.Net(), err)
	}
	return c, nil
}

// indexOf returns the index in networks of a network that ParseAddress has accepted.
func indexOf(network string) uint8 { return uint8(slices.Index(networks[:], network)) }
