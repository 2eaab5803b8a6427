package socket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// packetEnds runs fn with two sockets on udp4 that are not connected, everywhere.
func packetEnds(t *testing.T, fn func(task *edo.Task, a, b *PacketConn) error) {
	t.Helper()
	everywhere(t, func(task *edo.Task) error {
		a, err := ListenPacket(task, "udp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := ListenPacket(task, "udp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer b.Close()
		return fn(task, a, b)
	})
}

func TestDatagramsKeepTheirBoundsAndSayWhoSentThem(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		long := bytes.Repeat([]byte("x"), 50_000)
		for _, p := range [][]byte{[]byte("one"), nil, long, []byte("four")} {
			if n, err := a.WriteTo(task, p, b.LocalAddrPort()); n != len(p) || err != nil {
				return fmt.Errorf("sent %d, %v", n, err)
			}
			got := make([]byte, 1<<16)
			n, from, err := b.ReadFrom(task, got)
			if err != nil || !bytes.Equal(got[:n], p) || from != a.LocalAddrPort() {
				return fmt.Errorf("got %d bytes from %v, %v; want %d from %v", n, from, err, len(p), a.LocalAddrPort())
			}
		}
		return nil
	})
}

func TestWhatABufferHasNoRoomForIsLostAndTheNextDatagramIsWhole(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		for _, p := range []string{"three hundred", "four"} {
			if _, err := a.WriteTo(task, []byte(p), b.LocalAddrPort()); err != nil {
				return err
			}
		}
		for _, want := range []string{"three", "four"} {
			p := make([]byte, 5)
			if n, _, err := b.ReadFrom(task, p); err != nil || string(p[:n]) != want {
				return fmt.Errorf("got %q, %v, want %q", p[:n], err, want)
			}
		}
		return nil
	})
}

func TestConnectedSocketHearsItsPeerAlone(t *testing.T) {
	packetEnds(t, func(task *edo.Task, peer, other *PacketConn) error {
		c, err := DialPacket(task, "udp4", peer.LocalAddr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		if c.RemoteAddr().String() != peer.LocalAddr().String() {
			return fmt.Errorf("connected to %v", c.RemoteAddr())
		}
		if _, err := other.WriteTo(task, []byte("stranger"), c.LocalAddrPort()); err != nil {
			return err
		}
		if _, err := c.Write(task, []byte("hello")); err != nil {
			return err
		}
		p := make([]byte, 99)
		n, from, err := peer.ReadFrom(task, p)
		if err != nil || string(p[:n]) != "hello" || from != c.LocalAddrPort() {
			return fmt.Errorf("got %q from %v, %v", p[:n], from, err)
		}
		if _, err := peer.WriteTo(task, []byte("back"), from); err != nil {
			return err
		}
		if n, from, err = c.ReadFrom(task, p); err != nil || string(p[:n]) != "back" || from != peer.LocalAddrPort() {
			return fmt.Errorf("got %q from %v, %v", p[:n], from, err)
		}
		_, err = c.WriteTo(task, []byte("x"), other.LocalAddrPort())
		if !errors.Is(err, net.ErrWriteToConnected) {
			return fmt.Errorf("WriteTo of a connected socket: %v", err)
		}
		var op *net.OpError
		if _, err = peer.Write(task, []byte("x")); !errors.As(err, &op) || op.Op != "write" {
			return fmt.Errorf("Write of a socket that is not connected: %v", err)
		}
		return nil
	})
}

// A connected socket hears of a datagram without a receiver at its next operation, once. A
// socket that is not connected never does.
func TestRefusedDatagramIsToldOnceToAConnectedSocket(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		gone := b.LocalAddrPort()
		c, err := DialPacket(task, "udp4", gone.String())
		if err != nil {
			return err
		}
		defer c.Close()
		b.Close()
		p := make([]byte, 9)
		for range 3 {
			if _, err := a.WriteTo(task, []byte("x"), gone); err != nil {
				return fmt.Errorf("not connected: %v", err)
			}
		}
		for range 3 {
			if _, err := c.Write(task, []byte("x")); err != nil {
				return fmt.Errorf("write: %v", err)
			}
			var op *net.OpError
			if _, err := c.Read(task, p); !errors.Is(err, syscall.ECONNREFUSED) || !errors.As(err, &op) || op.Op != "read" || op.Net != "udp4" {
				return fmt.Errorf("read: %v, want ECONNREFUSED", err)
			}
		}
		if err := c.SetReadDeadline(in(task, 20*time.Millisecond)); err != nil {
			return err
		}
		if _, err := c.Read(task, p); !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("it was told twice: %v", err)
		}
		return nil
	})
}

