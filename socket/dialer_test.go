package socket

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

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestFamiliesAlternateAndEachKeepsItsOrder(t *testing.T) {
	for have, want := range map[string]string{
		"":                              "",
		"10.0.0.2 10.0.0.1":             "10.0.0.2 10.0.0.1",
		"::2 ::1 10.0.0.2 10.0.0.1 ::3": "::2 10.0.0.2 ::1 10.0.0.1 ::3",
		"10.0.0.1 ::1 ::2 ::3":          "10.0.0.1 ::1 ::2 ::3",
		"::ffff:10.0.0.1 10.0.0.2 ::1":  "10.0.0.1 ::1 10.0.0.2",
	} {
		var ips []netip.Addr
		for _, text := range strings.Fields(have) {
			ips = append(ips, netip.MustParseAddr(text))
		}
		var got []string
		for _, ip := range interleave(ips) {
			got = append(got, ip.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", have, got, want)
		}
	}
}

// silent makes a listener whose queue is full, so that a connection to it is not
// established. It returns a function that accepts all of them.
func silent(task *edo.Task, address string) (*Listener, error) {
	l, err := Listen(task, "tcp", address)
	if err != nil {
		return nil, err
	}
	d, err := inside.Driver(task)
	if err != nil {
		return nil, err
	}
	for range 128 { // the backlog of the simulated network
		if _, err := d.Dial("tcp", address); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func addressesOf(texts ...string) *dial {
	return &dial{network: "tcp", address: "a name", started: true, addresses: texts, delay: attemptDelay}
}

// begin gives f the driver of task.
func (f *dial) on(task *edo.Task) edo.Future[*Conn] {
	f.driver, _ = inside.Driver(task)
	return f
}

func TestDialBeginsTheNextAttemptAfterTheDelayAndTheFirstToSucceedEndsTheOthers(t *testing.T) {
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		slow, err := silent(task, "10.0.0.1:80")
		if err != nil {
			return err
		}
		defer slow.Close()
		l, err := Listen(task, "tcp", "[fd00::1]:80")
		if err != nil {
			return err
		}
		defer l.Close()
		f := addressesOf("10.0.0.1:80", "10.0.0.2:80", "[fd00::1]:80", "10.0.0.3:80")
		began := now()
		conn, err := edo.Await(task, f.on(task))
		if err != nil {
			return err
		}
		defer conn.Close()
		// The attempt at 10.0.0.2 is refused, and the next one begins at once.
		if took := now() - began; took != 250*time.Millisecond || conn.RemoteAddr().String() != "[fd00::1]:80" {
			t.Errorf("connected to %v after %v, want [fd00::1]:80 after 250ms", conn.RemoteAddr(), took)
		}
		if len(f.attempts) != 0 || len(f.addresses) != 0 {
			t.Errorf("the dial goes on with %d attempts and %d addresses", len(f.attempts), len(f.addresses))
		}
		return nil
	})
}

func TestDialThatAllRefuseFailsAtOnceWithTheFirstError(t *testing.T) {
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		_, err := edo.Await(task, addressesOf("10.0.0.1:80", "[fd00::1]:80").on(task))
		var op *net.OpError
		if !errors.Is(err, syscall.ECONNREFUSED) || !errors.As(err, &op) || op.Addr.String() != "10.0.0.1:80" {
			t.Errorf("got %v, want that 10.0.0.1:80 refuses", err)
		}
		if now() != 0 {
			t.Errorf("it took %v", now())
		}
		return nil
	})
}

func TestAnEarlierAttemptMayStillWin(t *testing.T) {
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		first, err := silent(task, "10.0.0.1:80")
		if err != nil {
			return err
		}
		defer first.Close()
		second, err := silent(task, "10.0.0.2:80")
		if err != nil {
			return err
		}
		defer second.Close()
		edo.Go(task, func(task *edo.Task) error {
			for now() < 300*time.Millisecond {
				if err := timer.Sleep(task, 50*time.Millisecond); err != nil {
					return err
				}
			}
			conn, err := first.Accept(task)
			if err == nil {
				conn.Close()
			}
			return err
		})
		conn, err := edo.Await(task, addressesOf("10.0.0.1:80", "10.0.0.2:80").on(task))
		if err != nil {
			return err
		}
		defer conn.Close()
		if now() != 300*time.Millisecond || conn.RemoteAddr().String() != "10.0.0.1:80" {
			t.Errorf("connected to %v at %v, want 10.0.0.1:80 at 300ms", conn.RemoteAddr(), now())
		}
		return nil
	})
}

func TestNegativeDelayTriesOneAddressAfterTheOther(t *testing.T) {
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		slow, err := silent(task, "127.0.0.1:80")
		if err != nil {
			return err
		}
		l, err := Listen(task, "tcp6", "[::1]:80")
		if err != nil {
			return err
		}
		defer l.Close()
		edo.Go(task, func(task *edo.Task) error {
			err := timer.Sleep(task, 10*time.Second)
			slow.Close()
			return err
		})
		d := &Dialer{AttemptDelay: -1}
		conn, err := d.Dial(task, "tcp", "localhost:80")
		if err != nil {
			return err
		}
		defer conn.Close()
		if now() != 10*time.Second || conn.RemoteAddr().String() != "[::1]:80" {
			t.Errorf("connected to %v at %v, want [::1]:80 when the first has failed", conn.RemoteAddr(), now())
		}
		return nil
	})
}

func TestDroppedDialClosesAllItsAttempts(t *testing.T) {
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		var conns []*Conn
		f := addressesOf("10.0.0.1:80", "10.0.0.2:80")
		for _, address := range f.addresses {
			l, err := silent(task, address)
			if err != nil {
				return err
			}
			defer l.Close()
		}
		h := edo.Spawn(task, f.on(task))
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		conns = slices.Clone(f.attempts)
		h.Abort()
		h.Await(task)
		for _, c := range conns {
			if !c.inner.Closed() {
				t.Errorf("the attempt at %v goes on", c.RemoteAddr())
			}
		}
		if len(conns) != 2 {
			t.Errorf("there were %d attempts, want 2", len(conns))
		}
		return nil
	})
}

func TestDialerConnectsFromItsLocalAddr(t *testing.T) {
	main := func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		d := &Dialer{Options: []Option{LocalAddr(netip.MustParseAddrPort("127.0.0.1:0"))}}
		conn, err := d.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Close()
		accepted, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer accepted.Close()
		if got := accepted.RemoteAddr().String(); got != conn.LocalAddr().String() || !strings.HasPrefix(got, "127.0.0.1:") {
			return fmt.Errorf("the connection is from %s, and starts at %v", got, conn.LocalAddr())
		}
		var mismatch *net.AddrError
		d = &Dialer{Options: []Option{LocalAddr(netip.MustParseAddrPort("[::1]:0"))}}
		if _, err := d.Dial(task, "tcp", l.Addr().String()); !errors.As(err, &mismatch) {
			return fmt.Errorf("got %v, want that the families differ", err)
		}
		return nil
	}
	if err := edo.Run(main); err != nil {
		t.Error("real:", err)
	}
	if err := sim.Run(1, main); err != nil {
		t.Error("simulated:", err)
	}
}
