package socket

import (
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// While the process has no descriptor left, open connections go on, nothing is reported unless
// a client waits, and what waits is accepted once there is room.
func TestAcceptingResumesWhenThereAreDescriptorsAgain(t *testing.T) {
	var reports atomic.Int32
	clients := [3]int{}
	for i := range clients {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer syscall.Close(fd)
		clients[i] = fd
	}
	err := edo.Run(withEnds(func(task *edo.Task, a, b *Conn) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		accepted := make(chan *Conn, len(clients))
		h := edo.Go(task, func(task *edo.Task) error {
			in := l.Incoming()
			defer in.Drop()
			for range clients {
				c, _, err := edo.Next(task, in)
				if err != nil {
					return err
				}
				accepted <- c
			}
			return nil
		})
		restore, err := exhaust()
		if err != nil {
			return err
		}
		defer restore()
		if err := timer.Sleep(task, 30*time.Millisecond); err != nil {
			return err
		}
		if n := reports.Load(); n != 0 {
			t.Errorf("%d reports while no client came", n)
		}
		at := l.Addr().(*net.TCPAddr)
		for _, fd := range clients {
			if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: at.Port, Addr: [4]byte(at.IP.To4())}); err != nil {
				return err
			}
		}
		for reports.Load() == 0 {
			if err := exchange(task, a, b); err != nil {
				return err
			}
		}
		restore()
		if _, err := h.Await(task); err != nil {
			return err
		}
		for range clients {
			(<-accepted).Close()
		}
		return nil
	}), edo.WithConfig(edo.Config{OnError: func(err error) {
		if errors.Is(err, syscall.EMFILE) {
			reports.Add(1)
		} else {
			t.Errorf("reported: %v", err)
		}
	}}))
	if err != nil {
		t.Fatal(err)
	}
}
