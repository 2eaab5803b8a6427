package faults_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// One of two listeners that share a port is closed. The connections in its queue are reset, and those
// in the other's are served, unless the system moves them all.
func TestAListenerThatIsClosedResetsItsOwnQueueAlone(t *testing.T) {
	if text, err := os.ReadFile("/proc/sys/net/ipv4/tcp_migrate_req"); err != nil || strings.TrimSpace(string(text)) != "0" {
		t.Skip("needs net.ipv4.tcp_migrate_req=0:", err)
	}
	const clients = 60
	really(t, func(task *edo.Task) error {
		first, err := socket.Listen(task, "tcp", "127.0.0.1:0", socket.ReusePort())
		if err != nil {
			return err
		}
		defer first.Close()
		second, err := socket.Listen(task, "tcp", first.Addr().String(), socket.ReusePort())
		if err != nil {
			return err
		}
		defer second.Close()
		var all []*socket.Conn
		for range clients {
			c, err := socket.Dial(task, "tcp", first.Addr().String())
			if err != nil {
				return err
			}
			defer c.Close()
			all = append(all, c)
		}
		if err := first.Close(); err != nil {
			return err
		}
		served := 0
		accepting := edo.Go(task, func(task *edo.Task) error {
			for {
				c, err := second.Accept(task)
				if errors.Is(err, net.ErrClosed) {
					return nil
				}
				if err != nil {
					return err
				}
				if _, err := c.Write(task, []byte("x")); err != nil {
					return err
				}
				served++
				if err := c.CloseWrite(); err != nil {
					return err
				}
				defer c.Close()
			}
		})
		answered, cut := 0, 0
		for _, c := range all {
			switch n, err := c.Read(task, make([]byte, 1)); {
			case n == 1:
				answered++
			case errors.Is(err, syscall.ECONNRESET):
				cut++
			default:
				return fmt.Errorf("a client reads %d, %v", n, err)
			}
		}
		second.Close()
		if _, err := accepting.Await(task); err != nil {
			return err
		}
		if answered != served || answered == 0 || cut == 0 {
			return fmt.Errorf("%d were served, %d got an answer and %d a reset", served, answered, cut)
		}
		return nil
	})
}
