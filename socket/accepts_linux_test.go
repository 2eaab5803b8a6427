//go:build linux && !portable

package socket_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
)

// countVain counts the calls of accept4 that find no connection until the test ends.
func countVain(t *testing.T) *atomic.Int32 {
	t.Helper()
	if !invariant.Enabled {
		t.Skip("counted by the builds that check invariants")
	}
	n := new(atomic.Int32)
	invariant.SetStep(func(point string) {
		if point == "listener.Accept: accept4 found nothing" {
			n.Add(1)
		}
	})
	t.Cleanup(func() { invariant.SetStep(nil) })
	return n
}

// An accept4 that finds nothing costs as much as one that finds a connection. A listener whose
// connections come one by one makes none.
func TestConnectionsThatComeOneByOneTakeNoAcceptInVain(t *testing.T) {
	vain := countVain(t)
	const n = 200
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		for range n {
			accepts := edo.GoValue(task, func(task *edo.Task) (*socket.Conn, error) { return l.Accept(task) })
			tasktest.YieldTimes(task, 3) // it waits
			a, err := socket.Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			b, err := accepts.Await(task)
			if err != nil {
				return err
			}
			a.Close()
			b.Close()
		}
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Error(err)
	}
	if got := vain.Load(); got != 0 {
		t.Errorf("%d of %d accepts found nothing", got, n)
	}
}

// Clients of other threads come while the listener looks. The count is at most one for each time that
// it has taken all that were there.
func TestConnectionsThatComeInBurstsTakeFewAcceptsInVain(t *testing.T) {
	vain := countVain(t)
	const bursts, size = 20, 32
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		for range bursts {
			var clients sync.WaitGroup
			for range size {
				clients.Go(func() {
					c, err := net.Dial("tcp", l.Addr().String())
					if err != nil {
						t.Error(err)
						return
					}
					c.Close()
				})
			}
			for range size {
				c, err := l.Accept(task)
				if err != nil {
					return err
				}
				c.Close()
			}
			clients.Wait()
		}
		return nil
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Error(err)
	}
	if got := vain.Load(); got > bursts {
		t.Errorf("%d of %d accepts found nothing, in %d bursts", got, bursts*size, bursts)
	}
}
