package socket

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

func TestMembersOfAGroupGetWhatIsSentToItUntilTheyLeave(t *testing.T) {
	everywhere(t, func(task *edo.Task) error {
		group := netip.MustParseAddr("239.9.8.7")
		loopback, err := net.InterfaceByIndex(1)
		if err != nil || loopback.Flags&net.FlagLoopback == 0 {
			return nil // the network of this machine has no loopback interface
		}
		first, err := ListenPacket(task, "udp4", "239.9.8.7:0")
		if err != nil {
			return err
		}
		defer first.Close()
		to := netip.AddrPortFrom(group, first.LocalAddrPort().Port())
		second, err := ListenPacket(task, "udp4", to.String())
		if err != nil {
			return fmt.Errorf("a second socket at the address of a group: %w", err)
		}
		defer second.Close()
		sender, err := ListenPacket(task, "udp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer sender.Close()
		err = errors.Join(first.JoinGroup(loopback, group), second.JoinGroup(loopback, group),
			sender.SetMulticastInterface(loopback), sender.SetMulticastTTL(0), sender.SetMulticastLoop(true))
		if err != nil {
			return err
		}
		get := func(c *PacketConn, until time.Time) (string, error) {
			p := make([]byte, 9)
			if err := c.SetReadDeadline(until); err != nil {
				return "", err
			}
			n, _, err := c.ReadFrom(task, p)
			return string(p[:n]), err
		}
		if _, err := sender.WriteTo(task, []byte("all"), to); err != nil {
			return err
		}
		for _, c := range []*PacketConn{first, second} {
			if got, err := get(c, time.Time{}); got != "all" || err != nil {
				return fmt.Errorf("got %q, %v", got, err)
			}
		}
		if err := errors.Join(first.LeaveGroup(loopback, group), second.LeaveGroup(loopback, group)); err != nil {
			return err
		}
		if _, err := sender.WriteTo(task, []byte("left"), to); err != nil {
			return err
		}
		if got, err := get(first, in(task, 30*time.Millisecond)); !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("after it left: %q, %v", got, err)
		}
		if err := first.JoinGroup(nil, netip.MustParseAddr("127.0.0.1")); err == nil {
			return errors.New("127.0.0.1 passes for a group")
		}
		return nil
	})
}

func TestOptionsOfDatagrams(t *testing.T) {
	packetEnds(t, func(task *edo.Task, a, _ *PacketConn) error {
		err := errors.Join(a.SetTTL(7), a.SetMulticastTTL(3), a.SetMulticastLoop(false), a.SetBroadcast(true),
			a.SetReadBuffer(90_000), a.SetWriteBuffer(90_000), a.SetBroadcast(false))
		if err != nil {
			return err
		}
		if _, err := a.WriteTo(task, []byte("x"), netip.MustParseAddrPort("255.255.255.255:9")); !errors.Is(err, syscall.EACCES) {
			return fmt.Errorf("broadcast that was not allowed: %v", err)
		}
		for what, err := range map[string]error{"ttl": a.SetTTL(0), "multicast": a.SetMulticastTTL(256), "buffer": a.SetReadBuffer(0)} {
			if err == nil {
				return fmt.Errorf("%s: a bad value was taken", what)
			}
		}
		if c, err := ListenPacket(task, "udp4", "127.0.0.1:0", NoDelay(true)); !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("an option of TCP: %v, %v", c, err)
		}
		if c, err := ListenPacket(task, "tcp", "127.0.0.1:0"); err == nil {
			return fmt.Errorf("tcp has datagrams: %v", c)
		}
		if c, err := ListenPacket(task, "udp4", a.LocalAddr().String()); !errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("an address that is in use: %v, %v", c, err)
		}
		c, err := DialPacket(task, "udp4", a.LocalAddr().String(), LocalAddr(netip.MustParseAddrPort("127.0.0.3:0")))
		if err != nil {
			return err
		}
		defer c.Close()
		if c.LocalAddrPort().Addr() != netip.MustParseAddr("127.0.0.3") {
			return fmt.Errorf("it starts at %v", c.LocalAddr())
		}
		return nil
	})
}

func TestSimulationHasNoHookOrSharedPortForDatagrams(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		hook := func(string, string, syscall.RawConn) error { return nil }
		for _, o := range []Option{ReusePort(), Control(hook)} {
			if _, err := ListenPacket(task, "udp", "127.0.0.1:0", o); !errors.Is(err, errors.ErrUnsupported) {
				return fmt.Errorf("got %v", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
