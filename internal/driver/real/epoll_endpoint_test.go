//go:build linux && !portable

package real

import (
	"net"
	"runtime"
	"syscall"
	"testing"

	"github.com/edo-go/edo/internal/driver"
)

func TestEndpointKeepsEveryAddress(t *testing.T) {
	mapped := [16]byte{10: 0xff, 11: 0xff, 12: 192, 13: 0, 14: 2, 15: 1}
	global := [16]byte{0: 0x20, 1: 1, 15: 1}
	for _, c := range []struct {
		sa     syscall.Sockaddr
		length int
		text   string
	}{
		{&syscall.SockaddrInet4{Addr: [4]byte{192, 0, 2, 1}, Port: 65535}, 4, "192.0.2.1:65535"},
		{&syscall.SockaddrInet6{Addr: mapped, Port: 1}, 16, "192.0.2.1:1"},
		{&syscall.SockaddrInet6{Addr: global, Port: 256}, 16, "[2001::1]:256"},
		{&syscall.SockaddrInet6{Addr: global, Port: 2, ZoneId: 123456}, 16, "[2001::1%123456]:2"},
		{&syscall.SockaddrInet6{Addr: mapped, Port: 3, ZoneId: 123456}, 16, "192.0.2.1%123456:3"},
		{&syscall.SockaddrInet6{}, 16, "[::]:0"},
	} {
		e, again := endpointOf(c.sa, 0), endpointOf(c.sa, 0)
		a := e.addr()
		if a.String() != c.text || len(a.IP) != c.length {
			t.Errorf("got %v of %d bytes, want %s of %d", a, len(a.IP), c.text, c.length)
		}
		if !e.is(again) {
			t.Errorf("%v is not itself", a)
		}
	}
	four := endpointOf(&syscall.SockaddrInet4{Addr: [4]byte{192, 0, 2, 1}, Port: 1}, 0)
	for _, sa := range []syscall.Sockaddr{
		&syscall.SockaddrInet4{Addr: [4]byte{192, 0, 2, 1}, Port: 2},
		&syscall.SockaddrInet4{Addr: [4]byte{192, 0, 2, 2}, Port: 1},
		&syscall.SockaddrInet6{Addr: mapped, Port: 1},
		&syscall.SockaddrInet6{Addr: global, Port: 1},
	} {
		if four.is(endpointOf(sa, 0)) {
			t.Errorf("%v is also %v", four.addr(), sa)
		}
	}
	if x, y := endpointOf(&syscall.SockaddrInet6{Addr: global, ZoneId: 1}, 0), endpointOf(&syscall.SockaddrInet6{Addr: global, ZoneId: 2}, 0); x.is(y) {
		t.Error("the zone makes no difference")
	}
}

// The address that accept takes from the kernel is that which the connection asks it for.
func TestAcceptedConnectionKnowsItsPeer(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		fd, err := listen(parsed(t, address), nil)
		if err != nil {
			if address == "[::1]:0" && hasNoIPv6(err) {
				continue
			}
			t.Fatal(err)
		}
		defer syscall.Close(fd)
		at := localAddr(fd, 0).(*net.TCPAddr)
		if _, _, errno := accept(fd, 0); errno != syscall.EAGAIN {
			t.Errorf("%s: no connection: got %v, want EAGAIN", address, errno)
		}
		client, err := net.Dial("tcp", at.String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		waitForConnection(fd)
		got, remote, errno := accept(fd, 0)
		if errno != 0 {
			t.Fatal(errno)
		}
		defer syscall.Close(got)
		peer, err := syscall.Getpeername(got)
		if err != nil || !remote.is(endpointOf(peer, 0)) {
			t.Errorf("%s: got %v, want %v, %v", address, remote.addr(), peer, err)
		}
		if want := client.LocalAddr().String(); remote.addr().String() != want {
			t.Errorf("%s: got %v, want %v", address, remote.addr(), want)
		}
		flags, _, _ := syscall.Syscall(syscall.SYS_FCNTL, uintptr(got), syscall.F_GETFL, 0)
		closes, _, _ := syscall.Syscall(syscall.SYS_FCNTL, uintptr(got), syscall.F_GETFD, 0)
		if flags&syscall.O_NONBLOCK == 0 || closes&syscall.FD_CLOEXEC == 0 {
			t.Errorf("%s: the descriptor has the flags %#x and %#x", address, flags, closes)
		}
	}
}

func parsed(t *testing.T, address string) driver.Address {
	a, err := driver.ParseAddress("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// waitForConnection returns when there is a connection to accept.
func waitForConnection(fd int) {
	for !hasConnection(fd) {
		runtime.Gosched()
	}
}
