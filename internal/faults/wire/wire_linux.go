package faults_test

import (
	"encoding/binary"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// A wire is the only network of a child process: a tunnel device with the address near. What is
// sent to far comes back with both addresses swapped, and so to a socket of this process, for
// which it is from far. The sum of the addresses stays the same, and so do the checksums.
//
// fate is asked for each packet what becomes of it.
type wire struct {
	device *os.File

	mu   sync.Mutex // guards the following
	fate func(n int) fate
	n    int    // packets so far
	held []byte // one that the next overtakes
}

const near, far = "10.77.0.1", "10.77.0.2"

// fate is what becomes of a packet.
type fate struct {
	lost      bool
	overtaken bool          // by the next one
	delay     time.Duration // on the way
}

// inNetwork is inChild for a process with a wire as its network.
func inNetwork(t *testing.T) *wire {
	t.Helper()
	const needs = "needs Linux user and network namespaces for this user (unshare -Urn), and /dev/net/tun"
	attr := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	if !inChild(t, attr, needs) {
		return nil
	}
	w := &wire{}
	w.behave(nil)
	if err := w.open(); err != nil {
		t.Skipf("%s: %v", needs, err)
	}
	t.Cleanup(func() { w.device.Close() })
	go w.carry()
	return w
}

// interfaceRequest is the ifreq of ioctl.
type interfaceRequest struct {
	name [16]byte
	data [24]byte
}

func (r *interfaceRequest) call(fd int, op uintptr) error {
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), op, uintptr(unsafe.Pointer(r))); e != 0 {
		return os.NewSyscallError("ioctl", e)
	}
	return nil
}

func (w *wire) open() error {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		return os.NewSyscallError("open", err)
	}
	control, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer syscall.Close(control)
	put := binary.NativeEndian.PutUint16
	address := func(a ...byte) (r interfaceRequest) {
		copy(r.name[:], "edo0")
		put(r.data[:], syscall.AF_INET)
		copy(r.data[4:], a)
		return r
	}
	tunnel := address()
	put(tunnel.data[:], syscall.IFF_TUN|syscall.IFF_NO_PI)
	if err := tunnel.call(fd, syscall.TUNSETIFF); err != nil {
		return err
	}
	w.device = os.NewFile(uintptr(fd), "tun") // only now: it is watched from here on
	at, mask, up := address(10, 77, 0, 1), address(255, 255, 255, 0), address()
	put(up.data[:], syscall.IFF_UP|syscall.IFF_RUNNING)
	if err := at.call(control, syscall.SIOCSIFADDR); err != nil {
		return err
	}
	if err := mask.call(control, syscall.SIOCSIFNETMASK); err != nil {
		return err
	}
	return up.call(control, syscall.SIOCSIFFLAGS)
}

// behave sets what becomes of the packets from now on; nil: all come at once and in order.
func (w *wire) behave(of func(n int) fate) {
	if of == nil {
		of = func(int) fate { return fate{} }
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fate = of
}

// cut loses all packets from now on.
func (w *wire) cut() { w.behave(func(int) fate { return fate{lost: true} }) }

func (w *wire) carry() {
	for {
		p := make([]byte, 1<<16)
		n, err := w.device.Read(p)
		if err != nil {
			return
		}
		if p = p[:n]; n < 20 || p[0]>>4 != 4 { // another protocol than IPv4
			continue
		}
		var source [4]byte
		copy(source[:], p[12:16])
		copy(p[12:16], p[16:20])
		copy(p[16:20], source[:])
		w.mu.Lock()
		w.n++
		f := w.fate(w.n)
		overtook := w.held
		w.held = nil
		if f.overtaken {
			w.held = p
		}
		w.mu.Unlock()
		switch {
		case f.lost || f.overtaken:
		case f.delay > 0:
			time.AfterFunc(f.delay, func() { w.device.Write(p) })
		default:
			w.device.Write(p)
		}
		if overtook != nil {
			w.device.Write(overtook)
		}
	}
}
