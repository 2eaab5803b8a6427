package simulated

import (
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/edo-go/edo/internal/driver"
)

func TestPortsAreGivenOutUpwards(t *testing.T) {
	d := New(Config{})
	for i := range 3 {
		l := listen(t, d, "tcp", "127.0.0.1:0")
		addr, ok := l.Addr().(*net.TCPAddr)
		if !ok || addr.Port != 49152+i || !addr.IP.Equal(net.IPv4(127, 0, 0, 1)) {
			t.Fatalf("got the address %v", l.Addr())
		}
		l.Close() // a port that was given back is not the next one
	}
}

func TestPortsContinueBelowWhenTheHighOnesAreUsedUp(t *testing.T) {
	d := New(Config{})
	d.net.ports.next = 65535
	last := listen(t, d, "tcp", "127.0.0.1:0").Addr().(*net.TCPAddr).Port
	next := listen(t, d, "tcp", "127.0.0.1:0").Addr().(*net.TCPAddr).Port
	if last != 65535 || next != 1024 {
		t.Fatalf("got %d and %d, want 65535 and 1024", last, next)
	}
}

func TestNoPortsLeftIsAnError(t *testing.T) {
	d := New(Config{})
	l := listen(t, d, "tcp", ":80")
	for port := range 1 << 16 {
		d.net.ports.take(uint16(port))
	}
	_, err := d.Listen("tcp", "127.0.0.1:0")
	isErr(t, err, syscall.EADDRINUSE)
	_, err = d.Dial("tcp", "127.0.0.1:80")
	isErr(t, err, syscall.EADDRNOTAVAIL)
	d.net.ports.used[5000] = 0
	c := dial(t, d, l.Addr())
	if got := c.LocalAddr().(*net.TCPAddr).Port; got != 5000 {
		t.Fatalf("got the port %d, want 5000", got)
	}
	c.Close()
	if d.net.ports.used[5000] != 0 {
		t.Fatal("the port was not given back")
	}
}

func TestListenRefusesWhatNetRefuses(t *testing.T) {
	for _, c := range []struct{ network, address, want string }{
		{"tcp", "127.0.0.1:80", "listen tcp 127.0.0.1:80: bind: address already in use"},
		{"tcp", "0.0.0.0:80", "listen tcp 0.0.0.0:80: bind: address already in use"},
		{"tcp4", ":80", "listen tcp4 :80: bind: address already in use"},
		{"udp", "127.0.0.1:0", "listen udp: unknown network udp"},
		{"tcp", "127.0.0.1", "listen tcp: address 127.0.0.1: missing port in address"},
		{"tcp", "127.0.0.1:http", "listen tcp: address http: invalid port"},
		{"tcp", "127.0.0.1:70000", "listen tcp: address 70000: invalid port"},
		{"tcp", "localhost:0", "listen tcp: invalid IP address: localhost"},
		{"tcp6", "127.0.0.1:0", "listen tcp6: address 127.0.0.1: no suitable address"},
		{"tcp4", "[::1]:0", "listen tcp4: address ::1: no suitable address"},
	} {
		d := New(Config{})
		listen(t, d, "tcp", "127.0.0.1:80")
		_, err := d.Listen(c.network, c.address)
		if fmt.Sprint(err) != c.want {
			t.Errorf("%s %s: got %q, want %q", c.network, c.address, err, c.want)
		}
	}
}

func TestDialFindsTheListenerOfTheAddress(t *testing.T) {
	for _, c := range []struct {
		network, listens, dials string
		remote                  string // empty: refused
	}{
		{"tcp", "127.0.0.1:80", "127.0.0.1:80", "127.0.0.1:80"},
		{"tcp", "127.0.0.1:80", "127.0.0.1:81", ""},
		{"tcp", "127.0.0.1:80", "127.0.0.2:80", ""},
		{"tcp", "127.0.0.1:80", ":80", "127.0.0.1:80"},
		{"tcp", "127.0.0.1:80", "0.0.0.0:80", "127.0.0.1:80"},
		{"tcp", "127.0.0.1:80", "[::ffff:127.0.0.1]:80", "127.0.0.1:80"},
		{"tcp", "[::1]:80", "127.0.0.1:80", ""},
		{"tcp", "[::1]:80", "[::]:80", "[::1]:80"},
		{"tcp", ":80", "10.1.2.3:80", "10.1.2.3:80"},
		{"tcp", ":80", "[2001:db8::1]:80", "[2001:db8::1]:80"},
		{"tcp", "0.0.0.0:80", "[::1]:80", "[::1]:80"}, // both families, as in net
		{"tcp4", ":80", "127.0.0.1:80", "127.0.0.1:80"},
		{"tcp4", ":80", "[::1]:80", ""},
		{"tcp6", ":80", "[::1]:80", "[::1]:80"},
		{"tcp6", ":80", "127.0.0.1:80", ""},
	} {
		d, task := New(Config{}), newMock()
		listen(t, d, c.network, c.listens)
		client, err := d.Dial("tcp", c.dials)
		isErr(t, err, nil)
		err = task.connect(client)
		if c.remote == "" {
			isErr(t, err, syscall.ECONNREFUSED)
		} else if err != nil || client.RemoteAddr().String() != c.remote {
			t.Errorf("%s %s: dialing %s led to %v, %v", c.network, c.listens, c.dials, client.RemoteAddr(), err)
		}
	}
}

