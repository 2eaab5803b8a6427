package socket

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
)

func TestDatagramForAnAddressOfAnotherNetworkIsAnError(t *testing.T) {
	everywhere(t, func(task *edo.Task) error {
		for _, network := range []string{"udp4", "udp", "unixgram"} {
			address := ""
			if network != "unixgram" {
				address = "127.0.0.1:0"
			}
			c, err := ListenPacket(task, network, address)
			if err != nil {
				return err
			}
			defer c.Close()
			_, err = c.WriteTo(task, nil, netip.AddrPortFrom(netip.Addr{}, 9)) // without an IP address
			if network == "unixgram" {
				_, err = c.WriteTo(task, nil, netip.MustParseAddrPort("127.0.0.1:9"))
			}
			if !errors.Is(err, errors.ErrUnsupported) {
				return fmt.Errorf("%s: %w", network, err)
			}
			if network == "unixgram" {
				continue
			}
			if _, err := c.WriteToPath(task, nil, "path"); !errors.Is(err, errors.ErrUnsupported) {
				return fmt.Errorf("a path on %s: %w", network, err)
			}
		}
		return nil
	})
}

func TestLongestDatagramOfEachFamilyArrives(t *testing.T) {
	everywhere(t, func(task *edo.Task) error {
		for _, of := range []struct {
			address string
			most    int
		}{{"127.0.0.1:0", 65_507}, {"[::1]:0", 65_527}} {
			address, most := of.address, of.most
			c, err := ListenPacket(task, "udp", address)
			if errors.Is(err, syscall.EADDRNOTAVAIL) {
				continue // a machine without IPv6
			}
			if err != nil {
				return err
			}
			defer c.Close()
			if n, err := c.WriteTo(task, make([]byte, most), c.LocalAddrPort()); n != most || err != nil {
				return fmt.Errorf("%s: sent %d, %w", address, n, err)
			}
			if n, err := c.Read(task, make([]byte, most+1)); n != most || err != nil {
				return fmt.Errorf("%s: received %d, %w", address, n, err)
			}
			if _, err := c.WriteTo(task, make([]byte, most+1), c.LocalAddrPort()); !errors.Is(err, syscall.EMSGSIZE) {
				return fmt.Errorf("%s: a longer one: %w", address, err)
			}
		}
		return nil
	})
}
