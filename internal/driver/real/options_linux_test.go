package real_test

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// options returns the options of a socket of this process. It finds the socket by its two
// addresses, because the drivers do not export their descriptors.
func options(t *testing.T, local, remote net.Addr) string {
	t.Helper()
	for fd := range 1 << 12 {
		at, err := syscall.Getsockname(fd)
		if err != nil || !is(at, local) {
			continue
		}
		if remote != nil {
			if peer, err := syscall.Getpeername(fd); err != nil || !is(peer, remote) {
				continue
			}
		}
		var text strings.Builder
		for _, o := range []struct {
			name         string
			level, value int
		}{
			{"protocol", syscall.SOL_SOCKET, syscall.SO_PROTOCOL},
			{"nodelay", syscall.IPPROTO_TCP, syscall.TCP_NODELAY},
			{"keepalive", syscall.SOL_SOCKET, syscall.SO_KEEPALIVE},
			{"idle", syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE},
			{"interval", syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL},
			{"count", syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT},
		} {
			v, err := syscall.GetsockoptInt(fd, o.level, o.value)
			if err != nil {
				t.Fatalf("%s: %v", o.name, err)
			}
			fmt.Fprintf(&text, "%s %d ", o.name, v)
		}
		return text.String()
	}
	t.Fatalf("no socket from %v to %v", local, remote)
	return ""
}

func is(sa syscall.Sockaddr, addr net.Addr) bool {
	at, ok := sa.(*syscall.SockaddrInet4)
	want := addr.(*net.TCPAddr)
	return ok && at.Port == want.Port && net.IP(at.Addr[:]).Equal(want.IP)
}

func protocol(text string) string { return strings.Fields(text)[1] }

func TestBothEndsHaveTheOptionsThatNetSets(t *testing.T) {
	theirListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer theirListener.Close()
	dialed, err := net.Dial("tcp", theirListener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer dialed.Close()
	accepted, err := theirListener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	wantDialed := options(t, dialed.LocalAddr(), dialed.RemoteAddr())
	wantAccepted := options(t, accepted.LocalAddr(), accepted.RemoteAddr())
	if !strings.Contains(wantDialed, "keepalive 1 idle 15 interval 15 count 9") {
		t.Logf("package net has other options now: %s", wantDialed)
	}

	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	if got, want := protocol(options(t, l.Addr(), nil)), protocol(options(t, theirListener.Addr(), nil)); got != want {
		t.Errorf("the listener has protocol %s, want %s as in package net", got, want)
	}
	task := edotest.NewTask()
	var c driver.Conn
	if _, err := b.do(task, func(cx *sched.Context) (_ driver.Poll, err error) {
		if c == nil {
			if c, err = b.Dial("tcp", l.Addr().String()); err != nil {
				return driver.Ready, err
			}
		}
		return c.Connect(cx)
	}); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	a := b.accept(task, l)
	defer a.Close()
	if got := options(t, c.LocalAddr(), c.RemoteAddr()); got != wantDialed {
		t.Errorf("dialled: %s, want %s", got, wantDialed)
	}
	if got := options(t, a.LocalAddr(), a.RemoteAddr()); got != wantAccepted {
		t.Errorf("accepted: %s, want %s", got, wantAccepted)
	}
}

func TestClientThatAsksForMultipathTCPGetsWhatNetGivesIt(t *testing.T) {
	get := func(l net.Addr, accept func() (local, remote net.Addr)) string {
		var dialer net.Dialer
		dialer.SetMultipathTCP(true)
		c, err := dialer.Dial("tcp", l.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		local, remote := accept()
		return options(t, local, remote) // with all options
	}
	theirs, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	want := get(theirs.Addr(), func() (net.Addr, net.Addr) {
		c, err := theirs.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c.LocalAddr(), c.RemoteAddr()
	})
	b := newHarness(t)
	ours := b.listen()
	defer ours.Close()
	got := get(ours.Addr(), func() (net.Addr, net.Addr) {
		c := b.accept(edotest.NewTask(), ours)
		t.Cleanup(func() { c.Close() })
		return c.LocalAddr(), c.RemoteAddr()
	})
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	t.Log(got)
}