func TestListenersOfTwoFamiliesShareAPort(t *testing.T) {
	d, task := New(Config{}), newMock()
	four, six := listen(t, d, "tcp4", ":80"), listen(t, d, "tcp6", ":80")
	dial(t, d, &net.TCPAddr{IP: net.IPv6loopback, Port: 80})
	_, err := task.accept(four)
	task.isPending(t, err)
	_, err = task.accept(six)
	isErr(t, err, nil)
}

func TestDialWithoutAListenerIsRefusedByConnect(t *testing.T) {
	d, task := New(Config{}), newMock()
	c, err := d.Dial("tcp", "127.0.0.1:80")
	isErr(t, err, nil)
	for range 2 {
		err = task.connect(c)
		const want = "dial tcp 127.0.0.1:80: connect: connection refused"
		if isErr(t, err, syscall.ECONNREFUSED); err.Error() != want {
			t.Fatalf("got %q, want %q", err, want)
		}
	}
	_, err = task.read(c)
	isErr(t, err, syscall.ECONNREFUSED)
	_, err = task.write(c, "x")
	isErr(t, err, syscall.ECONNREFUSED)
	isErr(t, c.Close(), nil)
}

func TestDialRefusesMalformedAddresses(t *testing.T) {
	_, err := New(Config{}).Dial("tcp", "example.com:80")
	if want := "dial tcp: invalid IP address: example.com"; fmt.Sprint(err) != want {
		t.Fatalf("got %q, want %q", err, want)
	}
}

func TestBothEndsKnowTheirAddresses(t *testing.T) {
	a, b, _, _ := pair(t, Config{})
	if a.LocalAddr().String() != b.RemoteAddr().String() || a.RemoteAddr().String() != b.LocalAddr().String() ||
		a.LocalAddr().String() != "127.0.0.1:49153" || a.RemoteAddr().String() != "127.0.0.1:49152" {
		t.Fatalf("%v to %v, and %v to %v", a.LocalAddr(), a.RemoteAddr(), b.LocalAddr(), b.RemoteAddr())
	}
}

func TestOneConnectionWakesTheLongestWaitingAcceptorAlone(t *testing.T) {
	d, one, two := New(Config{}), newMock(), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:0")
	one.accept(l)
	two.accept(l)
	one.accept(l) // it keeps its position
	dial(t, d, l.Addr())
	one.woken(t, 1)
	two.woken(t, 0)
	dial(t, d, l.Addr())
	one.woken(t, 0)
	two.woken(t, 1)
	for _, task := range []*mock{two, one} {
		_, err := task.accept(l)
		isErr(t, err, nil)
	}
}

func TestForgottenAcceptorPassesItsWakeOn(t *testing.T) {
	d, one, two := New(Config{}), newMock(), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:0")
	one.accept(l)
	two.accept(l)
	dial(t, d, l.Addr())
	one.woken(t, 1)
	l.Forget(&one.task)
	two.woken(t, 1)
	_, err := two.accept(l)
	isErr(t, err, nil)
}

func TestForgottenAcceptorThatWasNotWokenWakesNoTask(t *testing.T) {
	d, one, two := New(Config{}), newMock(), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:0")
	one.accept(l)
	two.accept(l)
	l.Forget(&one.task)
	two.woken(t, 0)
	dial(t, d, l.Addr())
	one.woken(t, 0)
	two.woken(t, 1)
}

