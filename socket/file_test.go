//go:build unix

package socket

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

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

// activated is what a process does that a supervisor has started, and prints.
func activated() {
	err := edo.Run(func(task *edo.Task) error {
		restore := func() {}
		if os.Getenv("EDO_TEST_EXHAUSTED") != "" {
			var err error
			if restore, err = exhaust(); err != nil {
				return err
			}
		}
		sockets, err := FromSupervisor(task)
		restore()
		if err != nil {
			var status syscall.Stat_t
			for fd := firstPassed; fd < firstPassed+4; fd++ {
				if syscall.Fstat(fd, &status) != syscall.EBADF {
					return fmt.Errorf("%d is open after %v", fd, err)
				}
			}
			return err
		}
		for _, s := range sockets {
			fmt.Printf("%s %v %v %v %v\n", s.Name, s.Listener != nil, s.Conn != nil, s.PacketConn != nil, s.File != nil)
			if s.Listener != nil {
				c, err := s.Listener.Accept(task)
				if err != nil {
					return err
				}
				c.Write(task, []byte("hello from "+s.Name))
				c.Close()
			}
			if s.PacketConn != nil {
				p := make([]byte, 9)
				n, _, err := s.PacketConn.ReadFrom(task, p)
				fmt.Printf("%s %v\n", p[:n], err)
			}
			s.Close()
		}
		again, err := FromSupervisor(task)
		fmt.Println(len(again), os.Getenv("LISTEN_FDS") == "", err)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
}

func TestSocketsOfASupervisorAreTakenOnceWithTheirNames(t *testing.T) {
	if os.Getenv("EDO_TEST_ACTIVATED") != "" {
		if os.Getenv("EDO_TEST_ACTIVATED") == "own" { // the process knows its number only now
			os.Setenv("LISTEN_PID", fmt.Sprint(os.Getpid()))
		}
		activated()
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	listens, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer listens.Close()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(pair[0])
	connects := os.NewFile(uintptr(pair[1]), "pair")
	defer connects.Close()
	datagrams, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer datagrams.Close()
	packets, err := datagrams.(*net.UDPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	if _, err := datagrams.WriteTo([]byte("waits"), datagrams.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	other, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	child := func(whose string, env ...string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v=false")
		cmd.Env = append(append(os.Environ(), "EDO_TEST_ACTIVATED="+whose), env...)
		cmd.ExtraFiles = []*os.File{listens, connects, packets, other}
		timer := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		defer timer.Stop()
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
		text, _, _ := strings.Cut(string(out), "PASS")
		return strings.TrimSpace(text)
	}
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	got := child("own", "LISTEN_FDS=4", "LISTEN_FDNAMES=web:pair:dns")
	want := "web true false false false\npair false true false false\ndns false false true false\nwaits <nil>\n" +
		"LISTEN_FD_6 false false false true\n0 true <nil>"
	if got != want {
		t.Errorf("the process says\n%s\nwant\n%s", got, want)
	}
	if answer, err := io.ReadAll(client); string(answer) != "hello from web" {
		t.Errorf("the client reads %q, %v", answer, err)
	}
	if got := child("another", "LISTEN_PID=1", "LISTEN_FDS=4"); got != "0 true <nil>" {
		t.Errorf("with the number of another process: %s", got)
	}
	if got := child("own", "LISTEN_FDS=4", "EDO_TEST_EXHAUSTED=1"); !strings.HasSuffix(got, syscall.EMFILE.Error()) || strings.Contains(got, "is open") {
		t.Errorf("without a free descriptor: %s", got)
	}
	if got := child("own", "LISTEN_FDS=many"); !strings.Contains(got, "invalid LISTEN_FDS") {
		t.Errorf("with a bad number: %s", got)
	}
}
