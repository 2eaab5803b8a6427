package wire

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

const deviceName = "edo0"

// interfaceRequest is the ifreq of ioctl.
type interfaceRequest struct {
	name [16]byte
	data [24]byte
}

// interfaceRequest6 is the in6_ifreq of ioctl.
type interfaceRequest6 struct {
	address [16]byte
	prefix  uint32
	index   int32
}

func control(fd int, op uintptr, arg unsafe.Pointer) error {
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), op, uintptr(arg)); e != 0 {
		return os.NewSyscallError("ioctl", e)
	}
	return nil
}

// openDevice makes the tunnel device, gives it the near addresses, and switches it on.
func openDevice() (*os.File, error) {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("open", err)
	}
	r := requestOf()
	binary.NativeEndian.PutUint16(r.data[:], syscall.IFF_TUN|syscall.IFF_NO_PI)
	if err := control(fd, syscall.TUNSETIFF, unsafe.Pointer(&r)); err != nil {
		syscall.Close(fd)
		return nil, err
	}
	device := os.NewFile(uintptr(fd), "tun") // only now: it is watched from here on
	if err := errors.Join(setAddress4(), setAddress6()); err != nil {
		device.Close()
		return nil, err
	}
	return device, nil
}

// requestOf returns a request about the device, with an IPv4 address or a number.
func requestOf(a ...byte) (r interfaceRequest) {
	copy(r.name[:], deviceName)
	binary.NativeEndian.PutUint16(r.data[:], syscall.AF_INET)
	copy(r.data[4:], a)
	return r
}

// setAddress4 sets the IPv4 address, and switches the device on, and the loopback device.
func setAddress4() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer syscall.Close(fd)
	at, mask, up := requestOf(net.ParseIP(Near).To4()...), requestOf(255, 255, 255, 0), requestOf()
	binary.NativeEndian.PutUint16(up.data[:], syscall.IFF_UP|syscall.IFF_RUNNING)
	loopback := up
	loopback.name = [16]byte{'l', 'o'}
	for _, step := range []struct {
		op uintptr
		r  *interfaceRequest
	}{{syscall.SIOCSIFADDR, &at}, {syscall.SIOCSIFNETMASK, &mask}, {syscall.SIOCSIFFLAGS, &up}, {syscall.SIOCSIFFLAGS, &loopback}} {
		if err := control(fd, step.op, unsafe.Pointer(step.r)); err != nil {
			return err
		}
	}
	return nil
}

// setAddress6 sets the IPv6 address, and waits until sockets can have it. The kernel asks no
// neighbour first, because a tunnel has none, but finds that out in a task of its own.
func setAddress6() error {
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer syscall.Close(fd)
	index := requestOf()
	if err := control(fd, syscall.SIOCGIFINDEX, unsafe.Pointer(&index)); err != nil {
		return err
	}
	r := interfaceRequest6{prefix: 64, index: int32(binary.NativeEndian.Uint32(index.data[:]))}
	copy(r.address[:], net.ParseIP(Near6))
	if err := control(fd, syscall.SIOCSIFADDR, unsafe.Pointer(&r)); err != nil {
		return err
	}
	for until := time.Now().Add(10 * time.Second); ; {
		err := syscall.Bind(fd, &syscall.SockaddrInet6{Addr: r.address})
		if err != syscall.EADDRNOTAVAIL || time.Now().After(until) {
			return os.NewSyscallError("bind", err)
		}
		runtime.Gosched()
	}
}
