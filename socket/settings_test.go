package socket

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

func TestLingerOfZeroDropsWhatWasNotReadAndResets(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		if err := a.SetLinger(0); err != nil {
			return err
		}
		a.Close()
		if _, err := b.Read(task, make([]byte, 8)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v, want ECONNRESET", err)
		}
		return nil
	})
}

func TestLingerCanBeTakenBack(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		if err := errors.Join(a.SetLinger(0), a.SetLinger(-1)); err != nil {
			return err
		}
		a.Close()
		if _, err := b.Read(task, make([]byte, 8)); err != io.EOF {
			t.Errorf("got %v, want io.EOF", err)
		}
		return nil
	})
}

func TestOptionsAreTakenEverywhereAndBadValuesNowhere(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		if err := errors.Join(
			a.SetNoDelay(false), a.SetNoDelay(true), a.SetReadBuffer(50_000), a.SetWriteBuffer(50_000),
			a.SetKeepAlive(net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: time.Second, Count: 4}),
		); err != nil {
			t.Error(err)
		}
		if err := a.SetUserTimeout(time.Minute); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"linger": a.SetLinger(1), "read buffer": a.SetReadBuffer(0),
			"write buffer": a.SetWriteBuffer(-1), "user time-out": a.SetUserTimeout(-1),
		} {
			var op *net.OpError
			if !errors.As(err, &op) || op.Op != "set" {
				t.Errorf("%s: got %v", name, err)
			}
		}
		a.Close()
		if err := a.SetNoDelay(true); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after Close: got %v", err)
		}
		return nil
	})
}

func TestBadOptionIsAnErrorOfTheCallThatIsGivenIt(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		var op *net.OpError
		if _, err := Listen(task, "tcp", "127.0.0.1:0", Linger(3)); !errors.As(err, &op) || op.Op != "listen" {
			t.Errorf("listen: got %v", err)
		}
		d := &Dialer{Options: []Option{ReadBuffer(-3)}}
		if _, err := d.Dial(task, "tcp", "127.0.0.1:1"); !errors.As(err, &op) || op.Op != "dial" {
			t.Errorf("dial: got %v", err)
		}
		return nil
	})
}

// An option that a call has no use for is an error of it, everywhere, and not what the
// system makes of it.
func TestOptionOfADialerIsNoneOfAListener(t *testing.T) {
	for _, local := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		everywhere(t, func(task *edo.Task) error {
			l, err := Listen(task, "tcp", "127.0.0.1:0", LocalAddr(netip.MustParseAddrPort(local)))
			if !errors.Is(err, errNotForListen) {
				l.Close()
				return fmt.Errorf("listen with %s: got %v", local, err)
			}
			return nil
		})
	}
}

func TestNoAddressIsNoLocalAddr(t *testing.T) {
	everywhere(t, func(task *edo.Task) error {
		d := &Dialer{Options: []Option{LocalAddr(netip.AddrPort{})}}
		if c, err := d.Dial(task, "tcp", "127.0.0.1:1"); err == nil || errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Errorf("got %v, %v", c, err)
		}
		return nil
	})
}

func TestNilHookIsNoControl(t *testing.T) {
	everywhere(t, func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0", Control(nil))
		if err != nil {
			return err
		}
		defer l.Close()
		d := &Dialer{Options: []Option{Control(nil)}}
		c, err := d.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		return c.Close()
	})
}

func TestBufferThatTheSystemCannotNameIsRefused(t *testing.T) {
	for _, o := range []Option{ReadBuffer(math.MaxInt), WriteBuffer(math.MaxInt)} {
		if math.MaxInt > math.MaxInt32 && o.err == nil {
			t.Error("it was accepted")
		}
	}
}

func TestSimulationSaysWhichOptionsItHasNot(t *testing.T) {
	hook := func(string, string, syscall.RawConn) error { return nil }
	err := sim.Run(1, func(task *edo.Task) error {
		for _, o := range []Option{ReusePort(), Control(hook)} {
			if _, err := Listen(task, "tcp", "127.0.0.1:0", o); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("listen: got %v", err)
			}
			d := &Dialer{Options: []Option{o}}
			if _, err := d.Dial(task, "tcp", "127.0.0.1:1"); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("dial: got %v", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The connections of a listener have its options: the simulated ones too.
func TestAcceptedConnectionHasTheLingerOfItsListener(t *testing.T) {
	main := func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0", Linger(0))
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := l.Accept(task)
		if err != nil {
			return err
		}
		b.Close()
		if _, err := a.Read(task, make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v, want ECONNRESET", err)
		}
		return nil
	}
	if err := errors.Join(edo.Run(main), sim.Run(1, main)); err != nil {
		t.Fatal(err)
	}
}
