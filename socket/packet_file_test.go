//go:build unix

package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/edo-go/edo"
)

// onPackets runs main with two sockets for datagrams that are connected to each other.
func onPackets(t *testing.T, network string, main func(task *edo.Task, a, b *PacketConn) error) {
	t.Helper()
	onFiles(t, func(task *edo.Task) error {
		address := "127.0.0.1:0"
		if network == "unixgram" {
			address = filepath.Join(t.TempDir(), "a")
		}
		b, err := ListenPacket(task, network, address)
		if err != nil {
			return err
		}
		defer b.Close()
		a, err := DialPacket(task, network, b.LocalAddr().String())
		if err != nil {
			return err
		}
		defer a.Close()
		return main(task, a, b)
	})
}

func wantDatagram(task *edo.Task, c *PacketConn, want string) error {
	p := make([]byte, 99)
	n, err := c.Read(task, p)
	if err != nil || string(p[:n]) != want {
		return fmt.Errorf("read %q, %v; want %q", p[:n], err, want)
	}
	return nil
}

func TestASocketForDatagramsLivesOnInADuplicateOfItsFile(t *testing.T) {
	for _, network := range []string{"udp", "unixgram"} {
		t.Run(network, func(t *testing.T) {
			onPackets(t, network, func(task *edo.Task, a, b *PacketConn) error {
				var again [2]*PacketConn
				for i, c := range []*PacketConn{a, b} {
					f, err := c.File()
					if err != nil {
						return err
					}
					defer f.Close()
					if again[i], err = PacketConnFromFile(task, f); err != nil {
						return err
					}
					defer again[i].Close()
				}
				if got := again[1].LocalAddr(); got.String() != b.LocalAddr().String() || got.Network() != network {
					return fmt.Errorf("the local address is %v %v", got.Network(), got)
				}
				if got := again[0].RemoteAddr(); got == nil || got.String() != b.LocalAddr().String() {
					return fmt.Errorf("the remote address is %v", got)
				}
				if got := again[1].RemoteAddr(); got != nil {
					return fmt.Errorf("a socket that is not connected has the remote address %v", got)
				}
				for _, from := range []*PacketConn{a, again[0]} {
					if _, err := from.Write(task, []byte("word")); err != nil {
						return err
					}
				}
				if err := wantDatagram(task, b, "word"); err != nil {
					return err
				}
				a.Close()
				b.Close()
				if err := wantDatagram(task, again[1], "word"); err != nil {
					return err
				}
				if _, err := again[0].Write(task, []byte("more")); err != nil {
					return err
				}
				if err := wantDatagram(task, again[1], "more"); err != nil {
					return err
				}
				if _, err := a.File(); !errors.Is(err, net.ErrClosed) {
					return fmt.Errorf("after Close: got %v", err)
				}
				return nil
			})
		})
	}
}

func TestASocketForDatagramsIsTakenOverWithItsQueue(t *testing.T) {
	theirs, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	if _, err := theirs.WriteTo([]byte("early"), theirs.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	onFiles(t, func(task *edo.Task) error {
		f, err := theirs.(*net.UDPConn).File()
		if err != nil {
			return err
		}
		defer f.Close()
		c, err := PacketConnFromFile(task, f)
		if err != nil {
			return err
		}
		defer c.Close()
		return wantDatagram(task, c, "early")
	})
}

func TestWhatIsNoSocketForDatagramsIsRefused(t *testing.T) {
	onFiles(t, withEnds(func(task *edo.Task, a, _ *Conn) error {
		conn, err := a.File()
		if err != nil {
			return err
		}
		defer conn.Close()
		plain, err := os.Open(os.DevNull)
		if err != nil {
			return err
		}
		defer plain.Close()
		for _, f := range []*os.File{conn, plain} {
			var op *net.OpError
			if _, err := PacketConnFromFile(task, f); !errors.As(err, &op) {
				return fmt.Errorf("%s: got %v", f.Name(), err)
			}
		}
		return nil
	}))
}
