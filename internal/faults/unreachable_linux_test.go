package faults_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/faults/wire"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
)

// onWire runs fn for each family of addresses over a wire.
func onWire(t *testing.T, fn func(task *edo.Task, w *wire.Wire, near, far string) error) {
	t.Helper()
	w := wire.New(t)
	if w == nil {
		return
	}
	for _, at := range wire.Families {
		w.Behave(nil)
		err := edo.Run(func(task *edo.Task) error { return fn(task, w, at.Near, at.Far) }, tasktest.Quiet(edo.Config{}))
		if err != nil {
			t.Errorf("to %s: %v", at.Far, err)
		}
	}
}

// nowhere has no route: the documentation's addresses, RFC 5737 and 3849.
var nowhere = map[string]string{wire.Far: "192.0.2.1", wire.Far6: "2001:db8::1"}

// The two errors of a machine, or a network, that cannot be reached name the address.
func TestDialSaysThatAnAddressCannotBeReached(t *testing.T) {
	onWire(t, func(task *edo.Task, w *wire.Wire, near, far string) error {
		fails := func(address string, want error) error {
			_, err := socket.Dial(task, "tcp", net.JoinHostPort(address, "9"))
			var op *net.OpError
			if !errors.As(err, &op) || op.Op != "dial" || op.Addr == nil || op.Addr.String() != net.JoinHostPort(address, "9") {
				return fmt.Errorf("dial of %s: %#v", address, err)
			}
			return is("dial of "+address, err, want)
		}
		if err := fails(nowhere[far], syscall.ENETUNREACH); err != nil {
			return err
		}
		w.Behave(func(int) wire.Fate { return wire.Fate{Unreachable: true} })
		return fails(far, syscall.EHOSTUNREACH)
	})
}

// A datagram without a route is an error of its own, and the socket goes on.
func TestADatagramWithoutARouteIsAnErrorAndTheNextIsSent(t *testing.T) {
	onWire(t, func(task *edo.Task, w *wire.Wire, near, far string) error {
		c, err := socket.ListenPacket(task, "udp", net.JoinHostPort(near, "0"))
		if err != nil {
			return err
		}
		defer c.Close()
		to := func(address string) netip.AddrPort {
			return netip.AddrPortFrom(netip.MustParseAddr(address), c.LocalAddrPort().Port())
		}
		good := socket.Message{Buffer: []byte("good"), Addr: to(far)}
		bad := socket.Message{Buffer: []byte("bad"), Addr: to(nowhere[far])}
		_, err = c.WriteTo(task, bad.Buffer, bad.Addr)
		if err := is("a datagram", err, syscall.ENETUNREACH); err != nil {
			return err
		}
		n, err := c.WriteBatch(task, []socket.Message{good, bad, good})
		if err := is("a batch", err, syscall.ENETUNREACH); n != 1 || err != nil {
			return fmt.Errorf("%d were sent: %w", n, err)
		}
		if _, err := c.WriteTo(task, good.Buffer, good.Addr); err != nil {
			return err
		}
		for range 2 {
			p := make([]byte, 9)
			if n, from, err := c.ReadFrom(task, p); string(p[:n]) != "good" || from != to(far) || err != nil {
				return fmt.Errorf("got %q from %v, %v", p[:n], from, err)
			}
		}
		return nil
	})
}

// A connection outlives a router that cannot reach its peer for a while.
func TestAConnectionOutlivesAPeerThatCannotBeReachedForAWhile(t *testing.T) {
	onWire(t, func(task *edo.Task, w *wire.Wire, near, far string) error {
		a, b, err := acrossBetween(task, near, far)
		if err != nil {
			return err
		}
		defer a.Close()
		defer b.Close()
		refused := 0
		w.Behave(func(int) wire.Fate {
			refused++
			return wire.Fate{Unreachable: refused <= 2}
		})
		if _, err := a.Write(task, []byte("word")); err != nil {
			return err
		}
		p := make([]byte, 9)
		if n, err := b.Read(task, p); string(p[:n]) != "word" || err != nil {
			return fmt.Errorf("got %q, %v", p[:n], err)
		}
		_, err = b.Write(task, []byte("answer"))
		if err == nil {
			_, err = a.Read(task, p)
		}
		return err
	})
}

// When the user time-out ends a connection, the error says why no answer has come, to every operation.
func TestAConnectionWhosePeerCannotBeReachedEndsByItsTimeoutAndSaysSo(t *testing.T) {
	onWire(t, func(task *edo.Task, w *wire.Wire, near, far string) error {
		a, b, err := acrossBetween(task, near, far, socket.UserTimeout(300*time.Millisecond))
		if err != nil {
			return err
		}
		defer a.Close()
		defer b.Close()
		w.Behave(func(int) wire.Fate { return wire.Fate{Unreachable: true} })
		word := []byte("word")
		if _, err := a.Write(task, word); err != nil {
			return err
		}
		_, err = a.Read(task, word)
		if err := is("a read that waits", err, syscall.EHOSTUNREACH); err != nil {
			return err
		}
		_, err = a.Read(task, word)
		_, err2 := a.Write(task, word)
		return errors.Join(is("a later read", err, syscall.EHOSTUNREACH), is("a later write", err2, syscall.EHOSTUNREACH))
	})
}