// A task that waits to read is woken by the refusal although nothing can be read.
func TestRefusalWakesAReadThatWaits(t *testing.T) {
	packetEnds(t, func(task *edo.Task, _, b *PacketConn) error {
		c, err := DialPacket(task, "udp4", b.LocalAddr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		b.Close()
		reader := edo.Go(task, func(task *edo.Task) error {
			_, err := c.Read(task, make([]byte, 1))
			return err
		})
		if err := edo.Yield(task); err != nil {
			return err
		}
		if _, err := c.Write(task, []byte("x")); err != nil {
			return err
		}
		if _, err := reader.Await(task); !errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})
}

func TestCloseAndDeadlinesEndOperationsOfDatagrams(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		read := func(task *edo.Task) error {
			_, _, err := a.ReadFrom(task, make([]byte, 1))
			return err
		}
		if err := a.SetReadDeadline(in(task, 5*time.Millisecond)); err != nil {
			return err
		}
		for range 2 { // one that waits, and one that comes after it
			if err := read(task); !errors.Is(err, os.ErrDeadlineExceeded) {
				return fmt.Errorf("after the deadline: %v", err)
			}
		}
		if err := a.SetReadDeadline(time.Time{}); err != nil {
			return err
		}
		var readers []*edo.JoinHandle[edo.Unit]
		for range 3 {
			readers = append(readers, edo.Go(task, read))
		}
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
		a.Close()
		for _, r := range readers {
			if _, err := r.Await(task); !errors.Is(err, net.ErrClosed) || !errors.Is(err, edo.ErrClosed) {
				return fmt.Errorf("after Close: %v", err)
			}
		}
		if _, err := a.WriteTo(task, nil, b.LocalAddrPort()); !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("WriteTo after Close: %v", err)
		}
		if err := errors.Join(a.SetTTL(3), a.SetDeadline(time.Time{})); !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("options after Close: %v", err)
		}
		return nil
	})
}

// A cancelled ReadFrom takes no datagram: the next one gets it whole, although its buffer is
// larger.
func TestCancelledReadFromLosesNothing(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		reader := edo.Go(task, func(task *edo.Task) error {
			_, _, err := b.ReadFrom(task, make([]byte, 1))
			return err
		})
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
		reader.Abort()
		if _, err := reader.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("got %v", err)
		}
		if _, err := a.WriteTo(task, []byte("whole"), b.LocalAddrPort()); err != nil {
			return err
		}
		p := make([]byte, 9)
		if n, _, err := b.ReadFrom(task, p); err != nil || string(p[:n]) != "whole" {
			return fmt.Errorf("got %q, %v", p[:n], err)
		}
		return nil
	})
}

func TestEachDatagramGoesToOneOfSeveralTasks(t *testing.T) {
	const readers, each = 4, 10
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		seen := make([][]byte, readers)
		var all []*edo.JoinHandle[edo.Unit]
		for i := range readers {
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				p := make([]byte, 2)
				for range each {
					if n, _, err := b.ReadFrom(task, p); err != nil || n != 1 {
						return fmt.Errorf("%d bytes, %w", n, err)
					}
					seen[i] = append(seen[i], p[0])
				}
				return nil
			}))
		}
		for i := range readers * each {
			if _, err := a.WriteTo(task, []byte{byte(i)}, b.LocalAddrPort()); err != nil {
				return err
			}
		}
		count := map[byte]int{}
		for i, h := range all {
			if _, err := h.Await(task); err != nil {
				return err
			}
			for _, v := range seen[i] {
				count[v]++
			}
		}
		if len(count) != readers*each {
			return fmt.Errorf("%d different datagrams of %d", len(count), readers*each)
		}
		return nil
	})
}