func TestAcceptorWhoseConnectionWasTakenWaitsAgain(t *testing.T) {
	d, one, thief := New(Config{}), newMock(), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:0")
	one.accept(l)
	dial(t, d, l.Addr())
	one.woken(t, 1)
	_, err := thief.accept(l)
	isErr(t, err, nil)
	_, err = one.accept(l)
	one.isPending(t, err)
	dial(t, d, l.Addr())
	one.woken(t, 1)
	thief.woken(t, 0)
}

func TestConnectWaitsForRoomInTheBacklog(t *testing.T) {
	d, acceptor, client := New(Config{}), newMock(), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:0")
	for range backlog {
		isErr(t, client.connect(dial(t, d, l.Addr())), nil)
	}
	waits, gone, last := dial(t, d, l.Addr()), dial(t, d, l.Addr()), dial(t, d, l.Addr())
	for _, c := range []driver.Conn{waits, last} {
		client.isPending(t, client.connect(c))
	}
	_, err := client.write(waits, "x")
	client.isPending(t, err)
	reader := newMock()
	_, err = reader.read(waits)
	reader.isPending(t, err)
	isErr(t, waits.CloseWrite(), syscall.ENOTCONN)
	gone.Close()
	acceptor.accept(l)
	client.woken(t, 1) // it waits to write to waits, by Connect and Write; not to last
	isErr(t, client.connect(waits), nil)
	client.isPending(t, client.connect(last))
	acceptor.accept(l)
	client.woken(t, 1)
	isErr(t, client.connect(last), nil)
	for range backlog {
		c, err := acceptor.accept(l)
		isErr(t, err, nil)
		if c.RemoteAddr().String() == gone.LocalAddr().String() {
			t.Fatal("accepted a connection that was closed before it was established")
		}
	}
}

func TestListenerCloseWakesAcceptorsAndResetsQueuedConnections(t *testing.T) {
	d, acceptor, client := New(Config{}), newMock(), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:0")
	acceptor.accept(l)
	isErr(t, l.Close(), nil)
	isErr(t, l.Close(), nil)
	acceptor.woken(t, 1)
	_, err := acceptor.accept(l)
	isErr(t, err, net.ErrClosed)

	l = listen(t, d, "tcp", "127.0.0.1:0")
	var queued []driver.Conn
	for range backlog + 1 {
		queued = append(queued, dial(t, d, l.Addr()))
	}
	client.read(queued[0])
	client.connect(queued[backlog])
	l.Close()
	client.woken(t, 2)
	_, err = client.read(queued[0])
	isErr(t, err, syscall.ECONNRESET)
	isErr(t, client.connect(queued[backlog]), syscall.ECONNREFUSED)
}

func TestAddressOfAClosedListenerIsFree(t *testing.T) {
	d, task := New(Config{}), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:80")
	c := dial(t, d, l.Addr())
	accepted, err := task.accept(l)
	isErr(t, err, nil)
	l.Close()
	task.writes(t, c, "x", 1) // an accepted connection goes on
	task.reads(t, accepted, "x")
	listen(t, d, "tcp", "127.0.0.1:80")
	isErr(t, task.connect(dial(t, d, l.Addr())), nil)
}

func TestConnectionClosedBeforeItIsAcceptedCanStillBeRead(t *testing.T) {
	d, task := New(Config{}), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:0")
	c := dial(t, d, l.Addr())
	task.writes(t, c, "x", 1)
	c.Close()
	accepted, err := task.accept(l)
	isErr(t, err, nil)
	task.reads(t, accepted, "x")
}

func TestDriverCloseClosesEverything(t *testing.T) {
	d, task := New(Config{}), newMock()
	l := listen(t, d, "tcp", "127.0.0.1:0")
	c := dial(t, d, l.Addr())
	isErr(t, d.Close(), nil)
	isErr(t, d.Close(), nil)
	_, err := task.accept(l)
	isErr(t, err, net.ErrClosed)
	_, err = task.read(c)
	isErr(t, err, net.ErrClosed)
	_, err = task.write(c, "x")
	isErr(t, err, net.ErrClosed)
	_, err = d.Listen("tcp", "127.0.0.1:0")
	isErr(t, err, net.ErrClosed)
	_, err = d.Dial("tcp", "127.0.0.1:80")
	isErr(t, err, net.ErrClosed)
	isErr(t, c.Close(), nil)
	isErr(t, l.Close(), nil)
}
