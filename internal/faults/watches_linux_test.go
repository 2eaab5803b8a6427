package faults_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// The kernel watches no further descriptor: each call that needs one fails with ENOSPC and keeps
// nothing, open connections go on, accepting pauses, and all works again when there is room.
func TestNoRoomForWatchesIsAnErrorThatPasses(t *testing.T) {
	if !tasktest.InChild(t, nil, "needs a child process") {
		return
	}
	var reports atomic.Int32
	main := withEnds(func(task *edo.Task, a, b *socket.Conn) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		other, err := socket.Listen(task, "tcp", "127.0.0.1:0") // no task accepts
		if err != nil {
			return err
		}
		defer other.Close()
		accepted := edo.GoValue(task, func(task *edo.Task) (*socket.Conn, error) {
			in := l.Incoming()
			defer in.Drop()
			c, _, err := edo.Next(task, in)
			return c, err
		})
		// Descriptors that are closed later: sockets that get their numbers can be watched.
		var room []*os.File
		for range 8 {
			f, err := os.Open(os.DevNull)
			if err != nil {
				return err
			}
			room = append(room, f)
		}
		lowest, err := nextDescriptor()
		if err != nil {
			return err
		}
		refuse(t, lowest, syscall.ENOSPC)
		before := descriptors()
		at := other.Addr().String()
		for name, call := range map[string]func() error{
			"Dial": func() error {
				_, err := socket.Dial(task, "tcp", at)
				return err
			},
			"Dial of TLS": func() error {
				_, err := tlsconn.Dial(task, "tcp", at, clientConfig())
				return err
			},
			"Listen": func() error {
				_, err := socket.Listen(task, "tcp", "127.0.0.1:0")
				return err
			},
			"Listen on a path": func() error {
				_, err := socket.Listen(task, "unix", "@"+t.Name())
				return err
			},
			"ListenPacket": func() error {
				_, err := socket.ListenPacket(task, "udp", "127.0.0.1:0")
				return err
			},
			"DialPacket": func() error {
				_, err := socket.DialPacket(task, "udp", at)
				return err
			},
		} {
			err := call()
			var op *net.OpError
			if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &op) {
				return fmt.Errorf("%s: got %v (%T), want ENOSPC in a net.OpError", name, err, err)
			}
		}
		if now := descriptors(); now != before {
			return fmt.Errorf("%d descriptors, %d before", now, before)
		}
		// A client whose socket no poller has to watch, and which is accepted for nothing.
		lost, err := blockingClient(l.Addr())
		if err != nil {
			return err
		}
		defer lost.Close()
		for p := make([]byte, 4); reports.Load() == 0; {
			if _, err := a.Write(task, []byte("word")); err != nil {
				return err
			}
			if _, err := b.Read(task, p); err != nil {
				return err
			}
		}
		for _, f := range room {
			f.Close()
		}
		c, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		d, err := accepted.Await(task)
		if err != nil {
			return err
		}
		defer d.Close()
		if d.RemoteAddr().String() != c.LocalAddr().String() {
			return fmt.Errorf("accepted %v, want %v: the earlier one was closed", d.RemoteAddr(), c.LocalAddr())
		}
		if n, err := lost.Read(make([]byte, 1)); err != io.EOF {
			return fmt.Errorf("the client that was not watched reads %d, %v", n, err)
		}
		return nil
	})
	err := edo.Run(main, edo.WithConfig(edo.Config{CurrentThread: true, OnError: func(err error) {
		if !errors.Is(err, syscall.ENOSPC) {
			t.Error("reported:", err)
		}
		reports.Add(1)
	}}))
	if err != nil {
		t.Error(err)
	}
}

// nextDescriptor returns the number that the next descriptor gets.
func nextDescriptor() (int, error) {
	fd, err := syscall.Dup(0)
	if err == nil {
		syscall.Close(fd)
	}
	return fd, err
}

// blockingClient returns a connection that no poller watches.
func blockingClient(at net.Addr) (*os.File, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	tcp := at.(*net.TCPAddr)
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: tcp.Port, Addr: [4]byte(tcp.IP.To4())}); err != nil {
		syscall.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), "client"), nil
}
