package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// full returns the address of a listener whose queue is full, so that the system leaves
// attempts to connect without an answer.
func full(t *testing.T, task *edo.Task) string {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	err = errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0))
	if err != nil {
		t.Fatal(err)
	}
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", sa.(*syscall.SockaddrInet4).Port)
	conn, err := socket.Dial(task, "tcp", addr) // the queue has room for one
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return addr
}

func TestABackendThatDoesNotAnswerInTimeIsPassedOver(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		alive, _, err := listen(task, "0", echo("backend 1"))
		if err != nil {
			return err
		}
		silent := full(t, task)
		limits := patient
		limits.connect = 20 * time.Millisecond
		p := &proxy{pool: newPool([]string{silent, alive}), limits: limits}
		if _, err := p.dial(task, p.pool.backends[0]); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("the silent backend has answered: %v", err)
		}
		b, conn, err := p.connect(task)
		if err != nil {
			return err
		}
		conn.Close()
		if b.addr != alive {
			return fmt.Errorf("connected to %s", b.addr)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
