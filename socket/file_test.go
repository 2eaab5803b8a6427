//go:build unix

package socket

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

func onFiles(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	if err := edo.Run(main); err != nil {
		t.Fatal(err)
	}
}

// talk sends a word each way.
func talk(task *edo.Task, a, b *Conn) error {
	p := make([]byte, 9)
	for _, ends := range [][2]*Conn{{a, b}, {b, a}} {
		if _, err := ends[0].Write(task, []byte("word")); err != nil {
			return err
		}
		if n, err := ends[1].Read(task, p); err != nil || string(p[:n]) != "word" {
			return fmt.Errorf("read %q, %v", p[:n], err)
		}
	}
	return nil
}

func TestConnectionLivesOnInADuplicateOfItsFile(t *testing.T) {
	onFiles(t, withEnds(func(task *edo.Task, a, b *Conn) error {
		f, err := a.File()
		if err != nil {
			return err
		}
		defer f.Close()
		again, err := ConnFromFile(task, f)
		if err != nil {
			return err
		}
		defer again.Close()
		if again.LocalAddr().String() != a.LocalAddr().String() || again.RemoteAddr().String() != a.RemoteAddr().String() {
			return fmt.Errorf("it is between %v and %v", again.LocalAddr(), again.RemoteAddr())
		}
		f.Fd() // changes nothing for the others
		if err := talk(task, a, b); err != nil {
			return err
		}
		a.Close()
		f.Close()
		if err := talk(task, again, b); err != nil {
			return err
		}
		again.Close()
		if _, err := b.Read(task, make([]byte, 1)); err != io.EOF {
			return fmt.Errorf("got %v, want io.EOF", err)
		}
		if _, err := a.File(); !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("after Close: got %v", err)
		}
		return nil
	}))
}

// A connection that came before the listener was taken over is not lost.
func TestListenerIsTakenOverWithItsQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": path} {
		theirs, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		defer theirs.Close()
		queued, err := net.Dial(network, theirs.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer queued.Close()
		onFiles(t, func(task *edo.Task) error {
			f, err := theirs.(interface{ File() (*os.File, error) }).File()
			if err != nil {
				return err
			}
			defer f.Close()
			l, err := ListenerFromFile(task, f)
			if err != nil {
				return err
			}
			defer l.Close()
			if l.Addr().String() != theirs.Addr().String() || l.Addr().Network() != network {
				return fmt.Errorf("it listens at %v", l.Addr())
			}
			for range 2 {
				c, err := l.Accept(task)
				if err != nil {
					return err
				}
				defer c.Close()
				later, err := Dial(task, network, l.Addr().String())
				if err != nil {
					return err
				}
				defer later.Close()
			}
			return nil
		})
	}
	if _, err := os.Lstat(path); err != nil {
		t.Error("the file of the first listener was removed:", err)
	}
}

// Package net and systemd leave the options of a connection to the program that accepts it.
func TestSocketsThatWereTakenOverHaveTheOptionsOfAllOthers(t *testing.T) {
	theirs, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	client, err := net.Dial("tcp", theirs.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	client.(*net.TCPConn).SetNoDelay(false)
	client.(*net.TCPConn).SetKeepAlive(false)
	onFiles(t, func(task *edo.Task) error {
		f, err := theirs.(*net.TCPListener).File()
		if err != nil {
			return err
		}
		defer f.Close()
		l, err := ListenerFromFile(task, f)
		if err != nil {
			return err
		}
		defer l.Close()
		accepted, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer accepted.Close()
		if f, err = client.(*net.TCPConn).File(); err != nil {
			return err
		}
		defer f.Close()
		taken, err := ConnFromFile(task, f)
		if err != nil {
			return err
		}
		defer taken.Close()
		for name, c := range map[string]*Conn{"accepted": accepted, "taken over": taken} {
			f, err := c.File()
			if err != nil {
				return err
			}
			defer f.Close()
			fd := int(f.Fd())
			noDelay, err1 := syscall.GetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY)
			keepAlive, err2 := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
			if noDelay == 0 || keepAlive == 0 || err1 != nil || err2 != nil {
				t.Errorf("%s: no-delay %d, %v, keep-alive %d, %v", name, noDelay, err1, keepAlive, err2)
			}
		}
		return nil
	})
}

func TestWhatIsNoSocketOfTheKindIsRefused(t *testing.T) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	onFiles(t, withEnds(func(task *edo.Task, a, _ *Conn) error {
		conn, err := a.File()
		if err != nil {
			return err
		}
		defer conn.Close()
		packets, err := udp.(*net.UDPConn).File()
		if err != nil {
			return err
		}
		defer packets.Close()
		plain, err := os.Open(os.DevNull)
		if err != nil {
			return err
		}
		defer plain.Close()
		var op *net.OpError
		for _, f := range []*os.File{packets, plain} {
			if _, err := ConnFromFile(task, f); !errors.As(err, &op) {
				return fmt.Errorf("%s as a connection: got %v", f.Name(), err)
			}
		}
		for _, f := range []*os.File{conn, packets, plain} {
			if _, err := ListenerFromFile(task, f); !errors.As(err, &op) {
				return fmt.Errorf("%s as a listener: got %v", f.Name(), err)
			}
		}
		return nil
	}))
}

func TestSimulationHasNoFilesAndNoCredentials(t *testing.T) {
	err := sim.Run(1, withEnds(func(task *edo.Task, a, _ *Conn) error {
		_, err1 := a.File()
		_, err2 := ConnFromFile(task, os.Stdin)
		_, err3 := ListenerFromFile(task, os.Stdin)
		_, err4 := a.Credentials()
		_, err5 := FromSupervisor(task)
		_, err6 := PacketConnFromFile(task, os.Stdin)
		packets, err := ListenPacket(task, "udp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer packets.Close()
		_, err7 := packets.File()
		for i, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
			if !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%d: got %v", i, err)
			}
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestCredentialsAreThoseOfTheOtherProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("they are Linux's")
	}
	path := filepath.Join(t.TempDir(), "s")
	err := edo.Run(func(task *edo.Task) error {
		l, err := Listen(task, "unix", path, Limit(9))
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, "unix", path)
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer b.Close()
		want := Credentials{PID: int32(os.Getpid()), UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
		for _, c := range []*Conn{a, b} {
			if got, err := c.Credentials(); err != nil || got != want {
				return fmt.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		}
		tcp, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer tcp.Close()
		c, err := Dial(task, "tcp", tcp.Addr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := c.Credentials(); !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("over TCP: got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
