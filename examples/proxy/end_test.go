package main

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// One connection ends by itself before the time is over, and one does not.
func TestTheEndWaitsForOpenConnectionsForSomeTimeAndThenResetsThem(t *testing.T) {
	simulated(t, 100, func(task *edo.Task) error {
		addrs, err := startEcho(task, 1)
		if err != nil {
			return err
		}
		limits := patient
		limits.drain = 10 * time.Second
		p := &proxy{pool: newPool(addrs), limits: limits}
		var polite, idle *socket.Conn
		var at string
		err = within(task, p, func(addr string) (err error) {
			at = addr
			if polite, _, err = greeting(task, addr); err != nil {
				return err
			}
			idle, _, err = greeting(task, addr)
			return err
		})
		if err != nil {
			return err
		}
		defer polite.Close()
		defer idle.Close()
		if _, err := socket.Dial(task, "tcp", at); !errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Errorf("it still accepts: %v", err)
		}
		end := timer.Now(task)
		if err := timer.Sleep(task, 9*time.Second); err != nil {
			return err
		}
		if _, err := polite.Write(task, []byte("last")); err != nil {
			return err
		}
		polite.CloseWrite()
		if all, err := aio.ReadAll(task, polite, nil); string(all) != "last" || err != nil {
			return fmt.Errorf("the polite one got %q, %v", all, err)
		}
		_, err = aio.ReadAll(task, idle, nil)
		if after := timer.Now(task).Sub(end); after != 10*time.Second || !errors.Is(err, syscall.ECONNRESET) {
			return fmt.Errorf("the idle one got %v after %v", err, after)
		}
		return nil
	})
}

// Run returns when the connections have ended, and does not wait for the rest of the time.
func TestTheEndComesAtOnceWhenNoConnectionIsOpen(t *testing.T) {
	everywhere(t, 50, func(task *edo.Task) error {
		addrs, err := startEcho(task, 2)
		if err != nil {
			return err
		}
		p := &proxy{pool: newPool(addrs), limits: patient}
		return within(task, p, func(addr string) error {
			return distribution(task, p, addr, 2, 2)
		})
	})
}

// The task that accepts has ended by an error of the listener, and not by its end.
func TestAnErrorOfTheListenerIsThatOfTheProxy(t *testing.T) {
	everywhere(t, 10, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		p := &proxy{pool: newPool(nil), limits: patient}
		running := edo.Go(task, func(task *edo.Task) error { return p.run(task, l) })
		l.Close()
		if _, err := running.Await(task); !errors.Is(err, edo.ErrClosed) {
			return fmt.Errorf("the proxy ended with %v", err)
		}
		return nil
	})
}
