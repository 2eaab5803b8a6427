package real_test

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
)

// connect dials and waits.
func (b *harness) connect(task *edotest.Task, network, address string) (driver.Conn, error) {
	b.Helper()
	c, err := b.Dial(network, address)
	if err != nil {
		return nil, err
	}
	_, err = b.do(task, c.Connect)
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func TestDialReachesListener(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	task := edotest.NewTask()
	c, err := b.connect(task, "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s := b.accept(task, l)
	b.write(task, c, []byte("ping"))
	p := make([]byte, 4)
	b.readAll(task, s, p)
	b.write(task, s, []byte("pong"))
	b.readAll(task, c, p)
	if string(p) != "pong" {
		t.Fatalf("got %q", p)
	}
	if c.LocalAddr().String() != s.RemoteAddr().String() || c.RemoteAddr().String() != s.LocalAddr().String() {
		t.Fatal("the two ends do not agree on their addresses")
	}
	if _, err := b.do(task, c.Connect); err != nil {
		t.Fatalf("a second Connect of an established connection returns %v", err)
	}
}

func TestDialWithoutAListenerIsRefused(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	address := l.Addr().String()
	l.Close()
	_, err := b.connect(edotest.NewTask(), "tcp", address)
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("got %v, want ECONNREFUSED", err)
	}
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "dial" || !strings.Contains(err.Error(), address) {
		t.Fatalf("%v does not name its operation", err)
	}
}

func TestCloseEndsConnecting(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	c, err := b.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := b.do(edotest.NewTask(), c.Connect); !errors.Is(err, net.ErrClosed) {
		t.Fatalf("got %v, want net.ErrClosed", err)
	}
}

func TestInvalidAddressesAreRefused(t *testing.T) {
	b := newHarness(t)
	for _, test := range []struct{ network, address, says string }{
		{"udp", "127.0.0.1:1", "unknown network udp"},
		{"tcp", "127.0.0.1", "missing port"},
		{"tcp", "127.0.0.1:99999", "invalid port"},
		{"tcp", "example.invalid:80", "invalid IP address"},
		{"tcp4", "[::1]:80", "no suitable address"},
		{"tcp6", "127.0.0.1:80", "no suitable address"},
	} {
		for _, op := range []string{"listen", "dial"} {
			var err error
			if op == "listen" {
				_, err = b.Listen(test.network, test.address)
			} else {
				_, err = b.Dial(test.network, test.address)
			}
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), op+" "+test.network) {
				t.Errorf("%s %s %s: got %v, want %q", op, test.network, test.address, err, test.says)
			}
		}
	}
}

// isTaken reports whether another program has the port of at on one of the hosts.
func isTaken(at net.Addr, hosts []string) bool {
	for _, host := range hosts {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(at.(*net.TCPAddr).Port)))
		if err != nil {
			return true
		}
		l.Close()
	}
	return false
}

func TestEveryFamilyIsServed(t *testing.T) {
	b := newHarness(t)
	if l, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Skipf("no IPv6 here: %v", err)
	} else {
		l.Close()
	}
	for _, test := range []struct {
		network, address string
		dial             []string // hosts that must reach the listener
		refused          []string
	}{
		{"tcp", ":0", []string{"127.0.0.1", "::1"}, nil},
		{"tcp4", ":0", []string{"127.0.0.1"}, []string{"::1"}},
		{"tcp6", ":0", []string{"::1"}, []string{"127.0.0.1"}},
		{"tcp", "[::1]:0", []string{"::1"}, []string{"127.0.0.1"}},
		{"tcp", "127.0.0.1:0", []string{"127.0.0.1", "", "0.0.0.0", "::ffff:127.0.0.1"}, []string{"::1"}},
	} {
		l, err := b.Listen(test.network, test.address)
		for err == nil && isTaken(l.Addr(), test.refused) {
			l.Close()
			l, err = b.Listen(test.network, test.address)
		}
		if err != nil {
			t.Fatalf("%s %s: %v", test.network, test.address, err)
		}
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range test.dial {
			task := edotest.NewTask()
			c, err := b.connect(task, "tcp", net.JoinHostPort(host, port))
			if err != nil {
				t.Fatalf("%s %s: %v", test.network, test.address, err)
			}
			s := b.accept(task, l)
			if s.RemoteAddr().String() != c.LocalAddr().String() {
				t.Errorf("%s %s: they see %v, we are %v", test.network, test.address, s.RemoteAddr(), c.LocalAddr())
			}
			c.Close()
			s.Close()
		}
		for _, host := range test.refused {
			if _, err := b.connect(edotest.NewTask(), "tcp", net.JoinHostPort(host, port)); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("%s %s, from %s: got %v, want ECONNREFUSED", test.network, test.address, host, err)
			}
		}
		l.Close()
	}
}

func TestPendingConnectIsWokenOnceWhenEstablished(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	task := edotest.NewTask()
	for range 20 {
		c, err := b.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		polls, err := b.do(task, c.Connect)
		if err != nil || polls > 2 {
			t.Fatalf("connected after %d polls: %v", polls, err)
		}
		c.Close()
	}
}
