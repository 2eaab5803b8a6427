package socket_test

import (
	"errors"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

func TestListenersThatReuseAPortShareItsConnections(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("how connections are shared, and whether, is the system's affair")
	}
	run(t, func(task *edo.Task) error {
		var taken [2]atomic.Int32
		var listeners [2]*socket.Listener
		address := "127.0.0.1:0"
		for i := range listeners {
			l, err := socket.Listen(task, "tcp", address, socket.ReusePort())
			if err != nil {
				return err
			}
			listeners[i], address = l, l.Addr().String()
			edo.Go(task, func(task *edo.Task) error {
				for {
					conn, err := l.Accept(task)
					if errors.Is(err, edo.ErrClosed) {
						return nil
					}
					if err != nil {
						return err
					}
					taken[i].Add(1)
					if _, err := conn.Write(task, []byte{byte(i)}); err != nil {
						return err
					}
					conn.Close()
				}
			})
		}
		for range 100 {
			conn, err := socket.Dial(task, "tcp", address)
			if err != nil {
				return err
			}
			if err := readFull(task, conn, make([]byte, 1)); err != nil {
				return err
			}
			conn.Close()
		}
		for i, l := range listeners {
			if taken[i].Load() == 0 {
				t.Errorf("listener %d got none of 100 connections", i)
			}
			l.Close()
		}
		return nil
	})
}

func TestPortIsNotSharedWithAListenerThatDidNotAsk(t *testing.T) {
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		_, err = socket.Listen(task, "tcp", l.Addr().String(), socket.ReusePort())
		if !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v, want that the address is in use", err)
		}
		return nil
	})
}