func TestSocketForBothFamiliesKnowsIPv4AddressesAsSuch(t *testing.T) {
	everywhere(t, func(task *edo.Task) error {
		both, err := ListenPacket(task, "udp", ":0")
		if err != nil {
			return err
		}
		defer both.Close()
		port := both.LocalAddrPort().Port()
		for _, host := range []string{"127.0.0.1", "::1"} {
			ip := netip.MustParseAddr(host)
			c, err := DialPacket(task, "udp", netip.AddrPortFrom(ip, port).String())
			if err != nil {
				if ip.Is6() && errors.Is(err, syscall.EADDRNOTAVAIL) {
					continue // a machine without IPv6
				}
				return err
			}
			defer c.Close()
			if _, err := c.Write(task, []byte("x")); err != nil {
				return err
			}
			p := make([]byte, 9)
			_, from, err := both.ReadFrom(task, p)
			if err != nil || from != c.LocalAddrPort() || from.Addr() != ip {
				return fmt.Errorf("from %v, want %v, %v", from, c.LocalAddrPort(), err)
			}
			if _, err := both.WriteTo(task, []byte("back"), from); err != nil {
				return err
			}
			if n, err := c.Read(task, p); err != nil || string(p[:n]) != "back" {
				return fmt.Errorf("got %q, %v", p[:n], err)
			}
		}
		return nil
	})
}

func TestDatagramThatIsTooLongIsAnError(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		_, err := a.WriteTo(task, make([]byte, 65_508), b.LocalAddrPort())
		var op *net.OpError
		if !errors.Is(err, syscall.EMSGSIZE) || !errors.As(err, &op) || op.Addr.String() != b.LocalAddr().String() {
			return fmt.Errorf("got %v", err)
		}
		_, err = a.WriteTo(task, nil, netip.MustParseAddrPort("[::1]:9"))
		var addr *net.AddrError
		if !errors.As(err, &addr) {
			return fmt.Errorf("IPv6 on udp4: %v", err)
		}
		return nil
	})
}

func TestDatagramForAFullQueueIsLostAndTheOthersAreWhole(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		if err := b.SetReadBuffer(20_000); err != nil {
			return err
		}
		const sent = 400
		for i := range sent {
			p := bytes.Repeat([]byte{byte(i)}, 1000)
			if _, err := a.WriteTo(task, p, b.LocalAddrPort()); err != nil {
				return fmt.Errorf("datagram %d: %w", i, err)
			}
		}
		got := 0
		for p := make([]byte, 2000); ; got++ {
			n, _, err := b.ReadFrom(task, p)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil || n != 1000 || !bytes.Equal(p[:n], bytes.Repeat(p[:1], n)) {
				return fmt.Errorf("%d bytes, %w", n, err)
			}
			if err := b.SetReadDeadline(in(task, 20*time.Millisecond)); err != nil { // the first one has come
				return err
			}
		}
		if got == sent {
			return fmt.Errorf("all %d have arrived", sent)
		}
		return nil
	})
}

// Datagrams are a reader and a writer too, whose end is none: an empty one is no io.EOF.
func TestEmptyDatagramIsNoEnd(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, b *PacketConn) error {
		for range 3 {
			if _, err := a.WriteTo(task, nil, b.LocalAddrPort()); err != nil {
				return err
			}
			if n, err := b.Read(task, make([]byte, 4)); n != 0 || err == io.EOF || err != nil {
				return fmt.Errorf("%d, %v", n, err)
			}
		}
		return nil
	})
}
