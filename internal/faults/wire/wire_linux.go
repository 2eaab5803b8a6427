package wire

import (
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/tasktest"
)

// A Wire is the only network of a child process, beside loopback: a tunnel device with the address
// Near. What is sent to Far comes back with both addresses swapped, and so to a socket of this
// process, for which it is from Far. The sum of the addresses stays the same, and so do the
// checksums. The same holds for Near6 and Far6.
type Wire struct {
	device *os.File

	mu   sync.Mutex // guards the following
	fate func(n int) Fate
	n    int    // packets so far
	held []byte // one that the next overtakes
}

// The addresses.
const (
	Near, Far   = "10.77.0.1", "10.77.0.2"
	Near6, Far6 = "fd77::1", "fd77::2"
)

// Families are the addresses of both families.
var Families = []struct{ Near, Far string }{{Near, Far}, {Near6, Far6}}

// A Fate is what becomes of a packet.
type Fate struct {
	Lost        bool
	Unreachable bool          // lost, and a router says that its receiver cannot be reached
	Overtaken   bool          // by the next one
	Delay       time.Duration // on the way
}

// New runs the test that calls it in a child process, and returns the network of that there, which
// behaves well at first. Elsewhere it returns nil.
func New(t *testing.T) *Wire {
	t.Helper()
	const needs = "needs Linux user and network namespaces for this user (unshare -Urn), IPv6, and /dev/net/tun"
	attr := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	if !tasktest.InChild(t, attr, needs) {
		return nil
	}
	w := &Wire{}
	w.Behave(nil)
	var err error
	if w.device, err = openDevice(); err != nil {
		t.Skipf("%s: %v", needs, err)
	}
	t.Cleanup(func() { w.device.Close() })
	go w.carry()
	return w
}

// Behave sets what becomes of the packets from now on, each of which has a number; nil: all come at
// once and in order.
func (w *Wire) Behave(of func(n int) Fate) {
	if of == nil {
		of = func(int) Fate { return Fate{} }
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fate = of
}

// Cut loses all packets from now on.
func (w *Wire) Cut() { w.Behave(func(int) Fate { return Fate{Lost: true} }) }

// carry carries packets until the device is closed.
func (w *Wire) carry() {
	for {
		p := make([]byte, 1<<16)
		n, err := w.device.Read(p)
		if err != nil {
			return
		}
		if p = p[:n]; !isToFar(p) { // the kernel looks for neighbours and groups
			continue
		}
		w.mu.Lock()
		w.n++
		f := w.fate(w.n)
		overtook := w.held
		w.held = nil
		if f.Overtaken {
			w.held = p
		}
		w.mu.Unlock()
		if !f.Unreachable {
			swapAddresses(p)
		}
		switch {
		case f.Lost || f.Overtaken:
		case f.Unreachable:
			w.device.Write(unreachable(p))
		case f.Delay > 0:
			time.AfterFunc(f.Delay, func() { w.device.Write(p) })
		default:
			w.device.Write(p)
		}
		if overtook != nil {
			w.device.Write(overtook)
		}
	}
}

var far4, far6 = net.ParseIP(Far).To4(), net.ParseIP(Far6)
