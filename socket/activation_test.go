//go:build unix

package socket

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
)

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
		timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
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
