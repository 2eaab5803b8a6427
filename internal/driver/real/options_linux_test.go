package real_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// descriptor returns the descriptor of a socket of this process. It finds the socket by its
// two addresses, because the drivers do not export their descriptors.
func descriptor(t *testing.T, local, remote net.Addr) int {
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
		return fd
	}
	t.Fatalf("no socket from %v to %v", local, remote)
	return -1
}

// options returns the options of a socket of this process that package net sets.
func options(t *testing.T, local, remote net.Addr) string {
	t.Helper()
	fd := descriptor(t, local, remote)
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

// chosen are options, and what the kernel says of a socket that has them.
var chosen = []driver.Option{
	driver.NoDelay(false), driver.Linger(0), driver.ReadBuffer(20_000), driver.WriteBuffer(30_000),
	driver.UserTimeout(1500 * time.Microsecond), driver.KeepAlive{Enable: true, Idle: 1500 * time.Millisecond, Count: 3},
}

const chosenText = "nodelay 0, linger 1, read buffer 40000, write buffer 60000, user time-out 2, keep-alive 1 2 15 3"

func optionsOf(t *testing.T, local, remote net.Addr) string {
	t.Helper()
	fd := descriptor(t, local, remote)
	get := func(level, name int) int {
		v, err := syscall.GetsockoptInt(fd, level, name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return fmt.Sprintf("nodelay %d, linger %d, read buffer %d, write buffer %d, user time-out %d, keep-alive %d %d %d %d",
		get(syscall.IPPROTO_TCP, syscall.TCP_NODELAY), get(syscall.SOL_SOCKET, syscall.SO_LINGER),
		get(syscall.SOL_SOCKET, syscall.SO_RCVBUF), get(syscall.SOL_SOCKET, syscall.SO_SNDBUF),
		get(syscall.IPPROTO_TCP, 18), get(syscall.SOL_SOCKET, syscall.SO_KEEPALIVE),
		get(syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE), get(syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL),
		get(syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT))
}

func TestOptionsReachTheSocketsOfADialAndOfAListener(t *testing.T) {
	b := newHarness(t)
	l, err := b.Listen("tcp", "127.0.0.1:0", chosen...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.Dial("tcp", l.Addr().String(), chosen...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.do(edotest.NewTask(), c.Connect); err != nil {
		t.Fatal(err)
	}
	accepted := b.accept(edotest.NewTask(), l)
	for name, end := range map[string]driver.Conn{"dialed": c, "accepted": accepted} {
		if got := optionsOf(t, end.LocalAddr(), end.RemoteAddr()); got != chosenText {
			t.Errorf("%s: got %s\nwant %s", name, got, chosenText)
		}
	}
}

func TestOptionsOfAnOpenConnectionChange(t *testing.T) {
	b := newHarness(t)
	_, ours := b.pair()
	set := func(opts ...driver.Option) string {
		t.Helper()
		for _, o := range opts {
			if err := ours.Set(o); err != nil {
				t.Fatalf("%T: %v", o, err)
			}
		}
		return optionsOf(t, ours.LocalAddr(), ours.RemoteAddr())
	}
	if got := set(chosen...); got != chosenText {
		t.Errorf("got %s\nwant %s", got, chosenText)
	}
	const back = "nodelay 1, linger 0, read buffer 40000, write buffer 60000, user time-out 0, keep-alive 0 2 15 9"
	if got := set(driver.NoDelay(true), driver.Linger(-1), driver.UserTimeout(0),
		driver.KeepAlive{Idle: -1, Interval: -1}); got != back {
		t.Errorf("got %s\nwant %s", got, back)
	}
	for _, o := range []driver.Option{driver.ReusePort{}, driver.LocalAddr{}, driver.Control(nil)} {
		if err := ours.Set(o); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%T: got %v, want that it is unsupported", o, err)
		}
	}
	ours.Close()
	if err := ours.Set(driver.NoDelay(true)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed", err)
	}
}

func TestControlSeesTheSocketBeforeItIsBoundAndItsErrorIsThatOfTheCall(t *testing.T) {
	b := newHarness(t)
	var seen []string
	hook := driver.Control(func(network, address string, c syscall.RawConn) error {
		seen = append(seen, network+" "+address)
		var err error
		c.Control(func(fd uintptr) {
			if sa, _ := syscall.Getsockname(int(fd)); sa.(*syscall.SockaddrInet4).Port != 0 {
				t.Error("the socket is bound already")
			}
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 25_000)
		})
		return err
	})
	l, err := b.Listen("tcp4", "127.0.0.1:0", hook)
	if err != nil {
		t.Fatal(err)
	}
	fd := descriptor(t, l.Addr(), nil)
	if got, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF); got != 50_000 {
		t.Errorf("the hook's option is not set: %d, %v", got, err)
	}
	c, err := b.Dial("tcp", l.Addr().String(), hook)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.do(edotest.NewTask(), c.Connect); err != nil {
		t.Fatal(err)
	}
	if want := []string{"tcp4 127.0.0.1:0", "tcp4 " + l.Addr().String()}; !slices.Equal(slices.Compact(seen), want) {
		t.Errorf("the hook saw %q, want %q", seen, want)
	}
	fails := driver.Control(func(string, string, syscall.RawConn) error { return syscall.EPERM })
	if _, err := b.Listen("tcp", "127.0.0.1:0", fails); !errors.Is(err, syscall.EPERM) {
		t.Errorf("listen: got %v, want EPERM", err)
	}
	if _, err := b.connectWith(fails, l.Addr().String()); !errors.Is(err, syscall.EPERM) {
		t.Errorf("dial: got %v, want EPERM", err)
	}
}

func TestConnectionStartsAtItsLocalAddr(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	from := func(text string) driver.Option { return driver.LocalAddr(netip.MustParseAddrPort(text)) }
	c, err := b.connectWith(from("127.0.0.7:0"), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if got := c.LocalAddr().(*net.TCPAddr); got.IP.String() != "127.0.0.7" || got.Port == 0 {
		t.Errorf("it starts at %v", got)
	}
	if got := b.accept(edotest.NewTask(), l).RemoteAddr().String(); got != c.LocalAddr().String() {
		t.Errorf("the listener sees %v, want %v", got, c.LocalAddr())
	}
	again, err := b.connectWith(from(c.LocalAddr().String()), l.Addr().String())
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v, %v, want EADDRINUSE", again, err)
	}
	var mismatch *net.AddrError
	if _, err := b.connectWith(from("[::1]:0"), l.Addr().String()); !errors.As(err, &mismatch) {
		t.Errorf("got %v, want that the families differ", err)
	}
}

// connectWith dials with one option, and returns the error of either step.
func (b *harness) connectWith(o driver.Option, address string) (driver.Conn, error) {
	c, err := b.Dial("tcp", address, o)
	if err != nil {
		return nil, err
	}
	_, err = b.do(edotest.NewTask(), c.Connect)
	return c, err
}
